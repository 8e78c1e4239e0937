// Passphrases and passwords by key. In memory unless the shell can encrypt (Electron's safeStorage), then also on disk.
// Never in settings, never in a log line.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from './replace-file.ts';

export interface Cipher {
  encrypt(text: string): Buffer;
  decrypt(data: Buffer): string;
}

export interface Secrets {
  /** whether `set` survives the end of the app */
  readonly durable: boolean;
  get(key: string): string | undefined;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
}

export async function openSecrets(profilePath: string, cipher?: Cipher): Promise<Secrets> {
  const path = join(profilePath, 'secrets.bin');
  const values = new Map<string, string>(cipher ? Object.entries(await load(path, cipher)) : []);
  let writing = Promise.resolve();
  const save = async (): Promise<void> => {
    if (!cipher) return;
    // One after the other, each with what is true when its turn comes; a failed one told its own caller.
    writing = writing.catch(() => {}).then(() => replaceFile(path, cipher.encrypt(JSON.stringify(Object.fromEntries(values)))));
    await writing;
  };
  return {
    durable: cipher !== undefined,
    get: (key) => values.get(key),
    async set(key, value) {
      values.set(key, value);
      await save();
    },
    async delete(key) {
      if (values.delete(key)) await save();
    },
  };
}

async function load(path: string, cipher: Cipher): Promise<Record<string, string>> {
  const data = await readFile(path).catch(() => undefined); // no file yet: no secrets yet
  if (!data) return {};
  try {
    return JSON.parse(cipher.decrypt(data)) as Record<string, string>;
  } catch {
    return {}; // encrypted for another user or key ring: it can only be asked for again
  }
}

// Passphrases and passwords by key. In memory unless the shell can encrypt (Electron's safeStorage), then also on disk.
// Never in settings, never in a log line.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

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
  const save = async () => {
    if (!cipher) return;
    await mkdir(profilePath, { recursive: true, mode: 0o700 });
    await writeFile(path, cipher.encrypt(JSON.stringify(Object.fromEntries(values))), { mode: 0o600 });
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

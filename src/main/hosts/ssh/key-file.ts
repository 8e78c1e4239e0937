// Private key files, read so far as possible without their passphrase.
// An OpenSSH key (PROTOCOL.key: "openssh-key-v1\0", cipher, kdf, options, count, public blob, ...) shows its public half in
// clear, so the server can be asked about it before a person is asked for the passphrase.

import { readFile, stat } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';

export type KeyFile =
  | { state: 'missing' }
  | { state: 'unusable'; why: string }
  | { state: 'ready'; path: string; encrypted: boolean; publicKey: ParsedKey | undefined; text: string };

const MAX_BYTES = 64 * 1024;
const MAGIC = Buffer.from('openssh-key-v1\0');

/** Look at one key file. Never throws for what is wrong with the file: the reason is shown to the person. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  let text: string;
  try {
    const { mode, size, uid } = await stat(path);
    if (size > MAX_BYTES) return { state: 'unusable', why: `${path} is too large for a key` };
    // OpenSSH's own rule (authfile.c): a key of mine that others can read is not used.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0 && uid === process.getuid?.()) {
      return { state: 'unusable', why: `others may read ${path} (mode ${(mode & 0o777).toString(8)}); run: chmod 600 "${path}"` };
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? { state: 'missing' } : { state: 'unusable', why: message };
  }
  const openssh = opensshHeader(text);
  if (openssh?.encrypted) return { state: 'ready', path, encrypted: true, publicKey: publicKeyOf(openssh.publicBlob), text };
  if (/^Proc-Type: 4,ENCRYPTED/m.test(text) || /^Encryption: aes256-cbc/m.test(text)) {
    return { state: 'ready', path, encrypted: true, publicKey: await besideKey(path), text };
  }
  if (/BEGIN (?:ENCRYPTED )?PRIVATE KEY/.test(text)) {
    return { state: 'unusable', why: `${path} is in PKCS#8 format; convert it with: ssh-keygen -p -f "${path}"` };
  }
  const parsed = one(ssh2.utils.parseKey(text));
  if (parsed instanceof Error) return { state: 'unusable', why: `${path} is not a private key that can be read` };
  if (!parsed.isPrivateKey()) return { state: 'unusable', why: `${path} is a public key; the private one is needed` };
  return { state: 'ready', path, encrypted: false, publicKey: parsed, text };
}

/** The private key, or undefined when the passphrase is wrong. */
export function unlockKey(file: Extract<KeyFile, { state: 'ready' }>, passphrase?: string): ParsedKey | undefined {
  const parsed = one(ssh2.utils.parseKey(file.text, passphrase));
  return parsed instanceof Error || !parsed.isPrivateKey() ? undefined : parsed;
}

/** The key in a `.pub` file, for IdentitiesOnly with a key that only the agent holds. */
export async function readPublicKey(path: string): Promise<ParsedKey | undefined> {
  try {
    const parsed = one(ssh2.utils.parseKey(await readFile(path, 'utf8')));
    return parsed instanceof Error ? undefined : parsed;
  } catch {
    return undefined; // no such file: there is simply no public half at hand
  }
}

function besideKey(path: string): Promise<ParsedKey | undefined> {
  return readPublicKey(`${path}.pub`);
}

function opensshHeader(text: string): { encrypted: boolean; publicBlob: Buffer } | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1];
  if (!body) return undefined;
  const bytes = Buffer.from(body, 'base64');
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  let at = MAGIC.length;
  const field = (): Buffer => {
    if (at + 4 > bytes.length) return Buffer.alloc(0);
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    return bytes.subarray(start, at);
  };
  const cipher = field().toString('latin1');
  field();
  field();
  at += 4;
  return { encrypted: cipher !== 'none', publicBlob: field() };
}

function publicKeyOf(blob: Buffer): ParsedKey | undefined {
  if (blob.length < 8) return undefined;
  const type = blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));
  const parsed = one(ssh2.utils.parseKey(`${type} ${blob.toString('base64')}`));
  return parsed instanceof Error ? undefined : parsed;
}

function one(parsed: ParsedKey | ParsedKey[] | Error): ParsedKey | Error {
  return Array.isArray(parsed) ? parsed[0] ?? new Error('no key') : parsed;
}

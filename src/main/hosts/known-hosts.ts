// OpenSSH's known_hosts: who a server is, as the user accepted it before.
// Format: sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT": `[@marker] names keytype base64 [comment]`; names are a comma list of
// patterns, `[host]:port` when the port is not 22, or one hashed name `|1|base64(salt)|base64(hmac-sha1(salt, name))`.

import { createHmac, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { keyTypeOf } from './known-hosts-fingerprint.ts';
import { matchesPatternList } from './ssh-config-pattern.ts';

export interface KnownHostLine {
  file: string;
  /** 1-based. */
  line: number;
  marker: '' | '@revoked' | '@cert-authority';
  names: string;
  keyType: string;
  /** The key in SSH wire format. */
  key: Buffer;
}

export type HostKeyVerdict =
  | { status: 'known' }
  /** `authority`: a certificate authority is listed for this host, which cannot vouch for a plain key. */
  | { status: 'unknown'; authority: boolean }
  /** Other keys are on record for this host: `lines`, and this one is none of them. */
  | { status: 'changed'; lines: KnownHostLine[] }
  | { status: 'revoked'; line: KnownHostLine };

/** The name under which a host is recorded: plain for port 22, `[host]:port` otherwise. */
export function knownHostName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Lines of one file; comments, empty and unreadable lines are left out as OpenSSH does. */
export function parseKnownHosts(text: string, file = 'known_hosts'): KnownHostLine[] {
  const lines: KnownHostLine[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const fields = raw.trim().split(/\s+/);
    if (!fields[0] || fields[0].startsWith('#')) continue;
    const marker = fields[0].startsWith('@') ? fields.shift()! : '';
    if (marker !== '' && marker !== '@revoked' && marker !== '@cert-authority') continue;
    const [names, keyType, base64] = fields;
    if (!names || !keyType || !base64) continue;
    const key = Buffer.from(base64, 'base64');
    if (keyTypeOf(key) !== keyType) continue;
    lines.push({ file, line: index + 1, marker, names, keyType, key });
  }
  return lines;
}

/** Whether a line is about this host (`knownHostName` form). */
export function lineNames(line: KnownHostLine, name: string): boolean {
  if (!line.names.startsWith('|')) return matchesPatternList(line.names.toLowerCase().split(','), name);
  const [, version, salt, hash] = line.names.split('|');
  if (version !== '1' || !salt || !hash) return false;
  return hashName(name, Buffer.from(salt, 'base64')) === hash;
}

/**
 * What the records say about the key a server presents.
 * A host with records but none of this key is `changed`, also when only the type differs: the caller asks the server
 * for recorded types first (`knownKeyTypes`), so a server that still had its recorded key would have shown it.
 */
export function checkHostKey(lines: KnownHostLine[], name: string, key: Buffer): HostKeyVerdict {
  const revoked = lines.find((line) => line.marker === '@revoked' && line.key.equals(key) && lineNames(line, name));
  if (revoked) return { status: 'revoked', line: revoked };
  const mine = lines.filter((line) => line.marker !== '@revoked' && lineNames(line, name));
  const plain = mine.filter((line) => line.marker === '');
  if (plain.some((line) => line.key.equals(key))) return { status: 'known' };
  if (plain.length > 0) return { status: 'changed', lines: plain };
  return { status: 'unknown', authority: mine.length > 0 };
}

/** Key types on record for a host, so that the server is asked for those first. */
export function knownKeyTypes(lines: KnownHostLine[], name: string): string[] {
  return [...new Set(lines.filter((line) => line.marker === '' && lineNames(line, name)).map((line) => line.keyType))];
}

/** One line to append. `hash` hides the name as `HashKnownHosts yes` does. */
export function formatKnownHost(name: string, key: Buffer, hash = false): string {
  let names = name;
  if (hash) {
    const salt = randomBytes(20);
    names = `|1|${salt.toString('base64')}|${hashName(name, salt)}`;
  }
  return `${names} ${keyTypeOf(key)} ${key.toString('base64')}\n`;
}

/** Lines of all files that exist, in order. A file that cannot be read is an error: its revocations would be missed. */
export async function readKnownHosts(files: string[], { signal }: { signal?: AbortSignal } = {}): Promise<KnownHostLine[]> {
  const lines: KnownHostLine[] = [];
  for (const file of files) {
    try {
      lines.push(...parseKnownHosts(await readFile(file, { encoding: 'utf8', ...(signal ? { signal } : {}) }), file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return lines;
}

/** Append an accepted key; makes the file (0600) and its folder (0700) when missing. */
export async function appendKnownHost(file: string, name: string, key: Buffer, hash = false): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    if (size === 0) await chmod(file, 0o600);
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    // One write: O_APPEND keeps lines of two writers whole.
    await handle.appendFile((size > 0 && last[0] !== 0x0a ? '\n' : '') + formatKnownHost(name, key, hash));
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function hashName(name: string, salt: Buffer): string {
  return createHmac('sha1', salt).update(name).digest('base64');
}

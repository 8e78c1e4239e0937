// Headers of a tar archive: ustar, with pax records for what does not fit (long names, large numbers, extended attributes).
// The same input gives the same bytes, always: a layer's digest depends on it. Source: POSIX.1-2024 pax, "ustar Interchange Format".
import type { TarType } from './tar-headers.ts';
import { BLOCK_BYTES } from './tar-fields.ts';

/** Strings are byte strings. */
export interface TarItem {
  path: string;
  type: TarType;
  size: number;
  mode: number;
  uid: number;
  gid: number;
  /** whole seconds */
  mtime: number;
  linkTarget?: string;
  devMajor?: number;
  devMinor?: number;
  xattrs?: readonly (readonly [name: string, value: string])[];
}

const FLAGS: Record<TarType, string> = { file: '0', hardlink: '1', symlink: '2', char: '3', block: '4', dir: '5', fifo: '6' };
const MAX_OCTAL_7 = 0o7777777;
const MAX_OCTAL_11 = 0o77777777777;
/** Two empty blocks end an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK_BYTES);
const ZEROS = Buffer.alloc(BLOCK_BYTES);

/** The header blocks of one entry; its content and `tarPadding` follow. */
export function tarHeader(item: TarItem): Buffer {
  const records: [string, string][] = [];
  const split = splitPath(item.path);
  if (split === undefined) records.push(['path', item.path]);
  const linkTarget = item.linkTarget ?? '';
  if (linkTarget.length > 100) records.push(['linkpath', linkTarget]);
  if (item.size > MAX_OCTAL_11) records.push(['size', String(item.size)]);
  if (item.uid > MAX_OCTAL_7) records.push(['uid', String(item.uid)]);
  if (item.gid > MAX_OCTAL_7) records.push(['gid', String(item.gid)]);
  if (item.mtime < 0 || item.mtime > MAX_OCTAL_11) records.push(['mtime', String(item.mtime)]);
  for (const [name, value] of item.xattrs ?? []) records.push([`SCHILY.xattr.${name}`, value]);
  const main = block(item, split ?? { name: item.path.slice(0, 100), prefix: '' }, FLAGS[item.type], item.size);
  if (records.length === 0) return main;
  const body = Buffer.from(records.map(([key, value]) => paxRecord(key, value)).join(''), 'latin1');
  const name = `PaxHeaders.0/${item.path.slice(item.path.lastIndexOf('/', item.path.length - 2) + 1)}`.slice(0, 100);
  const lead = block({ ...item, type: 'file', uid: 0, gid: 0, mtime: 0, mode: 0o644, linkTarget: '' }, { name, prefix: '' }, 'x', body.length);
  return Buffer.concat([lead, body, tarPadding(body.length), main]);
}

/** Zeros up to the next block. */
export function tarPadding(sizeBytes: number): Buffer {
  return ZEROS.subarray(0, (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES);
}

function block(item: TarItem, { name, prefix }: { name: string; prefix: string }, flag: string, size: number): Buffer {
  const out = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, at: number, length: number) => {
    const fits = value >= 0 && value <= 8 ** (length - 1) - 1;
    out.write((fits ? value : 0).toString(8).padStart(length - 1, '0'), at, 'latin1');
  };
  out.write(name, 0, 100, 'latin1');
  octal(item.mode & 0o7777, 100, 8);
  octal(item.uid, 108, 8);
  octal(item.gid, 116, 8);
  octal(size, 124, 12);
  octal(item.mtime, 136, 12);
  out.write('        ', 148, 'latin1');
  out.write(flag, 156, 'latin1');
  out.write((item.linkTarget ?? '').slice(0, 100), 157, 100, 'latin1');
  out.write('ustar\x0000', 257, 'latin1');
  octal(item.devMajor ?? 0, 329, 8);
  octal(item.devMinor ?? 0, 337, 8);
  out.write(prefix, 345, 155, 'latin1');
  let sum = 0;
  for (const byte of out) sum += byte;
  out.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return out;
}

/** Name (100 bytes) and prefix (155), cut at a slash; undefined when the path does not fit. */
function splitPath(path: string): { name: string; prefix: string } | undefined {
  if (path.length <= 100) return { name: path, prefix: '' };
  if (path.length > 256) return undefined;
  const cut = path.indexOf('/', path.length - 101);
  if (cut < 1 || cut > 155 || cut === path.length - 1) return undefined;
  return { name: path.slice(cut + 1), prefix: path.slice(0, cut) };
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

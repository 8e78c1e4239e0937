// Writes tar headers (ustar, with a pax record for what does not fit: POSIX.1-2024 pax, "pax Extended Header").

export interface OutEntry { path: Buffer; type: 'file' | 'dir' | 'symlink'; sizeBytes: number; mode: number; uid: number; gid: number; mtime: number; link: string }

export const TAR_END = Buffer.alloc(1024);
const FLAGS = { file: '0', symlink: '2', dir: '5' } as const;
const MAX_SIZE = 0o77777777777;
const MAX_ID = 0o7777777;

/** Header blocks of one entry; its content, padded to 512 bytes, is for the caller to write. */
export function tarEntry(entry: OutEntry): Buffer {
  const link = Buffer.from(entry.link, 'utf8');
  const records: Buffer[] = [];
  const add = (key: string, value: Buffer | string) => records.push(record(key, Buffer.from(value)));
  if (entry.path.length > 100) add('path', entry.path);
  if (entry.type === 'symlink' && link.length > 100) add('linkpath', link);
  if (entry.sizeBytes > MAX_SIZE) add('size', String(entry.sizeBytes));
  if (entry.uid > MAX_ID) add('uid', String(entry.uid));
  if (entry.gid > MAX_ID) add('gid', String(entry.gid));
  if (!Number.isInteger(entry.mtime) || entry.mtime < 0) add('mtime', String(entry.mtime));
  const head = block({ ...entry, flag: FLAGS[entry.type], link: entry.type === 'symlink' ? link : Buffer.alloc(0) });
  if (records.length === 0) return head;
  const body = Buffer.concat(records);
  return Buffer.concat([block({ path: Buffer.from('././@PaxHeader'), flag: 'x', sizeBytes: body.length, mode: 0o644, uid: 0, gid: 0, mtime: 0, link: Buffer.alloc(0) }), body, Buffer.alloc((512 - (body.length % 512)) % 512), head]);
}

function record(key: string, value: Buffer): Buffer {
  const rest = key.length + value.length + 3; // space, "=", newline
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from('\n')]);
}

function block({ path, flag, sizeBytes, mode, uid, gid, mtime, link }: { path: Buffer; flag: string; sizeBytes: number; mode: number; uid: number; gid: number; mtime: number; link: Buffer }): Buffer {
  const out = Buffer.alloc(512);
  const octal = (value: number, at: number, digits: number) => out.write(`${Math.max(0, Math.min(Math.floor(value), 8 ** digits - 1)).toString(8).padStart(digits, '0')}\0`, at);
  path.copy(out, 0, 0, 100);
  octal(mode, 100, 7);
  octal(uid > MAX_ID ? 0 : uid, 108, 7);
  octal(gid > MAX_ID ? 0 : gid, 116, 7);
  octal(sizeBytes > MAX_SIZE ? 0 : sizeBytes, 124, 11);
  octal(mtime, 136, 11);
  out.fill(' ', 148, 156);
  out.write(flag, 156);
  link.copy(out, 157, 0, 100);
  out.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of out) sum += byte;
  out.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return out;
}

// Makes layers for tests and benchmarks from short descriptions: real tar bytes, read back by the same reader as everything else.
import { createTarReader } from '../../src/engine/layers/tar-headers.ts';
import { openTreeFile, type LayerTree } from '../../src/engine/layers/tree-file.ts';
import { createTreeFileWriter } from '../../src/engine/layers/tree-writer.ts';

export interface MadeEntry {
  path: string;
  type?: 'file' | 'dir' | 'symlink' | 'hardlink' | 'char' | 'fifo';
  content?: string | Buffer;
  target?: string;
  mode?: number;
  uid?: number;
  mtime?: number;
  xattrs?: Record<string, string>;
  /** major and minor */
  device?: [number, number];
}

const FLAGS = { file: '0', hardlink: '1', symlink: '2', char: '3', dir: '5', fifo: '6' } as const;

/** A tar archive of the entries (GNU long names where needed), with its end mark. */
export function makeTar(entries: readonly MadeEntry[]): Buffer {
  const blocks: Buffer[] = [];
  for (const entry of entries) {
    const type = entry.type ?? 'file';
    const content = type === 'file' ? Buffer.from(entry.content ?? '') : Buffer.alloc(0);
    if (entry.path.length > 100) blocks.push(headerBlock('././@LongLink', 'L', entry.path.length + 1), padded(Buffer.from(`${entry.path}\0`, 'latin1')));
    if (Object.keys(entry.xattrs ?? {}).length > 0) blocks.push(paxHeader('x', Object.fromEntries(Object.entries(entry.xattrs ?? {}).map(([name, value]) => [`SCHILY.xattr.${name}`, value]))));
    const block = headerBlock(entry.path.slice(0, 100), FLAGS[type], content.length, entry);
    blocks.push(block, padded(content));
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** A pax global header, as `git archive` writes one first. */
export function globalHeader(text: string): Buffer {
  return paxHeader('g', { comment: text });
}

function paxHeader(flag: 'g' | 'x', records: Record<string, string>): Buffer {
  const body = Buffer.concat(Object.entries(records).map(([key, value]) => {
    const record = (length: number) => Buffer.from(`${length} ${key}=${value}\n`, 'latin1');
    let length = record(0).length;
    while (record(length).length !== length) length = record(length).length;
    return record(length);
  }));
  return Buffer.concat([headerBlock('pax_header', flag, body.length), padded(body)]);
}

/** The tree of one layer, through the tar reader and the tree file. */
export function makeLayer(entries: readonly MadeEntry[]): LayerTree {
  return readLayer(makeTar(entries));
}

/** The tree of a layer's tar bytes. */
export function readLayer(tar: Buffer): LayerTree {
  const writer = createTreeFileWriter();
  const reader = createTarReader({ onEntry: (entry) => writer.add(entry) });
  reader.write(tar);
  return openTreeFile(writer.finish(reader.end()).bytes);
}

function headerBlock(path: string, flag: string, size: number, entry: Partial<MadeEntry> = {}): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  block.write(path, 0, 100, 'latin1');
  block.write(octal(entry.mode ?? (flag === '5' ? 0o755 : 0o644), 7), 100);
  block.write(octal(entry.uid ?? 0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(entry.mtime ?? 1_700_000_000, 11), 136);
  block.write('        ', 148);
  block.write(flag, 156);
  if (flag === '3') { block.write(octal(entry.device?.[0] ?? 1, 7), 329); block.write(octal(entry.device?.[1] ?? 3, 7), 337); }
  block.write(entry.target ?? '', 157, 100, 'latin1');
  block.write('ustar\x0000', 257);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${octal(sum, 6)} `, 148);
  return block;
}

function padded(data: Buffer): Buffer {
  return data.length % 512 === 0 ? data : Buffer.concat([data, Buffer.alloc(512 - (data.length % 512))]);
}

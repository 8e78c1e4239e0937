// Just enough tar for the files tab: one file or folder as an archive to send, the first file out of an archive that comes.
// ustar headers (POSIX.1-2017, pax "ustar Interchange Format"); longer paths get a pax header.
import { Readable } from 'node:stream';
import { createTarReader, type TarEntry } from '../../engine/layers/tar-headers.ts';

const BLOCK = 512;

/** Who owns the file; without, root does. */
interface Owner { uid?: number; gid?: number }

export function tarOf(entries: ({ path: string; data?: Uint8Array; mode: number } & Owner)[]): Buffer {
  const parts: Buffer[] = [];
  for (const { path, data, mode, uid = 0, gid = 0 } of entries) {
    const name = Buffer.from(path);
    if (name.length > 100) {
      const record = ` path=${path}\n`;
      let length = Buffer.byteLength(record) + 2;
      length = Buffer.byteLength(record) + String(length + 1).length;
      const text = Buffer.from(`${length}${record}`);
      parts.push(header(Buffer.from('pax'), text.length, 0o644, 'x'), padded(text));
    }
    parts.push(header(name.subarray(0, 100), data?.length ?? 0, mode, data ? '0' : '5', { uid, gid }));
    if (data) parts.push(padded(Buffer.from(data)));
  }
  parts.push(Buffer.alloc(2 * BLOCK));
  return Buffer.concat(parts);
}

function header(name: Buffer, size: number, mode: number, type: string, { uid = 0, gid = 0 }: Owner = {}): Buffer {
  const block = Buffer.alloc(BLOCK);
  name.copy(block, 0);
  const octal = (value: number, offset: number, length: number) => block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1');
  octal(mode & 0o7777, 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(size, 124, 12);
  octal(Math.floor(Date.now() / 1000), 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write('ustar\u000000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)]);
}

/** The content of the first regular file of an archive, as a stream. */
export function firstFile(archive: Readable): Readable {
  return Readable.from(contentOf(archive));
}

async function* contentOf(archive: Readable): AsyncGenerator<Buffer> {
  const ready: Buffer[] = [];
  let isDone = false;
  const reader = createTarReader({
    hash: false,
    onEntry: (entry) => {
      if (entry.type === 'file') isDone = true;
    },
    onContent: () => (isDone ? undefined : (piece) => void ready.push(Buffer.from(piece))),
  });
  for await (const chunk of archive) {
    reader.write(chunk as Buffer);
    yield* ready.splice(0);
    if (isDone) break;
  }
  archive.destroy();
}

/**
 * What lies directly in the folder that an archive holds. Contents flow by, so the reading stops after `limitBytes`.
 * The archive's first path is the folder's own name, but for the root, which has none.
 */
export async function listArchive(archive: Readable, limitBytes: number, isRoot = false): Promise<{ entries: TarEntry[]; isPartial: boolean }> {
  const entries: TarEntry[] = [];
  let bytes = 0;
  const reader = createTarReader({
    hash: false,
    onEntry: (entry) => {
      const parts = entry.path.replace(/\/+$/, '').split('/').filter((part) => part !== '' && part !== '.');
      if (parts.length === (isRoot ? 1 : 2)) entries.push(entry);
    },
  });
  for await (const chunk of archive) {
    bytes += (chunk as Buffer).length;
    reader.write(chunk as Buffer);
    if (bytes > limitBytes) {
      archive.destroy();
      return { entries, isPartial: true };
    }
  }
  reader.end();
  return { entries, isPartial: false };
}

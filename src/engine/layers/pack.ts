// The tar of a layer from its folder: what an overlay's upper folder holds, with whiteouts as image-spec v1.1 layer.md has them.
// Names in byte order, whole seconds, no access times: packing the same folder twice gives the same bytes.
import { closeSync, lstatSync, openSync, readSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { createHash } from 'node:crypto';
import { getXattr, listXattrs } from '../kernel/files.ts';
import type { TarEntry, TarType } from './tar-headers.ts';
import { TAR_END, tarHeader, tarPadding, type TarItem } from './tar-writer.ts';

export interface PackOptions {
  overlayPrefix: string;
  /** Gets each entry as a reader of the tar would; for the tree file. */
  onEntry: (entry: TarEntry) => void;
}

const READ_BYTES = 256 * 1024;
const EMPTY_HASH = createHash('sha256').digest('hex');
const KEPT_XATTRS = /^(security\.capability|user\.(?!overlay\.).+)$/; // others belong to this machine (SELinux, ACLs, overlay)

/** The chunks of the tar. They are fresh buffers: keep them as long as you like. */
export function* packLayer(folder: string, options: PackOptions): Generator<Buffer> {
  const inodes = new Map<string, string>();
  let offset = 0;
  const entryOf = (item: TarItem, headerOffset: number, headerBytes: number, hash?: string): TarEntry => ({
    path: item.path, type: item.type, size: item.size, storedBytes: item.size, mode: item.mode, uid: item.uid, gid: item.gid, mtime: item.mtime,
    linkTarget: item.linkTarget ?? '', xattrs: (item.xattrs ?? []).map(([name, value]) => `${name}=${value}`).join('\0'),
    devMajor: item.devMajor ?? 0, devMinor: item.devMinor ?? 0, headerOffset, contentOffset: item.type === 'file' && item.size > 0 ? headerOffset + headerBytes : -1, ...(hash && { hash }),
  });

  function* simple(item: TarItem): Generator<Buffer> {
    const header = tarHeader(item);
    options.onEntry(entryOf(item, offset, header.length, item.type === 'file' ? EMPTY_HASH : undefined));
    offset += header.length;
    yield header;
  }

  function* file(item: TarItem, path: Buffer): Generator<Buffer> {
    const header = tarHeader(item);
    const start = offset;
    const hash = createHash('sha256');
    const fd = openSync(path, 'r');
    try {
      let pending: Buffer = header;
      for (let left = item.size; left > 0;) {
        const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, left));
        const bytes = readSync(fd, buffer, 0, buffer.length, item.size - left);
        if (bytes === 0) buffer.fill(0); // the file shrank while it was read: the header's promise is kept with zeros
        const piece = bytes === 0 ? buffer : buffer.subarray(0, bytes);
        hash.update(piece);
        left -= piece.length;
        if (pending.length > 0) { yield pending; pending = Buffer.alloc(0); }
        yield piece;
      }
      const padding = tarPadding(item.size);
      if (pending.length > 0) yield pending;
      if (padding.length > 0) yield padding;
      offset += header.length + item.size + padding.length;
      options.onEntry(entryOf(item, start, header.length, hash.digest('hex')));
    } finally {
      closeSync(fd);
    }
  }

  function* walk(at: Buffer, prefix: string): Generator<Buffer> {
    const names = readdirSync(at, { encoding: 'buffer' }).map((name) => name.toString('latin1')).sort((a, b) => (a < b ? -1 : 1));
    for (const name of names) {
      const path = Buffer.concat([at, Buffer.from(`/${name}`, 'latin1')]);
      const stat = lstatSync(path);
      const type = typeOf(stat);
      if (type === undefined) continue; // a socket means nothing without its process
      const item: TarItem = {
        path: prefix + name + (type === 'dir' ? '/' : ''), type, size: type === 'file' ? stat.size : 0, mode: stat.mode & 0o7777,
        uid: stat.uid, gid: stat.gid, mtime: Math.floor(stat.mtimeMs / 1000),
      };
      if (type === 'char' && stat.rdev === 0) {
        yield* simple({ ...item, path: `${prefix}.wh.${name}`, type: 'file', mode: 0o600, uid: 0, gid: 0 });
        continue;
      }
      if (stat.nlink > 1 && type !== 'dir') {
        const inode = `${stat.dev}:${stat.ino}`;
        const first = inodes.get(inode);
        if (first !== undefined) {
          yield* simple({ ...item, type: 'hardlink', size: 0, linkTarget: first });
          continue;
        }
        inodes.set(inode, item.path);
      }
      const xattrs = type === 'symlink' ? [] : xattrsOf(path);
      if (xattrs.length > 0) item.xattrs = xattrs;
      if (type === 'symlink') item.linkTarget = readlinkSync(path, { encoding: 'buffer' }).toString('latin1');
      if (type === 'char' || type === 'block') Object.assign(item, deviceOf(stat.rdev));
      if (type === 'file' && item.size > 0) yield* file(item, path);
      else yield* simple(item);
      if (type === 'dir') {
        if (getXattr(path, `${options.overlayPrefix}opaque`) === 'y') {
          yield* simple({ ...item, path: `${item.path}.wh..wh..opq`, type: 'file', mode: 0o600, uid: 0, gid: 0, xattrs: [] });
        }
        yield* walk(path, item.path);
      }
    }
  }

  yield* walk(Buffer.from(folder), '');
  yield TAR_END;
}

function xattrsOf(path: Buffer): [string, string][] {
  return listXattrs(path).filter((name) => KEPT_XATTRS.test(name)).map((name) => [name, getXattr(path, name) ?? '']);
}

function typeOf(stat: Stats): TarType | undefined {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'dir';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isCharacterDevice()) return 'char';
  if (stat.isBlockDevice()) return 'block';
  return stat.isFIFO() ? 'fifo' : undefined;
}

/** glibc's major(3) and minor(3). */
function deviceOf(device: number): { devMajor: number; devMinor: number } {
  const number = BigInt(device);
  return {
    devMajor: Number(((number >> 8n) & 0xfffn) | ((number >> 32n) & 0xfffff000n)),
    devMinor: Number((number & 0xffn) | ((number >> 12n) & 0xffffff00n)),
  };
}

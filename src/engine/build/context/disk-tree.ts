// The root of a stage or an image as a source of COPY: read from disk, hashed only when a cache key asks for it.
import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SourceEntry, SourceTree } from './source-tree.ts';

/** @param root a mounted root file system; it must not change while the tree is in use */
export function diskTree(root: string): SourceTree {
  return {
    root,
    entry(path): SourceEntry | undefined {
      const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
      if (!stats) return undefined;
      return { type: typeOf(stats), mode: stats.mode & 0o7777, sizeBytes: stats.size, linkTarget: stats.isSymbolicLink() ? readlinkSync(join(root, path)) : '' };
    },
    names(path) {
      try {
        return readdirSync(join(root, path)).sort();
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return []; // a glob asks files too
        throw error;
      }
    },
    async contentKey(path, leaveOut, signal) {
      const hash = createHash('sha256');
      const walk = async (at: string, relative: string): Promise<void> => {
        signal.throwIfAborted();
        if (relative !== '' && leaveOut?.(relative)) return;
        const full = join(root, at);
        const stats = await lstat(full);
        hash.update(`${relative}\0${typeOf(stats)}\0${(stats.mode & 0o7777).toString(8)}\0`);
        if (stats.isSymbolicLink()) hash.update(`${await readlink(full)}\0`);
        else if (stats.isFile()) hash.update(`${await hashOfFile(full, signal)}\0`);
        else if (stats.isDirectory()) for (const name of (await readdir(full)).sort()) await walk(at === '' ? name : `${at}/${name}`, relative === '' ? name : `${relative}/${name}`);
        else hash.update(`${stats.rdev}\0`);
      };
      await walk(path, '');
      return hash.digest('hex');
    },
  };
}

async function hashOfFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash, { signal });
  return hash.digest('hex');
}

function typeOf(stats: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): SourceEntry['type'] {
  return stats.isFile() ? 'file' : stats.isDirectory() ? 'dir' : stats.isSymbolicLink() ? 'symlink' : 'other';
}

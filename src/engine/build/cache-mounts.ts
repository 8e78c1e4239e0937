// Folders of `RUN --mount=type=cache`: kept between builds, one per id, shared or taken in turns as the mount asks.
import { chmod, chown, mkdir, readdir, rm, stat, lstat, writeFile, readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { keyedLocks } from '../base/locks.ts';

export interface CacheMountInfo { id: string; name: string; sizeBytes: number; createdAtMs: number; usedAtMs: number; inUse: boolean }

export interface CacheMounts {
  /** Runs `use` with the folder of `name`. 'locked' waits for its turn, 'private' gets a folder of its own while another uses it. */
  use<T>(name: string, options: { sharing: 'shared' | 'private' | 'locked'; uid: number; gid: number; mode: number; fill?: (folder: string) => Promise<void> }, use: (folder: string) => Promise<T>): Promise<T>;
  list(): Promise<CacheMountInfo[]>;
  /** False when it is in use. */
  remove(id: string): Promise<boolean>;
}

export function openCacheMounts(root: string): CacheMounts {
  const locks = keyedLocks();
  const users = new Map<string, number>();

  const open = async (id: string, name: string, options: Parameters<CacheMounts['use']>[1]) => {
    const folder = join(root, id, 'data');
    const isNew = await stat(folder).then(() => false, () => true); // any failure shows again in mkdir
    if (isNew) {
      await mkdir(folder, { recursive: true });
      await writeFile(join(root, id, 'name'), name);
      await options.fill?.(folder);
      await chown(folder, options.uid, options.gid);
      await chmod(folder, options.mode);
    }
    return folder;
  };
  const counted = async <T>(id: string, work: () => Promise<T>): Promise<T> => {
    users.set(id, (users.get(id) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (users.get(id) ?? 1) - 1;
      if (left === 0) users.delete(id);
      else users.set(id, left);
    }
  };

  return {
    async use(name, options, use) {
      const base = createHash('sha256').update(name).digest('hex').slice(0, 32);
      let id = base;
      if (options.sharing === 'private') for (let copy = 2; users.has(id); copy++) id = `${base.slice(0, 30)}-${copy}`;
      return counted(id, async () => {
        const folder = await locks.run(`open ${id}`, () => open(id, name, options));
        return options.sharing === 'locked' ? locks.run(id, () => use(folder)) : use(folder);
      });
    },
    async list() {
      const ids = await readdir(root).catch(() => []); // no cache mount was ever used
      return Promise.all(ids.map(async (id) => {
        const folder = join(root, id, 'data');
        const stats = await stat(folder);
        return { id, name: await readFile(join(root, id, 'name'), 'utf8'), sizeBytes: await bytesBelow(folder), createdAtMs: stats.birthtimeMs, usedAtMs: stats.mtimeMs, inUse: users.has(id) };
      }));
    },
    async remove(id) {
      if (users.has(id)) return false;
      await rm(join(root, id), { recursive: true, force: true });
      return true;
    },
  };
}

async function bytesBelow(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) sum += (await lstat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size; // a running step may delete it meanwhile
  }
  return sum;
}

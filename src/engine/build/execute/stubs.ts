// Mount points that the runtime makes inside a root file system (/etc/resolv.conf, /proc, /run/secrets/x …) must not become part of
// the layer. What was not there before the command and is still empty after it is removed; the folder's times are put back.
import { lstatSync, lutimesSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resolveRooted } from './rooted.ts';

/** What every step gets mounted, whatever its Dockerfile says. */
const STANDARD = ['/proc', '/sys', '/dev', '/etc/resolv.conf', '/etc/hosts', '/etc/hostname'];

/** Call before the command; the function it gives is for after it, while the root is still mounted. */
export function watchStubs(rootfs: string, targets: readonly string[]): () => void {
  const missing = new Set<string>();
  const times = new Map<string, { atime: number; mtime: number }>();
  for (const target of [...STANDARD, ...targets]) {
    const { path, existing } = resolveRooted(rootfs, target);
    const names = path.split('/').filter(Boolean);
    for (let count = existing + 1; count <= names.length; count++) missing.add(names.slice(0, count).join('/'));
    if (existing < names.length) {
      const folder = names.slice(0, existing).join('/');
      const stats = lstatSync(join(rootfs, folder));
      times.set(folder, { atime: stats.atimeMs / 1000, mtime: stats.mtimeMs / 1000 });
    }
  }
  return () => {
    const removed = new Set<string>();
    for (const path of [...missing].sort((a, b) => b.length - a.length)) {
      const full = join(rootfs, path);
      const stats = lstatSync(full, { throwIfNoEntry: false });
      if (!stats) continue;
      if (stats.isDirectory() && readdirSync(full).length === 0) rmdirSync(full);
      else if (stats.isFile() && stats.size === 0) rmSync(full);
      else continue;
      removed.add(dirname(path) === '.' ? '' : dirname(path));
    }
    for (const folder of removed) {
      const before = times.get(folder);
      if (before && lstatSync(join(rootfs, folder), { throwIfNoEntry: false })) lutimesSync(join(rootfs, folder), before.atime, before.mtime);
    }
  };
}

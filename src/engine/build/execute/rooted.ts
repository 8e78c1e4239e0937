// Paths inside a mounted root, symlinks followed as if that root were `/`: a link to /etc stays inside the image.
import { chmodSync, chownSync, lstatSync, mkdirSync, readlinkSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { InvalidParameter } from '../../wire/errors.ts';

const MAX_LINKS = 40;

export interface Owner { uid: number; gid: number }

export interface Rooted {
  /** Relative to the root, every link resolved; missing components at the end are kept as they are. */
  path: string;
  /** How many leading components exist. */
  existing: number;
  kind: 'dir' | 'other' | 'missing';
}

/** @throws InvalidParameter for a loop of links, or a component that is a file */
export function resolveRooted(rootfs: string, path: string): Rooted {
  let rest = path.split('/').filter(Boolean);
  let at: string[] = [];
  let existing = 0;
  let links = 0;
  let kind: Rooted['kind'] = 'dir';
  while (rest.length > 0) {
    const name = rest.shift() as string;
    if (name === '.') continue;
    if (name === '..') {
      at.pop();
      existing = Math.min(existing, at.length);
      kind = existing === at.length ? 'dir' : 'missing';
      continue;
    }
    if (kind === 'other') throw new InvalidParameter(`cannot create ${path}: ${at.join('/')} is not a directory`);
    const stats: Stats | undefined = kind === 'missing' ? undefined : lstatSync(join(rootfs, ...at, name), { throwIfNoEntry: false });
    if (stats?.isSymbolicLink()) {
      if (++links > MAX_LINKS) throw new InvalidParameter(`${path}: too many levels of symbolic links`);
      const target = readlinkSync(join(rootfs, ...at, name));
      if (target.startsWith('/')) at = [];
      existing = at.length;
      rest = [...target.split('/').filter(Boolean), ...rest];
      continue;
    }
    at.push(name);
    if (stats) existing = at.length;
    kind = !stats ? 'missing' : stats.isDirectory() ? 'dir' : 'other';
  }
  return { path: at.join('/'), existing, kind };
}

/** Makes the folder and its missing parents (mode 0755). @returns the resolved path */
export function makeFolder(rootfs: string, path: string, owner: Owner): string {
  const { path: resolved, existing, kind } = resolveRooted(rootfs, path);
  if (kind === 'other') throw new InvalidParameter(`cannot create the folder ${path}: there is a file of that name`);
  const names = resolved.split('/').filter(Boolean);
  for (let count = existing + 1; count <= names.length; count++) {
    const folder = join(rootfs, ...names.slice(0, count));
    mkdirSync(folder);
    chmodSync(folder, 0o755); // whatever the umask
    chownSync(folder, owner.uid, owner.gid);
  }
  return resolved;
}

/** Makes overlayfs copy a folder (attributes only) and its parents into the writable layer. */
export function copyUp(rootfs: string, path: string): void {
  const folder = join(rootfs, path);
  chmodSync(folder, statSync(folder).mode & 0o7777);
}

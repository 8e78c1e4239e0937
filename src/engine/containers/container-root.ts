// Paths inside a container, resolved by the kernel as the container would (openat2 with RESOLVE_IN_ROOT): links, `..` and
// links that change meanwhile never lead to the host's files.
import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { closeFd, openFolder, openFolderInRoot, pathAt } from '../kernel/files.ts';
import { InvalidParameter, NotFound } from '../wire/errors.ts';

/** A container's files, for as long as it is open. */
export interface ContainerRoot extends AsyncDisposable {
  /** container's name or id, for messages */
  name: string;
  /** what the container sees: `/proc/PID/root` while it runs, else its mounted snapshot */
  root: string;
  /** the root file system alone, without what is mounted in it */
  rootfs: string;
  /** what is mounted above the root but cannot be seen in `root` (stopped containers) */
  mounts: { destination: string; source: string; isReadonly: boolean }[];
  /** the root file system was created read-only */
  isReadonly: boolean;
}

/** An open folder of a container and a name in it. Dispose closes the folder. */
export interface Place extends Disposable {
  /** open folder the path was resolved from */
  root: number;
  /** open folder that holds `name` */
  folder: number;
  /** last part of the path; `.` means the folder itself */
  name: string;
  isReadonly: boolean;
}

/**
 * Opens what `path` names. Links are followed but the last part's, unless the path ends in `/` or `/.` or a folder is wanted.
 * @throws NotFound `Could not find the file PATH in container NAME`, InvalidParameter for an empty path or one through a file
 */
export function openPlace(container: ContainerRoot, path: string, wanted?: 'folder'): Place {
  if (path === '' || path.includes('\0')) throw new InvalidParameter('bad path: it is empty or has a NUL byte');
  const isFolder = wanted === 'folder' || /(^|\/)\.?\/*$/.test(path) || path.endsWith('/..');
  const parts = Buffer.from(path).toString('latin1').split('/').filter((part) => part !== '' && part !== '.');
  const mount = container.mounts.filter(({ destination }) => isBelow(parts, destination)).toSorted((a, b) => b.destination.length - a.destination.length)[0];
  const below = mount === undefined ? parts : parts.slice(mount.destination.split('/').filter(Boolean).length);
  const name = isFolder || below.length === 0 || below.at(-1) === '..' ? '.' : below.at(-1) as string;
  let root = -1;
  let folder = -1;
  try {
    root = openFolder(mount?.source ?? container.root);
    folder = openFolderInRoot(root, (name === '.' ? below : below.slice(0, -1)).join('/') || '.');
    const opened = { root, folder, name, isReadonly: mount?.isReadonly ?? container.isReadonly, [Symbol.dispose]: () => { closeFd(opened.folder); closeFd(opened.root); } };
    return opened;
  } catch (error) {
    if (root >= 0) closeFd(root);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') throw new InvalidParameter(`${path}: not a directory`, { cause: error });
    if (code === 'ENOENT' || code === 'ELOOP') throw missing(container, path);
    throw error;
  }
}

/** @throws NotFound when nothing is there */
export function statPlace(container: ContainerRoot, place: Place, path: string): { stats: Stats; linkTarget: string } {
  try {
    const at = pathAt(place.folder, place.name);
    const stats = lstatSync(at);
    return { stats, linkTarget: stats.isSymbolicLink() ? readlinkSync(at) : '' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw missing(container, path);
    throw error;
  }
}

/** Path of an open folder below its root, without links, as a byte string; empty: the root itself. */
export function pathBelowRoot(place: Place): string {
  const read = (fd: number) => readlinkSync(`/proc/self/fd/${fd}`, 'buffer').toString('latin1');
  const root = read(place.root);
  return read(place.folder).slice(root === '/' ? 1 : root.length + 1);
}

function isBelow(parts: string[], destination: string): boolean {
  const wanted = Buffer.from(destination).toString('latin1').split('/').filter(Boolean);
  return wanted.every((part, index) => parts[index] === part);
}

/** Docker's words and no more: clients show them as they are. */
const missing = (container: ContainerRoot, path: string) => new NotFound(`Could not find the file ${path} in container ${container.name}`);

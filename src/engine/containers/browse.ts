// Looking around in a container's files and tidying up there, running or not: what Docker's API has no calls for.
// Every path is resolved as the container would (container-root.ts); the last part is never followed.
import { lstat, readdir, readlink, rename } from 'node:fs/promises';
import { pathAt } from '../kernel/files.ts';
import { run } from '../tools/run.ts';
import { Conflict, Forbidden, InvalidParameter } from '../wire/errors.ts';
import { openPlace, statPlace, type ContainerRoot, type Place } from './container-root.ts';
import { readInRoot } from './root-files.ts';

/** GET /gantry/containers/{id}/files */
export interface FolderItem {
  Name: string;
  Type: 'file' | 'dir' | 'symlink' | 'other';
  Size: number;
  /** permission bits */
  Mode: number;
  Uid: number;
  Gid: number;
  /** as the container's own passwd names it, else the number */
  Owner: string;
  ModifiedMs: number;
  LinkTarget?: string;
}

const AT_ONCE = 64;

/** @throws NotFound, InvalidParameter when it is no folder */
export async function listFolder(container: ContainerRoot, path: string): Promise<FolderItem[]> {
  using place = openPlace(container, path.endsWith('/') ? path : `${path}/`);
  const names = await readdir(pathAt(place.folder, '.'), { encoding: 'buffer' });
  const owners = ownersOf(container);
  const items: FolderItem[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = await Promise.all(names.slice(at, at + AT_ONCE).map((name) => itemOf(place, name, owners)));
    items.push(...some.filter((item) => item !== undefined));
  }
  return items;
}

/** @throws NotFound, Forbidden where nothing may be written, Conflict when the new name is taken */
export async function renameFile(container: ContainerRoot, from: string, to: string): Promise<void> {
  using source = openPlace(container, from);
  using target = openPlace(container, to);
  statPlace(container, source, from);
  if (source.name === '.' || target.name === '.') throw new InvalidParameter('a root folder or mount point cannot be renamed');
  if (source.isReadonly || target.isReadonly) throw readOnly();
  const there = await lstat(pathAt(target.folder, target.name)).catch(() => undefined); // absent is what is wanted
  if (there) throw new Conflict(`${to} exists already`);
  await rename(pathAt(source.folder, source.name), pathAt(target.folder, target.name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EROFS') throw readOnly();
    if (error.code === 'EXDEV') throw new InvalidParameter('the new name lies in another mount: copy it there');
    throw error;
  });
}

/** With all that is in it. GNU rm goes from open folder to open folder: a link that appears meanwhile is removed, not followed. */
export async function removeFile(container: ContainerRoot, path: string): Promise<void> {
  using place = openPlace(container, path);
  statPlace(container, place, path);
  if (place.name === '.') throw new InvalidParameter('a root folder or mount point cannot be deleted');
  if (place.isReadonly) throw readOnly();
  await run(['rm', '-rf', '--one-file-system', '--', `./${Buffer.from(place.name, 'latin1').toString('utf8')}`], { cwd: `/proc/${process.pid}/fd/${place.folder}` });
}

/** Undefined: it went meanwhile. */
async function itemOf(place: Place, name: Buffer, owners: Map<number, string>): Promise<FolderItem | undefined> {
  const at = pathAt(place.folder, name.toString('latin1'));
  const stats = await lstat(at).catch(() => undefined);
  if (!stats) return undefined;
  const target = stats.isSymbolicLink() ? await readlink(at).catch(() => '') : undefined; // gone meanwhile
  return {
    Name: name.toString('utf8'),
    Type: stats.isDirectory() ? 'dir' : stats.isFile() ? 'file' : target !== undefined ? 'symlink' : 'other',
    Size: stats.size, Mode: stats.mode & 0o7777, Uid: stats.uid, Gid: stats.gid, Owner: owners.get(stats.uid) ?? String(stats.uid), ModifiedMs: Math.round(stats.mtimeMs),
    ...(target === undefined ? {} : { LinkTarget: target }),
  };
}

function ownersOf(container: ContainerRoot): Map<number, string> {
  return new Map(readInRoot(container.rootfs, '/etc/passwd').split('\n').flatMap((line) => {
    const [name = '', , uid = ''] = line.split(':');
    return /^\d+$/.test(uid) ? [[Number(uid), name] as const] : [];
  }).toReversed()); // the first name of a number counts
}

const readOnly = () => new Forbidden('container rootfs is marked read-only');

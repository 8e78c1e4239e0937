// A container's mounts: decided at create (mount points in its record), made at start (mounts for config.json).
import { lstat, mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MountPoint } from '@docker/node-sdk';
import { randomId } from '../base/ids.ts';
import { closeFd, openFolder, openPathBeneath } from '../kernel/files.ts';
import { SystemCallError } from '../kernel/libc.ts';
import { mount, MS, mounts, unmount } from '../kernel/mounts.ts';
import type { MountingContainer, OciMount } from '../needs.ts';
import { InvalidParameter, NotFound } from '../wire/errors.ts';
import { copyUp } from './copy-up.ts';
import { ANONYMOUS_LABEL, type VolumeRecord } from './driver.ts';
import { checkDuplicates, checkTmpfs, mountPoint, parseBind, parseMount, parseVolumesFrom, type WishedMount } from './mount-syntax.ts';

export interface MountingVolumes {
  /** The volume, made when it is not there. */
  ensure(wish: { name: string; driver: string; options: Record<string, string>; labels: Record<string, string> }): Promise<VolumeRecord>;
  pathOf(record: VolumeRecord): Promise<string>;
  mountVolume(name: string, containerId: string): Promise<string>;
  say(action: string, name: string, attributes: Record<string, string>): void;
  /** where subpaths of volumes are bound while a container runs */
  runFolder: string;
}

/** @throws InvalidParameter, NotFound */
export async function resolveMounts(container: MountingContainer, mountsOf: (idOrName: string) => readonly MountPoint[], volumes: MountingVolumes): Promise<MountPoint[]> {
  const { Binds, Mounts, VolumesFrom, VolumeDriver, Tmpfs } = container.hostConfig;
  const driver = VolumeDriver ?? '';
  const wished = [...(Binds ?? []).map((raw) => parseBind(raw, driver)), ...(Mounts ?? []).map((one) => parseMount(one, driver))];
  checkDuplicates(wished);
  checkTmpfs(Object.keys(Tmpfs ?? {}));
  for (const one of wished) if (one.type === 'bind' && !one.createsSource) await checkSource(one);
  const points = new Map<string, MountPoint>();
  for (const text of VolumesFrom ?? []) {
    const { container: other, isReadOnly } = parseVolumesFrom(text);
    for (const point of mountsOf(other)) {
      if (point.Type === 'tmpfs') continue;
      points.set(point.Destination ?? '', isReadOnly === undefined ? point : { ...point, RW: !isReadOnly && (point.RW ?? true) });
    }
  }
  for (const one of wished) points.set(one.destination, await pointOf(one, volumes));
  const taken = new Set([...points.keys(), ...Object.keys(Tmpfs ?? {})]);
  for (const destination of Object.keys(container.config.Volumes ?? {})) {
    const one = parseBind(destination, driver);
    if (!taken.has(one.destination)) points.set(one.destination, await pointOf(one, volumes));
  }
  return [...points.values()];
}

async function pointOf(one: WishedMount, volumes: MountingVolumes): Promise<MountPoint> {
  if (one.type === 'bind') {
    if (one.createsSource) await makeSource(one.source);
    return mountPoint(one, { source: one.source });
  }
  if (one.type !== 'volume') return mountPoint(one, { source: one.type === 'image' ? one.source : '' });
  const isAnonymous = one.source === '';
  const record = await volumes.ensure({ name: isAnonymous ? randomId() : one.source, driver: one.driver, options: one.options, labels: isAnonymous ? { ...one.labels, [ANONYMOUS_LABEL]: '' } : one.labels });
  return mountPoint(one, { name: record.name, source: await volumes.pathOf(record), driver: record.driver });
}

/** Mounts for config.json, parents before children. @throws InvalidParameter when a source is gone */
export async function mountPoints(container: MountingContainer, points: readonly MountPoint[], rootfs: string, volumes: MountingVolumes): Promise<OciMount[]> {
  const byDepth = points.toSorted((one, other) => (one.Destination ?? '').split('/').length - (other.Destination ?? '').split('/').length);
  const made: OciMount[] = [];
  for (const [index, point] of byDepth.entries()) {
    const spec = container.hostConfig.Mounts?.find(({ Target }) => Target?.replace(/(.)\/$/, '$1') === point.Destination);
    if (point.Type === 'tmpfs') made.push(tmpfsMount(point, spec?.TmpfsOptions));
    else if (point.Type === 'volume') made.push(await volumeMount(container, point, index, rootfs, volumes));
    else if (point.Type === 'bind') made.push(await bindMount(container, point));
  }
  return made;
}

async function volumeMount(container: MountingContainer, point: MountPoint, index: number, rootfs: string, volumes: MountingVolumes): Promise<OciMount> {
  const name = point.Name ?? '';
  const destination = point.Destination ?? '';
  const options = container.hostConfig.Mounts?.find(({ Target }) => Target?.replace(/(.)\/$/, '$1') === destination)?.VolumeOptions;
  const folder = await volumes.mountVolume(name, container.id);
  const copies = !(options?.NoCopy ?? false) && !(point.Mode ?? '').split(',').includes('nocopy');
  const source = options?.Subpath ? await bindSubpath(folder, options.Subpath, join(volumes.runFolder, container.id, String(index))) : folder;
  if (copies && (await stat(source)).isDirectory()) await copyUp(rootfs, destination, source);
  volumes.say('mount', name, { driver: point.Driver ?? 'local', container: container.id, destination, 'read/write': String(point.RW ?? true), propagation: point.Propagation ?? '' });
  return { destination, type: 'bind', source, options: ['rbind', 'rprivate', ...(await readOnly(point, source, undefined))] };
}

async function bindMount(container: MountingContainer, point: MountPoint): Promise<OciMount> {
  const source = point.Source ?? '';
  const spec = container.hostConfig.Mounts?.find(({ Target, Type }) => Type === 'bind' && Target?.replace(/(.)\/$/, '$1') === point.Destination);
  if (spec && !spec.BindOptions?.CreateMountpoint) {
    await checkSource({ source });
  } else await makeSource(source);
  await checkPropagation(source, point.Propagation ?? '');
  const propagation = point.Propagation || 'rprivate';
  // crun 1.8 takes the r of the propagation for a recursive bind
  const kind = spec?.BindOptions?.NonRecursive ? ['bind', propagation.replace(/^r/, '')] : ['rbind', propagation];
  return { destination: point.Destination ?? '', type: 'bind', source, options: [...kind, ...(await readOnly(point, source, spec?.BindOptions))] };
}

/** Read-only goes down into what is mounted below, unless asked otherwise (kernel 5.12, mount_setattr); of a bind that is not recursive nothing is below, and `rro` would bring it along. Nothing is below a file, and crun refuses `rro` there. */
async function readOnly(point: MountPoint, source: string, options: { NonRecursive?: boolean; ReadOnlyNonRecursive?: boolean } | undefined): Promise<string[]> {
  if (point.RW !== false) return ['rw'];
  return options?.NonRecursive || options?.ReadOnlyNonRecursive || !(await stat(source)).isDirectory() ? ['ro'] : ['ro', 'rro'];
}

function tmpfsMount(point: MountPoint, options: { SizeBytes?: number; Mode?: number; Options?: string[][] } | undefined): OciMount {
  return {
    destination: point.Destination ?? '', type: 'tmpfs', source: 'tmpfs',
    options: ['noexec', 'nosuid', 'nodev', 'rprivate', `mode=${(options?.Mode ?? 0o1777).toString(8)}`, ...(options?.SizeBytes ? [`size=${options.SizeBytes}`] : []),
      ...(options?.Options ?? []).map((pair) => pair.join('=')), ...(point.RW === false ? ['ro'] : [])],
  };
}

/** Resolved inside the volume and held by a mount, so that a link in the volume cannot lead out of it. */
async function bindSubpath(volume: string, subpath: string, target: string): Promise<string> {
  const root = openFolder(volume);
  try {
    const found = openPathBeneath(root, subpath);
    try {
      const path = `/proc/self/fd/${found}`;
      await mkdir(join(target, '..'), { recursive: true, mode: 0o700 });
      if ((await stat(path)).isDirectory()) await mkdir(target, { recursive: true });
      else await writeFile(target, '');
      mount(path, target, null, MS.bind | MS.rec);
      return target;
    } finally {
      closeFd(found);
    }
  } catch (error) {
    if (error instanceof SystemCallError && error.code === 'EXDEV') throw new InvalidParameter(`path concatenation escapes the base directory, base: ${volume}, subpath: ${subpath}`, { cause: error });
    throw new NotFound(`cannot access path ${subpath} of volume: ${(error as Error).message}`, { cause: error });
  } finally {
    closeFd(root);
  }
}

/** Takes down the subpath mounts of a container. */
export async function unmountSubpaths(runFolder: string, containerId: string): Promise<void> {
  const folder = join(runFolder, containerId);
  for (const { target } of mounts().filter((mounted) => mounted.target.startsWith(`${folder}/`)).toReversed()) unmount(target);
  await rm(folder, { recursive: true, force: true });
}

/** Mounts come through in either direction only from a mount that takes part in it. Docker's words. @throws InvalidParameter */
async function checkPropagation(source: string, propagation: string): Promise<void> {
  const isSharing = /^r?shared$/.test(propagation);
  if (!isSharing && !/^r?slave$/.test(propagation)) return;
  const path = await realpath(source);
  const holder = mounts().findLast(({ target }) => path === target || path.startsWith(target === '/' ? '/' : `${target}/`));
  if (holder?.isShared || (!isSharing && holder?.isSlave)) return;
  throw new InvalidParameter(`path ${source} is mounted on ${holder?.target ?? '/'} but it is not a ${isSharing ? 'shared' : 'shared or slave'} mount`);
}

async function makeSource(path: string): Promise<void> {
  await lstat(path).catch(() => mkdir(path, { recursive: true, mode: 0o755 }));
}

async function checkSource({ source }: { source: string }): Promise<void> {
  await stat(source).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new InvalidParameter(`invalid mount config for type "bind": bind source path does not exist: ${source}`);
    throw error;
  });
}

// `-v` and `--mount` as the API carries them (HostConfig.Binds, HostConfig.Mounts, Config.Volumes, VolumesFrom), checked with
// Docker's own words (moby volume/mounts/linux_parser.go), because Compose and people match on them. Pure.
import { posix } from 'node:path';
import type { Mount, MountPoint } from '@docker/node-sdk';
import { InvalidParameter } from '../wire/errors.ts';

export interface WishedMount {
  type: 'bind' | 'volume' | 'tmpfs' | 'image';
  /** host path, volume name or image; empty for an anonymous volume and tmpfs */
  source: string;
  destination: string;
  isReadOnly: boolean;
  /** the mode text of `-v` as it came */
  mode: string;
  propagation: string;
  /** a missing bind source becomes a folder */
  createsSource: boolean;
  /** empty: that of the existing volume, else local */
  driver: string;
  options: Record<string, string>;
  labels: Record<string, string>;
}

const PROPAGATIONS = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'];
const MODE_WORDS: Record<string, string> = { rw: 'access', ro: 'access', z: 'label', Z: 'label', nocopy: 'copy', consistent: 'consistency', cached: 'consistency', delegated: 'consistency' };
const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** `src:dst[:mode]`. @throws InvalidParameter */
export function parseBind(raw: string, volumeDriver: string): WishedMount {
  const parts = raw.split(':');
  const invalid = (reason?: string) => new InvalidParameter(`invalid volume specification: '${raw}'${reason === undefined ? '' : `: ${reason}`}`);
  if (parts.length > 3 || parts.some((part) => part === '')) throw invalid();
  let [source = '', destination = '', mode = ''] = parts;
  if (parts.length === 1 || (parts.length === 2 && isMode(destination))) [source, destination, mode] = ['', source, destination];
  if (mode !== '' && !isMode(mode)) throw new InvalidParameter(`invalid mode: ${mode}`);
  const words = mode.split(',').filter(Boolean);
  const isBind = source.startsWith('/');
  const propagation = words.find((word) => PROPAGATIONS.includes(word));
  if (!isBind && propagation !== undefined) throw new InvalidParameter(`invalid mode: ${mode}`);
  try {
    checkDestination(destination);
  } catch (error) {
    throw invalid(`invalid mount config for type "${isBind ? 'bind' : 'volume'}": ${(error as Error).message}`);
  }
  if (isBind && words.includes('nocopy')) throw invalid('invalid mount config for type "bind": field VolumeOptions must not be specified');
  if (!isBind && source !== '') checkVolumeName(source, volumeDriver || 'local');
  return {
    type: isBind ? 'bind' : 'volume',
    source: isBind ? posix.normalize(source).replace(/(.)\/$/, '$1') : source,
    destination: posix.normalize(destination).replace(/(.)\/$/, '$1'),
    isReadOnly: words.includes('ro'), mode: mode === '' && !isBind && source !== '' ? 'z' : mode,
    propagation: isBind ? propagation ?? 'rprivate' : '',
    createsSource: true,
    driver: volumeDriver, options: {}, labels: {},
  };
}

/** @throws InvalidParameter in Docker's form `invalid mount config for type "bind": …` */
export function parseMount(mount: Mount, volumeDriver: string): WishedMount {
  const type = mount.Type;
  const invalid = (reason: string) => new InvalidParameter(`invalid mount config for type "${type ?? ''}": ${reason}`);
  if (!mount.Target) throw invalid('field Target must not be empty');
  try {
    checkDestination(mount.Target);
  } catch (error) {
    throw invalid((error as Error).message);
  }
  for (const [key, owner] of [['BindOptions', 'bind'], ['VolumeOptions', 'volume'], ['TmpfsOptions', 'tmpfs'], ['ImageOptions', 'image']] as const) {
    if (mount[key] && owner !== type && !(owner === 'volume' && type === 'image')) throw invalid(`field ${key} must not be specified`);
  }
  const base = {
    source: mount.Source ?? '', destination: posix.normalize(mount.Target).replace(/(.)\/$/, '$1'), isReadOnly: mount.ReadOnly ?? false, mode: type === 'volume' ? 'z' : '',
    propagation: '', createsSource: false, driver: '', options: {}, labels: {},
  };
  switch (type) {
    case 'bind': {
      const { BindOptions } = mount;
      if (base.source === '') throw invalid('field Source must not be empty');
      if (!base.source.startsWith('/')) throw invalid(`invalid mount path: '${base.source}' mount path must be absolute`);
      if (BindOptions?.Propagation && !PROPAGATIONS.includes(BindOptions.Propagation)) throw invalid(`invalid propagation mode: ${BindOptions.Propagation}`);
      if (BindOptions?.ReadOnlyForceRecursive && !mount.ReadOnly) throw invalid('mount option conflict: ReadOnlyForceRecursive needs ReadOnly');
      return { ...base, type, mode: '', propagation: BindOptions?.Propagation || 'rprivate', createsSource: BindOptions?.CreateMountpoint ?? false };
    }
    case 'volume': {
      const { VolumeOptions } = mount;
      const driver = VolumeOptions?.DriverConfig?.Name || volumeDriver;
      if (base.source !== '') checkVolumeName(base.source, driver || 'local');
      else if (mount.ReadOnly) throw invalid('must not set ReadOnly mode when using anonymous volumes');
      else if (VolumeOptions?.Subpath) throw invalid('must not set Subpath when using anonymous volumes');
      if (VolumeOptions?.Subpath) checkSubpath(VolumeOptions.Subpath, invalid);
      return { ...base, type, driver, options: VolumeOptions?.DriverConfig?.Options ?? {}, labels: VolumeOptions?.Labels ?? {} };
    }
    case 'tmpfs':
      if (base.source !== '') throw invalid('field Source must not be specified');
      if ((mount.TmpfsOptions?.SizeBytes ?? 0) < 0) throw invalid('invalid tmpfs size: it must not be negative');
      return { ...base, type };
    case 'image':
      if (base.source === '') throw invalid('field Source must not be empty');
      if (mount.ImageOptions?.Subpath) checkSubpath(mount.ImageOptions.Subpath, invalid);
      return { ...base, type, isReadOnly: true };
    default:
      throw invalid('mount type unknown');
  }
}

/** `container[:mode]`. @throws InvalidParameter */
export function parseVolumesFrom(text: string): { container: string; isReadOnly: boolean | undefined } {
  const [container = '', mode = '', ...rest] = text.split(':');
  if (text === '') throw new InvalidParameter('volumes-from specification cannot be an empty string');
  if (container === '' || rest.length > 0) throw new InvalidParameter(`invalid volumes-from specification: ${text}`);
  if (mode !== '' && !isMode(mode)) throw new InvalidParameter(`invalid mode: ${mode}`);
  return { container, isReadOnly: mode === '' ? undefined : mode.split(',').includes('ro') };
}

/** @throws InvalidParameter */
export function checkVolumeName(name: string, driver: string): void {
  if (driver !== 'local') return; // a plugin has names of its own
  if (/^[a-zA-Z0-9]$/.test(name)) throw new InvalidParameter(`create ${name}: volume name is too short, names should be at least two alphanumeric characters`);
  if (!VOLUME_NAME.test(name)) {
    throw new InvalidParameter(`create ${name}: "${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`);
  }
  if (name.length > 255) throw new InvalidParameter(`create ${name}: volume name is too long`);
}

/** @throws InvalidParameter when two mounts have one target */
export function checkDuplicates(mounts: readonly WishedMount[]): void {
  const seen = new Set<string>();
  for (const { destination } of mounts) {
    if (seen.has(destination)) throw new InvalidParameter(`Duplicate mount point: ${destination}`);
    seen.add(destination);
  }
}

export function mountPoint(wished: WishedMount, found: { name?: string; source: string; driver?: string }): MountPoint {
  return {
    Type: wished.type,
    ...(found.name !== undefined && { Name: found.name }),
    Source: found.source,
    Destination: wished.destination,
    ...(found.driver !== undefined && { Driver: found.driver }),
    Mode: wished.mode,
    RW: !wished.isReadOnly,
    Propagation: wished.propagation,
  };
}

function isMode(text: string): boolean {
  const kinds = text.split(',').map((word) => (PROPAGATIONS.includes(word) ? 'propagation' : MODE_WORDS[word]));
  return kinds.every((kind) => kind !== undefined) && new Set(kinds).size === kinds.length;
}

/** The paths of `--tmpfs`. @throws InvalidParameter */
export function checkTmpfs(paths: readonly string[]): void {
  paths.forEach(checkDestination);
}

/** @throws InvalidParameter */
function checkDestination(path: string): void {
  if (!path.startsWith('/')) throw new InvalidParameter(`invalid mount path: '${path}' mount path must be absolute`);
  if (posix.normalize(path) === '/') throw new InvalidParameter("invalid specification: destination can't be '/'");
}

function checkSubpath(path: string, invalid: (reason: string) => Error): void {
  if (path.startsWith('/') || posix.normalize(path).split('/').includes('..')) throw invalid('subpath must be a relative path within the volume');
}

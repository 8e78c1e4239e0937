// Device nodes and cgroup device rules: the default set every container has, --device, and everything for --privileged.
import { lstatSync, readdirSync, statSync } from 'node:fs';
import type { DeviceMapping, HostConfig } from '@docker/node-sdk';
import { InvalidParameter, System } from '../../wire/errors.ts';

export interface OciDevice { path: string; type: 'c' | 'b'; major: number; minor: number; fileMode: number; uid: number; gid: number }
export interface DeviceRule { allow: boolean; type?: 'a' | 'c' | 'b'; major?: number; minor?: number; access: string }

/** Docker's default rules: mknod of anything, use of null, zero, full, tty, random, urandom, console, ptmx, pts. */
const DEFAULT_RULES: DeviceRule[] = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  ...([[1, 3], [1, 5], [1, 7], [1, 8], [1, 9], [5, 0], [5, 1], [5, 2]] as const).map(([major, minor]): DeviceRule => ({ allow: true, type: 'c', major, minor, access: 'rwm' })),
  { allow: true, type: 'c', major: 136, access: 'rwm' },
];

/** @throws InvalidParameter for a rule or mapping that cannot be read, System when the device is not there */
export function deviceSpec(hostConfig: HostConfig, rootless: boolean): { devices: OciDevice[]; rules: DeviceRule[] } {
  if (hostConfig.Privileged && !rootless) return { devices: hostDevices('/dev'), rules: [{ allow: true, access: 'rwm' }] };
  const devices: OciDevice[] = [];
  const rules = [...DEFAULT_RULES];
  for (const mapping of hostConfig.Devices ?? []) {
    for (const device of mapped(mapping)) {
      devices.push(device);
      rules.push({ allow: true, type: device.type, major: device.major, minor: device.minor, access: mapping.CgroupPermissions || 'rwm' });
    }
  }
  for (const text of hostConfig.DeviceCgroupRules ?? []) rules.push(parseRule(text));
  return { devices, rules };
}

/** `c 1:3 rwm`, `b 8:* r`, `a *:* rwm`. @throws InvalidParameter */
export function parseRule(text: string): DeviceRule {
  const match = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text);
  if (!match) throw new InvalidParameter(`invalid device cgroup rule format: '${text}'`);
  const [, type, major, minor, access] = match as unknown as [string, 'a' | 'c' | 'b', string, string, string];
  return { allow: true, type, ...(major !== '*' && { major: Number(major) }), ...(minor !== '*' && { minor: Number(minor) }), access };
}

function mapped({ PathOnHost, PathInContainer, CgroupPermissions }: DeviceMapping): OciDevice[] {
  if (CgroupPermissions && !/^[rwm]{1,3}$/.test(CgroupPermissions)) throw new InvalidParameter(`invalid device mode: ${CgroupPermissions}`);
  const source = PathOnHost ?? '';
  const target = PathInContainer || source;
  let stat;
  try {
    stat = statSync(source);
  } catch (error) {
    throw new System(`error gathering device information while adding custom device ${JSON.stringify(source)}: no such file or directory`, { cause: error });
  }
  if (stat.isDirectory()) {
    const found = hostDevices(source, target);
    if (found.length > 0) return found;
  }
  const device = nodeOf(source, target);
  if (!device) throw new System(`error gathering device information while adding custom device ${JSON.stringify(source)}: not a device node`);
  return [device];
}

/** Character and block devices below a folder, without the ones a container gets of its own. */
function hostDevices(folder: string, target = folder): OciDevice[] {
  const own = new Set(['/dev/pts', '/dev/shm', '/dev/fd', '/dev/mqueue', '/dev/.lxc', '/dev/.lxd-mounts', '/dev/.udev', '/dev/console', '/dev/ptmx', '/dev/tty']);
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (own.has(path)) return [];
    if (entry.isDirectory()) return hostDevices(path, `${target}/${entry.name}`);
    const device = entry.isCharacterDevice() || entry.isBlockDevice() ? nodeOf(path, `${target}/${entry.name}`) : undefined;
    return device ? [device] : [];
  });
}

function nodeOf(source: string, target: string): OciDevice | undefined {
  let stat;
  try {
    stat = lstatSync(source);
    if (stat.isSymbolicLink()) stat = statSync(source);
  } catch {
    return undefined; // went away while we looked
  }
  if (!stat.isCharacterDevice() && !stat.isBlockDevice()) return undefined;
  // dev_t as glibc packs it: gnu_dev_major(3), gnu_dev_minor(3)
  const dev = BigInt(stat.rdev);
  const major = Number(((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n));
  const minor = Number((dev & 0xffn) | ((dev >> 12n) & 0xffffff00n));
  return { path: target, type: stat.isBlockDevice() ? 'b' : 'c', major, minor, fileMode: stat.mode & 0o777, uid: stat.uid, gid: stat.gid };
}

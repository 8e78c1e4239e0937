// What a container finds mounted besides its root: Docker's default file systems, tmpfs, /dev/shm, then volumes and files of the network.
// Later entries cover earlier ones, so they are ordered by depth of their destination.
import type { HostConfig } from '@docker/node-sdk';
import type { OciMount } from '../../needs.ts';
import { InvalidParameter } from '../../wire/errors.ts';

const DEFAULT_SHM_BYTES = 64 * 1024 * 1024;

export interface MountFacts { rootless: boolean; cgroupVersion: 1 | 2 }

/** @param extra volumes, /etc/hosts and friends; they may replace a default mount. @throws InvalidParameter for bad tmpfs options */
export function mountSpec(host: HostConfig, extra: readonly OciMount[], options: MountFacts & { /** the host's message queues are shown: it shares its IPC namespace and has them mounted */ hostMqueue: boolean; shmSource?: string | undefined }): OciMount[] {
  const sysReadonly = host.Privileged ? 'rw' : 'ro';
  const hostNetRootless = options.rootless && host.NetworkMode === 'host';
  const mounts: OciMount[] = [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'] },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', ...(options.rootless ? [] : ['gid=5'])] },
    // Without a network namespace of its own, a user namespace may not mount a new sysfs.
    hostNetRootless
      ? { destination: '/sys', type: 'bind', source: '/sys', options: ['rbind', 'nosuid', 'noexec', 'nodev', 'ro'] }
      : { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', sysReadonly] },
    ...(hostNetRootless ? [] : [{ destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [sysReadonly, 'nosuid', 'noexec', 'nodev', 'relatime'] }]),
    options.hostMqueue
      ? { destination: '/dev/mqueue', type: 'bind', source: '/dev/mqueue', options: ['rbind', 'nosuid', 'noexec', 'nodev'] }
      : { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
    ...(host.IpcMode === 'none' ? [] : [options.shmSource !== undefined
      ? { destination: '/dev/shm', type: 'bind', source: options.shmSource, options: ['rbind', 'rprivate'] }
      : { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${host.ShmSize || DEFAULT_SHM_BYTES}`] }]),
  ];
  const wished = [...Object.entries(host.Tmpfs ?? {}).map(tmpfs), ...extra.map(normal)];
  const taken = new Set(wished.map(({ destination }) => destination));
  const depth = (path: string) => path.split('/').filter(Boolean).length;
  return [
    ...mounts.filter(({ destination }) => !taken.has(destination)),
    ...wished.toSorted((a, b) => depth(a.destination) - depth(b.destination)),
  ];
}

const normal = (mount: OciMount): OciMount => ({ ...mount, destination: mount.destination.replace(/(.)\/+$/, '$1') });

const TMPFS_WORDS = /^(exec|noexec|suid|nosuid|dev|nodev|ro|rw|sync|async|relatime|norelatime|noatime|strictatime|size=\d+[kmgKMG%]?|mode=[0-7]+|uid=\d+|gid=\d+|nr_inodes=\d+[kmg]?|nr_blocks=\d+[kmg]?|mpol=\S+)$/;

function tmpfs([destination, options]: [string, string]): OciMount {
  const words = options.split(',').filter(Boolean);
  const bad = words.find((word) => !TMPFS_WORDS.test(word));
  if (bad !== undefined) throw new InvalidParameter(`invalid tmpfs option ${JSON.stringify(bad)}`);
  if (!destination.startsWith('/')) throw new InvalidParameter(`invalid mount path: '${destination}' mount path must be absolute`);
  const defaults = ['noexec', 'nosuid', 'nodev'].filter((word) => !words.includes(word.slice(2)) && !words.includes(word));
  return normal({ destination, type: 'tmpfs', source: 'tmpfs', options: [...defaults, ...words] });
}

// What makes a container one: its namespaces, its control groups, its stack of layers, as the kernel shows them right now.
// Sources: namespaces(7), cgroups(7), proc(5).
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { foldersOf } from './stats.ts';

export interface Isolation {
  /** each namespace of the main process; `isOwn` is false when it shares the engine's (host mode) */
  namespaces: { type: string; inode: string; isOwn: boolean }[];
  cgroups: { version: 1 | 2; controller: string; folder: string; limits: Record<string, string> }[];
  /** folders of the overlay mount; none when it is not mounted */
  layers: { lower: string[]; upper: string; work: string } | null;
  capabilities: { effective: string; bounding: string };
  seccomp: 'off' | 'strict' | 'filter';
  noNewPrivileges: boolean;
}

const NAMESPACES = ['mnt', 'pid', 'net', 'ipc', 'uts', 'user', 'cgroup', 'time'];
/** The files a person would read to see a limit. */
const LIMIT_FILES: Record<string, string[]> = {
  memory: ['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes', 'memory.soft_limit_in_bytes'],
  cpu: ['cpu.shares', 'cpu.cfs_quota_us', 'cpu.cfs_period_us'],
  cpuset: ['cpuset.cpus', 'cpuset.mems'],
  pids: ['pids.max', 'pids.current'],
  blkio: ['blkio.weight'],
  freezer: ['freezer.state'],
  unified: ['memory.max', 'memory.swap.max', 'memory.low', 'cpu.max', 'cpu.weight', 'cpuset.cpus', 'pids.max', 'io.weight', 'cgroup.freeze', 'cgroup.controllers'],
};

/** @param pid main process of a running container. @throws Error when it ended meanwhile */
export function readIsolation(pid: number, layers: Isolation['layers']): Isolation {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '';
  const { unified, controllers } = foldersOf(pid);
  return {
    namespaces: NAMESPACES.flatMap((type) => {
      const inode = namespaceOf(pid, type);
      return inode === '' ? [] : [{ type, inode, isOwn: inode !== namespaceOf('self', type) }];
    }),
    cgroups: unified === undefined
      ? [...controllers].map(([controller, folder]) => ({ version: 1 as const, controller, folder, limits: limitsOf(folder, controller) }))
      : [{ version: 2 as const, controller: 'unified', folder: unified, limits: limitsOf(unified, 'unified') }],
    layers,
    capabilities: { effective: field('CapEff'), bounding: field('CapBnd') },
    seccomp: field('Seccomp') === '2' ? 'filter' : field('Seccomp') === '1' ? 'strict' : 'off',
    noNewPrivileges: field('NoNewPrivs') === '1',
  };
}

function namespaceOf(pid: number | 'self', type: string): string {
  try {
    return /\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/ns/${type}`))?.[1] ?? '';
  } catch {
    return ''; // this kernel has no such namespace
  }
}

function limitsOf(folder: string, controller: string): Record<string, string> {
  const limits: Record<string, string> = {};
  for (const file of LIMIT_FILES[controller] ?? []) {
    try {
      limits[file] = readFileSync(join(folder, file), 'utf8').trim();
    } catch {
      continue; // not every kernel has every file
    }
  }
  return limits;
}

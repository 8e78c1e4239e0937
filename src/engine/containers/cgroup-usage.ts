// What a cgroup used so far, in the shape of Docker's stats (Engine API v1.47, ContainerStats). One pure parse per file.
// cgroup v1: Documentation/admin-guide/cgroup-v1/*.rst; v2: cgroup-v2.rst. Times are nanoseconds, sizes bytes.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readKernelFile } from '../kernel/kernel-file.ts';

export interface CpuUsage {
  cpu_usage: { total_usage: number; usage_in_kernelmode: number; usage_in_usermode: number; percpu_usage?: number[] };
  system_cpu_usage?: number;
  online_cpus: number;
  throttling_data: { periods: number; throttled_periods: number; throttled_time: number };
}

export interface BlkioEntry { major: number; minor: number; op: string; value: number }

export interface CgroupUsage {
  cpu: CpuUsage;
  memory: Record<string, unknown>;
  pids: { current?: number; limit?: number };
  blkio: { io_service_bytes_recursive: BlkioEntry[] | null; io_serviced_recursive: BlkioEntry[] | null };
}

/** Folders of one container: `unified` on cgroup v2, else one per controller. */
export interface CgroupFolders { unified?: string; controllers: ReadonlyMap<string, string> }

const read = (folder: string | undefined, file: string): string => {
  if (folder === undefined) return '';
  try {
    return readKernelFile(`${folder}/${file}`);
  } catch {
    return ''; // the controller is off, or the container ended between two reads
  }
};

/** Lines `key value` as numbers. */
export function keyedNumbers(text: string): Record<string, number> {
  const out: Record<string, number> = {};
  for (const line of text.split('\n')) {
    const cut = line.indexOf(' ');
    if (cut > 0) out[line.slice(0, cut)] = Number(line.slice(cut + 1));
  }
  return out;
}

const number = (text: string): number | undefined => (/^\d+\s*$/.test(text) ? Number(text) : undefined);

/** Where the kernel says the process is: `/proc/PID/cgroup`, joined with this machine's cgroup mounts. */
export function cgroupFolders(procCgroup: string, procMountinfo: string): CgroupFolders {
  const mounts = new Map<string, string>();
  let unifiedMount: string | undefined;
  for (const line of procMountinfo.split('\n')) {
    const [left, right] = line.split(' - ');
    const [type, , superOptions] = right?.split(' ') ?? [];
    const target = left?.split(' ')[4];
    if (target === undefined) continue;
    if (type === 'cgroup2') unifiedMount ??= target;
    if (type === 'cgroup') for (const option of superOptions?.split(',') ?? []) if (!mounts.has(option)) mounts.set(option, target);
  }
  const controllers = new Map<string, string>();
  let unified: string | undefined;
  for (const line of procCgroup.split('\n')) {
    const [id, names, ...path] = line.split(':');
    if (id === undefined || names === undefined || path.length === 0) continue;
    if (id === '0') {
      if (unifiedMount !== undefined) unified = join(unifiedMount, path.join(':'));
      continue;
    }
    for (const name of names.split(',')) {
      const mount = mounts.get(name);
      if (mount !== undefined) controllers.set(name, join(mount, path.join(':')));
    }
  }
  return { controllers, ...(unified !== undefined && controllers.size === 0 && { unified }) };
}

/** @param onlineCpus number of CPUs; @param systemCpu nanoseconds all CPUs have spent, from /proc/stat */
export function readUsage(folders: CgroupFolders, onlineCpus: number, systemCpu: number, memoryTotal: number): CgroupUsage {
  return folders.unified === undefined ? readV1(folders.controllers, onlineCpus, systemCpu, memoryTotal) : readV2(folders.unified, onlineCpus, systemCpu, memoryTotal);
}

const TICK_NS = 10_000_000; // USER_HZ is 100 on every architecture Node runs on

function readV1(at: ReadonlyMap<string, string>, onlineCpus: number, systemCpu: number, memoryTotal: number): CgroupUsage {
  const split = keyedNumbers(read(at.get('cpuacct'), 'cpuacct.stat'));
  const throttled = keyedNumbers(read(at.get('cpu'), 'cpu.stat'));
  const memory = at.get('memory');
  const limit = number(read(memory, 'memory.limit_in_bytes')) ?? memoryTotal;
  return {
    cpu: {
      cpu_usage: {
        total_usage: number(read(at.get('cpuacct'), 'cpuacct.usage')) ?? 0,
        percpu_usage: read(at.get('cpuacct'), 'cpuacct.usage_percpu').trim().split(' ').filter(Boolean).map(Number),
        usage_in_kernelmode: (split['system'] ?? 0) * TICK_NS,
        usage_in_usermode: (split['user'] ?? 0) * TICK_NS,
      },
      system_cpu_usage: systemCpu,
      online_cpus: onlineCpus,
      throttling_data: { periods: throttled['nr_periods'] ?? 0, throttled_periods: throttled['nr_throttled'] ?? 0, throttled_time: throttled['throttled_time'] ?? 0 },
    },
    memory: {
      usage: number(read(memory, 'memory.usage_in_bytes')) ?? 0,
      max_usage: number(read(memory, 'memory.max_usage_in_bytes')) ?? 0,
      stats: keyedNumbers(read(memory, 'memory.stat')),
      failcnt: number(read(memory, 'memory.failcnt')) ?? 0,
      limit: Math.min(limit, memoryTotal),
    },
    pids: pids(at.get('pids')),
    blkio: {
      io_service_bytes_recursive: blkioV1(read(at.get('blkio'), 'blkio.throttle.io_service_bytes_recursive')),
      io_serviced_recursive: blkioV1(read(at.get('blkio'), 'blkio.throttle.io_serviced_recursive')),
    },
  };
}

function readV2(folder: string, onlineCpus: number, systemCpu: number, memoryTotal: number): CgroupUsage {
  const cpu = keyedNumbers(read(folder, 'cpu.stat'));
  const io = ioV2(read(folder, 'io.stat'));
  const limit = number(read(folder, 'memory.max')) ?? memoryTotal;
  return {
    cpu: {
      cpu_usage: { total_usage: (cpu['usage_usec'] ?? 0) * 1000, usage_in_kernelmode: (cpu['system_usec'] ?? 0) * 1000, usage_in_usermode: (cpu['user_usec'] ?? 0) * 1000 },
      system_cpu_usage: systemCpu,
      online_cpus: onlineCpus,
      throttling_data: { periods: cpu['nr_periods'] ?? 0, throttled_periods: cpu['nr_throttled'] ?? 0, throttled_time: (cpu['throttled_usec'] ?? 0) * 1000 },
    },
    memory: {
      usage: number(read(folder, 'memory.current')) ?? 0,
      stats: keyedNumbers(read(folder, 'memory.stat')),
      limit: Math.min(limit, memoryTotal),
    },
    pids: pids(folder),
    blkio: { io_service_bytes_recursive: io.bytes, io_serviced_recursive: io.operations },
  };
}

function pids(folder: string | undefined): CgroupUsage['pids'] {
  const current = number(read(folder, 'pids.current'));
  const limit = number(read(folder, 'pids.max'));
  return { ...(current !== undefined && { current }), ...(limit !== undefined && { limit }) };
}

/** Lines `8:0 Read 4096`; the closing `Total 4096` has no device. */
export function blkioV1(text: string): BlkioEntry[] | null {
  const entries = text.split('\n').flatMap((line) => {
    const match = /^(\d+):(\d+) (\w+) (\d+)$/.exec(line);
    return match ? [{ major: Number(match[1]), minor: Number(match[2]), op: (match[3] as string).toLowerCase(), value: Number(match[4]) }] : [];
  });
  return entries.length > 0 ? entries : null;
}

/** Lines `8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0`. */
export function ioV2(text: string): { bytes: BlkioEntry[] | null; operations: BlkioEntry[] | null } {
  const bytes: BlkioEntry[] = [];
  const operations: BlkioEntry[] = [];
  for (const line of text.split('\n')) {
    const device = /^(\d+):(\d+) (.*)$/.exec(line);
    if (!device) continue;
    const [major, minor] = [Number(device[1]), Number(device[2])];
    for (const [, key, value] of (device[3] as string).matchAll(/(\w+)=(\d+)/g)) {
      if (key === 'rbytes' || key === 'wbytes') bytes.push({ major, minor, op: key === 'rbytes' ? 'read' : 'write', value: Number(value) });
      if (key === 'rios' || key === 'wios') operations.push({ major, minor, op: key === 'rios' ? 'read' : 'write', value: Number(value) });
    }
  }
  return { bytes: bytes.length > 0 ? bytes : null, operations: operations.length > 0 ? operations : null };
}

/** Process ids of everything in the container's cgroup, exec'd processes included. */
export function processIds(folders: CgroupFolders): number[] {
  const folder = folders.unified ?? folders.controllers.get('pids') ?? folders.controllers.get('memory') ?? [...folders.controllers.values()][0];
  if (folder === undefined) return [];
  return [folder, ...subfolders(folder)].flatMap((at) => read(at, 'cgroup.procs').split('\n').filter(Boolean).map(Number));
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap((entry) => {
      const below = join(folder, entry.name);
      return [below, ...subfolders(below)];
    });
  } catch {
    return []; // the cgroup is gone with its container
  }
}

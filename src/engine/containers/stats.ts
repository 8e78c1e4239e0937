// Container statistics: one sampler per container, shared by all its streams, at rest when nobody looks.
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { readKernelFile } from '../kernel/kernel-file.ts';
import { cgroupFolders, readUsage, type CgroupFolders, type CgroupUsage, type CpuUsage } from './cgroup-usage.ts';

export interface Watched {
  id: string;
  /** with its leading slash, as Docker sends it */
  name: string;
  /** main process; 0 when it does not run */
  pid: number;
}

export interface Stats {
  /** One sample; `precpu` waits a second for a second one so that percentages can be computed. */
  once(find: () => Watched, options: { isOneShot: boolean; signal: AbortSignal }): Promise<string>;
  /** A line of JSON each second until the signal aborts or `find` throws (the container is gone). */
  follow(find: () => Watched, signal: AbortSignal): AsyncGenerator<string>;
}

const PERIOD_MS = 1000;
const NO_CPU: CpuUsage = { cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 }, online_cpus: 0, throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 } };

interface Follower { find: () => Watched; push: (line: string | undefined) => void }

export function createStats(): Stats {
  const followers = new Set<Follower>();
  const last = new Map<string, { pid: number; folders: CgroupFolders; cpu: CpuUsage; read: string }>();
  let timer: NodeJS.Timeout | undefined;

  const sample = ({ id, name, pid }: Watched, systemCpu: number): string => {
    const read = new Date().toISOString();
    let before = last.get(id);
    if (pid === 0) {
      last.delete(id);
      return line({ name, id, read: '0001-01-01T00:00:00Z', preread: '0001-01-01T00:00:00Z', cpu: NO_CPU, precpu: NO_CPU });
    }
    if (before?.pid !== pid) before = undefined;
    const folders = before?.folders ?? foldersOf(pid);
    const { cpu, memory, pids, blkio } = readUsage(folders, availableParallelism(), systemCpu, totalmem());
    last.set(id, { pid, folders, cpu, read });
    return line({ name, id, read, preread: before?.read ?? '0001-01-01T00:00:00Z', cpu, precpu: before?.cpu ?? NO_CPU, memory, pids, blkio, networks: readNetworks(pid) });
  };

  const tick = () => {
    const systemCpu = readSystemCpu();
    const lines = new Map<string, string>();
    for (const follower of followers) {
      try {
        const watched = follower.find();
        let text = lines.get(watched.id);
        if (text === undefined) lines.set(watched.id, (text = sample(watched, systemCpu)));
        follower.push(text);
      } catch {
        follower.push(undefined); // the container is gone: its streams end
      }
    }
    for (const id of last.keys()) if (!lines.has(id)) last.delete(id);
  };

  return {
    async once(find, { isOneShot, signal }) {
      if (isOneShot) {
        const text = sample(find(), readSystemCpu());
        last.delete(find().id);
        return text;
      }
      const stop = new AbortController();
      let second = '';
      let count = 0;
      for await (const text of this.follow(find, AbortSignal.any([signal, stop.signal]))) {
        second = text;
        if (++count === 2 || find().pid === 0) stop.abort();
      }
      return second;
    },
    async *follow(find, signal) {
      const queue: (string | undefined)[] = [sample(find(), readSystemCpu())];
      let wake = () => {};
      const follower: Follower = { find, push: (text) => { if (queue.length < 2) queue.push(text); wake(); } }; // a slow reader skips samples
      followers.add(follower);
      timer ??= setInterval(tick, PERIOD_MS);
      signal.addEventListener('abort', () => wake(), { once: true });
      try {
        while (!signal.aborted) {
          if (queue.length === 0) {
            await new Promise<void>((resolve) => (wake = resolve));
            continue;
          }
          const text = queue.shift();
          if (text === undefined) return;
          yield text;
        }
      } finally {
        followers.delete(follower);
        if (followers.size === 0) {
          clearInterval(timer);
          timer = undefined;
          last.clear();
        }
      }
    },
  };
}

interface Sample {
  name: string; id: string; read: string; preread: string; cpu: CpuUsage; precpu: CpuUsage;
  memory?: unknown; pids?: unknown; blkio?: CgroupUsage['blkio']; networks?: unknown;
}

/** Counters of the CFQ scheduler, which kernels since 5.0 no longer have; clients find the names all the same. */
const NO_BLKIO = {
  io_queue_recursive: null, io_service_time_recursive: null, io_wait_time_recursive: null, io_merged_recursive: null, io_time_recursive: null, sectors_recursive: null,
};

const line = (sample: Sample): string => `${JSON.stringify({
  name: sample.name, id: sample.id, read: sample.read, preread: sample.preread,
  pids_stats: sample.pids ?? {}, blkio_stats: sample.blkio === undefined ? {} : { ...NO_BLKIO, ...sample.blkio }, num_procs: 0, storage_stats: {},
  cpu_stats: sample.cpu, precpu_stats: sample.precpu, memory_stats: sample.memory ?? {},
  ...(sample.networks !== undefined && { networks: sample.networks }),
})}\n`;

/** A container's own group is named by its id. */
const OWN_GROUP = /[0-9a-f]{64}/;

/** Where a container's cgroups are; none where an ordinary user may not make them (v1): its processes are in a group of others. @throws when the process is gone */
export function foldersOf(pid: number): CgroupFolders {
  const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  return OWN_GROUP.test(groups) ? cgroupFolders(groups, readFileSync('/proc/self/mountinfo', 'utf8')) : { controllers: new Map() };
}

/** Nanoseconds that all CPUs spent since boot: the first seven columns of the `cpu` line, as Docker counts (guest is part of user). */
function readSystemCpu(): number {
  const [, ...columns] = (readKernelFile('/proc/stat').split('\n', 1)[0] ?? '').trim().split(/\s+/);
  return columns.slice(0, 7).reduce((sum, ticks) => sum + Number(ticks), 0) * 10_000_000;
}

type NetworkCounters = Record<string, number>;

/** Counters of a process's network devices, loopback left out; undefined when it ended. */
function readNetworks(pid: number): Record<string, NetworkCounters> | undefined {
  let text: string;
  try {
    text = readKernelFile(`/proc/${pid}/net/dev`);
  } catch {
    return undefined; // it ended between two reads
  }
  return parseNetDev(text);
}

/** /proc/PID/net/dev: receive columns bytes packets errs drop …, transmit from the ninth on (proc(5)). */
export function parseNetDev(text: string): Record<string, NetworkCounters> {
  const out: Record<string, NetworkCounters> = {};
  for (const row of text.split('\n').slice(2)) {
    const [device, counters] = row.split(':');
    const columns = counters?.trim().split(/\s+/).map(Number);
    if (device === undefined || columns === undefined || device.trim() === 'lo') continue;
    const [rxBytes = 0, rxPackets = 0, rxErrors = 0, rxDropped = 0, , , , , txBytes = 0, txPackets = 0, txErrors = 0, txDropped = 0] = columns;
    out[device.trim()] = {
      rx_bytes: rxBytes, rx_packets: rxPackets, rx_errors: rxErrors, rx_dropped: rxDropped,
      tx_bytes: txBytes, tx_packets: txPackets, tx_errors: txErrors, tx_dropped: txDropped,
    };
  }
  return out;
}

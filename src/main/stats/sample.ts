// From Docker's counters to rates. Pure.
import type { StatsSample } from '../contract/container-stats.ts';

/** Engine API, GET /containers/{id}/stats: the fields that are read. */
export interface WireStats {
  read?: string;
  cpu_stats?: { cpu_usage?: { total_usage?: number } };
  memory_stats?: { usage?: number; limit?: number; stats?: { inactive_file?: number; total_inactive_file?: number } };
  networks?: Record<string, { rx_bytes: number; tx_bytes: number }>;
  blkio_stats?: { io_service_bytes_recursive?: { op: string; value: number }[] | null };
  pids_stats?: { current?: number };
}

export interface Counters { atMs: number; cpuNanos: number; rx: number; tx: number; read: number; write: number }

/** @returns undefined for the empty stats of a container that does not run */
export function countersOf(stats: WireStats, nowMs: number): Counters | undefined {
  const cpuNanos = stats.cpu_stats?.cpu_usage?.total_usage;
  if (!cpuNanos) return undefined;
  const nets = Object.values(stats.networks ?? {});
  const blocks = stats.blkio_stats?.io_service_bytes_recursive ?? [];
  const blockBytes = (name: string) => blocks.reduce((sum, { op, value }) => (op.toLowerCase() === name ? sum + value : sum), 0);
  const readMs = stats.read ? Date.parse(stats.read) : Number.NaN;
  return {
    atMs: Number.isFinite(readMs) && readMs > 0 ? readMs : nowMs,
    cpuNanos,
    rx: nets.reduce((sum, net) => sum + net.rx_bytes, 0),
    tx: nets.reduce((sum, net) => sum + net.tx_bytes, 0),
    read: blockBytes('read'),
    write: blockBytes('write'),
  };
}

/** A restart sets counters back: a rate is never negative. */
export function sampleOf(stats: WireStats, now: Counters, before: Counters): StatsSample {
  const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1000);
  const rate = (key: 'rx' | 'tx' | 'read' | 'write') => Math.max(0, (now[key] - before[key]) / seconds);
  const memory = stats.memory_stats ?? {};
  const cache = memory.stats?.inactive_file ?? memory.stats?.total_inactive_file ?? 0;
  return {
    atMs: now.atMs,
    cpuPercent: Math.max(0, (now.cpuNanos - before.cpuNanos) / 1e7 / seconds),
    memoryBytes: Math.max(0, (memory.usage ?? 0) - cache),
    memoryLimitBytes: memory.limit ?? 0,
    rxBytesPerSecond: rate('rx'),
    txBytesPerSecond: rate('tx'),
    readBytesPerSecond: rate('read'),
    writeBytesPerSecond: rate('write'),
    pids: stats.pids_stats?.current ?? 0,
  };
}

/** One sample for many: averages, at the time of the last. `samples` must not be empty. */
export function averageOf(samples: StatsSample[]): StatsSample {
  const last = samples.at(-1) as StatsSample;
  const mean = (key: keyof StatsSample) => samples.reduce((sum, sample) => sum + sample[key], 0) / samples.length;
  return {
    atMs: last.atMs,
    cpuPercent: mean('cpuPercent'),
    memoryBytes: Math.round(mean('memoryBytes')),
    memoryLimitBytes: last.memoryLimitBytes,
    rxBytesPerSecond: mean('rxBytesPerSecond'),
    txBytesPerSecond: mean('txBytesPerSecond'),
    readBytesPerSecond: mean('readBytesPerSecond'),
    writeBytesPerSecond: mean('writeBytesPerSecond'),
    pids: Math.round(mean('pids')),
  };
}

// One load sample a second for the dashboard: the sum over the stats streams of all running containers.
// The streams are the engine's own one-second ticks (Engine API, GET /containers/{id}/stats?stream=1); nothing is polled.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerRow } from '../contract/containers.ts';
import type { DockerEvent, LoadSample } from '../contract/system.ts';
import { filters, type DockerClient } from '../docker/client.ts';
import { isNotFound } from './not-found.ts';

interface Stats {
  cpu_stats: { cpu_usage: { total_usage: number } };
  memory_stats: { usage?: number; stats?: { inactive_file?: number; total_inactive_file?: number } };
  networks?: Record<string, { rx_bytes: number; tx_bytes: number }>;
}
interface Reading { atMs: number; cpuNanos: number; memory: number; rx: number; tx: number; cpuPercent: number; rxRate: number; txRate: number }

const TICK_MS = 1000;

export async function* load(client: DockerClient, signal: AbortSignal | undefined): AsyncGenerator<LoadSample> {
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const readings = new Map<string, Reading>();
  const watching = new Set<string>();
  let failure: Error | undefined;

  const watch = async (id: string) => {
    if (watching.has(id)) return;
    watching.add(id);
    try {
      for await (const stats of client.lines<Stats>('GET', `/containers/${id}/stats`, { query: { stream: true }, signal: either })) {
        if (stats.cpu_stats?.cpu_usage) readings.set(id, reading(stats, readings.get(id), performance.now()));
      }
    } catch (error) {
      if (!either.aborted && !isNotFound(error)) failure = error as Error;
    } finally {
      watching.delete(id);
      readings.delete(id);
    }
  };
  const follow = async () => {
    const events = client.lines<DockerEvent>('GET', '/events', { query: { filters: filters({ type: ['container'], event: ['start', 'die'] }) }, signal: either });
    for await (const event of events) {
      if (event.Action === 'start') void watch(event.Actor.ID);
      else readings.delete(event.Actor.ID);
    }
  };
  try {
    follow().catch((error: Error) => (failure = either.aborted ? undefined : error));
    for (const row of await client.json<ContainerRow[]>('GET', '/containers/json', { signal: either })) void watch(row.Id);
    while (!either.aborted) {
      if (failure) throw failure;
      yield total([...readings.values()]);
      await sleep(TICK_MS, undefined, { signal: either }).catch(() => {}); // aborted: the loop ends
    }
  } finally {
    stop.abort();
  }
}

/** Rates between two samples of one container. Memory is what Docker's CLI shows: usage without the inactive page cache. */
export function reading(stats: Stats, before: Reading | undefined, atMs: number): Reading {
  const nets = Object.values(stats.networks ?? {});
  const rx = nets.reduce((sum, net) => sum + net.rx_bytes, 0);
  const tx = nets.reduce((sum, net) => sum + net.tx_bytes, 0);
  const cpuNanos = stats.cpu_stats.cpu_usage.total_usage;
  const cache = stats.memory_stats.stats?.inactive_file ?? stats.memory_stats.stats?.total_inactive_file ?? 0;
  const seconds = before ? Math.max(0.001, (atMs - before.atMs) / 1000) : Infinity;
  return {
    atMs,
    cpuNanos,
    rx,
    tx,
    memory: Math.max(0, (stats.memory_stats.usage ?? 0) - cache),
    cpuPercent: before ? Math.max(0, ((cpuNanos - before.cpuNanos) / 1e9 / seconds) * 100) : 0,
    rxRate: before ? Math.max(0, (rx - before.rx) / seconds) : 0,
    txRate: before ? Math.max(0, (tx - before.tx) / seconds) : 0,
  };
}

function total(readings: Reading[]): LoadSample {
  const sum = (pick: (item: Reading) => number) => readings.reduce((value, item) => value + pick(item), 0);
  return {
    atMs: Date.now(),
    running: readings.length,
    cpuPercent: sum((item) => item.cpuPercent),
    memoryBytes: sum((item) => item.memory),
    rxBytesPerSecond: sum((item) => item.rxRate),
    txBytesPerSecond: sum((item) => item.txRate),
  };
}

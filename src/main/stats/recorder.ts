// Watches what the containers of each host use. While a view looks, by the second, from the engine's own streams; otherwise one
// reading a minute, so that there is history to show. Several views share one set of streams.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StatsSample } from '../contract/container-stats.ts';
import type { ContainerRow } from '../contract/containers.ts';
import type { DockerEvent } from '../contract/system.ts';
import { filters, type DockerClient } from '../docker/client.ts';
import { createStatsHistory, removeOldHistories, type StatsHistory } from './history.ts';
import { countersOf, sampleOf, type Counters, type WireStats } from './sample.ts';

export interface StatsRecorder extends AsyncDisposable {
  /** The newest samples of a host's running containers, once a second. */
  watch(host: string, signal: AbortSignal): AsyncGenerator<Record<string, StatsSample>>;
  history(host: string, id: string, sinceMs: number): Promise<StatsSample[]>;
}

interface Watched { latest: Map<string, StatsSample>; before: Map<string, Counters>; watchers: number; stop?: AbortController; failure?: unknown }

const TICK_MS = 1000;
const SELDOM_MS = 60_000;

/** @param connected ids of the hosts that are connected: they get a history, looked at or not */
export function createStatsRecorder(folder: string, connect: (host: string, signal: AbortSignal) => Promise<DockerClient>, connected: () => string[]): StatsRecorder {
  const hosts = new Map<string, Watched>();
  const histories = new Map<string, StatsHistory>();
  const ended = new AbortController();

  const watchedOf = (host: string) => {
    let watched = hosts.get(host);
    if (!watched) hosts.set(host, (watched = { latest: new Map(), before: new Map(), watchers: 0 }));
    return watched;
  };
  const historyOf = (host: string, id: string) => {
    const key = `${host}/${id}`;
    let history = histories.get(key);
    // A host's id may hold anything; a hash is always a file name.
    if (!history) histories.set(key, (history = createStatsHistory(join(folder, createHash('sha256').update(host).digest('hex').slice(0, 16), id))));
    return history;
  };
  const take = (host: string, watched: Watched, id: string, stats: WireStats) => {
    const now = countersOf(stats, Date.now());
    const before = watched.before.get(id);
    if (!now) return;
    watched.before.set(id, now);
    if (!before || now.atMs <= before.atMs) return;
    const sample = sampleOf(stats, now, before);
    watched.latest.set(id, sample);
    historyOf(host, id).add(sample);
  };
  const stream = async (host: string, watched: Watched, client: DockerClient, id: string, signal: AbortSignal) => {
    try {
      for await (const stats of client.lines<WireStats>('GET', `/containers/${id}/stats`, { query: { stream: true }, signal })) take(host, watched, id, stats);
    } catch (error) {
      if (!signal.aborted && (error as { kind?: string }).kind === 'Unavailable') watched.failure = error; // others: the container is gone
    } finally {
      watched.latest.delete(id);
    }
  };
  const start = async (host: string, watched: Watched, signal: AbortSignal) => {
    const client = await connect(host, signal);
    const open = new Set<string>();
    const add = (id: string) => {
      if (open.has(id)) return;
      open.add(id);
      void stream(host, watched, client, id, signal).finally(() => open.delete(id));
    };
    const events = client.lines<DockerEvent>('GET', '/events', { query: { filters: filters({ type: ['container'], event: ['start', 'die'] }) }, signal });
    const rows = await client.json<ContainerRow[]>('GET', '/containers/json', { signal });
    for (const row of rows) add(row.Id);
    for await (const event of events) {
      if (event.Action === 'start') add(event.Actor.ID);
      else watched.latest.delete(event.Actor.ID);
    }
  };
  /** One reading of each container that runs, for the history of hosts that nobody looks at. */
  const glance = async () => {
    for (const host of connected()) {
      const watched = watchedOf(host);
      if (watched.watchers > 0) continue;
      try {
        const client = await connect(host, AbortSignal.timeout(SELDOM_MS / 2));
        for (const { Id } of await client.json<ContainerRow[]>('GET', '/containers/json')) {
          take(host, watched, Id, await client.json<WireStats>('GET', `/containers/${Id}/stats`, { query: { stream: false, 'one-shot': true } }));
        }
      } catch {
        // The host is away: the history has a gap there.
      }
    }
  };
  const timer = setInterval(() => void glance(), SELDOM_MS).unref();
  void removeOldHistories(folder);

  return {
    async *watch(host, signal) {
      const watched = watchedOf(host);
      if (watched.watchers++ === 0) {
        watched.latest.clear(); // of the last glance; some may have ended since
        const stop = (watched.stop = new AbortController());
        delete watched.failure;
        const mine = watched;
        start(host, mine, AbortSignal.any([stop.signal, ended.signal])).catch((error: unknown) => {
          if (!stop.signal.aborted) mine.failure = error;
        });
      }
      try {
        while (!signal.aborted) {
          if (watched.failure !== undefined) throw watched.failure as Error;
          yield Object.fromEntries(watched.latest);
          await sleep(TICK_MS, undefined, { signal }).catch(() => {}); // aborted: the loop ends
        }
      } finally {
        if (--watched.watchers === 0) watched.stop?.abort();
      }
    },
    history: (host, id, sinceMs) => historyOf(host, id).since(sinceMs),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      ended.abort();
    },
  };
}

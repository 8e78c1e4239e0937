// What the running containers use, second by second, shared by every row and chart that looks. One stream a host, open only
// while somebody looks; the last two minutes of each container are kept for the small curves.
import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { StatsSample } from '../../main/contract/container-stats.ts';
import { rpc } from '../rpc.ts';

const KEPT = 120;
const RETRY_MS = 2000;
const NONE: StatsSample[] = [];

interface HostStats { samples: Map<string, StatsSample[]>; listeners: Set<() => void>; stop?: AbortController }
const hosts = new Map<string, HostStats>();

function statsOf(host: string): HostStats {
  let stats = hosts.get(host);
  if (!stats) hosts.set(host, (stats = { samples: new Map(), listeners: new Set() }));
  return stats;
}

async function read(host: string, stats: HostStats, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const latest of await rpc.containerStats.all({ host }, { signal })) {
        for (const id of stats.samples.keys()) if (!(id in latest)) stats.samples.delete(id);
        for (const [id, sample] of Object.entries(latest)) {
          const before = stats.samples.get(id) ?? NONE;
          if (before.at(-1)?.atMs !== sample.atMs) stats.samples.set(id, [...before.slice(1 - KEPT), sample]);
        }
        for (const listener of stats.listeners) listener();
      }
    } catch {
      // The connection's own banner says what is wrong; the curves wait.
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** Reads while anybody listens. @returns how to stop listening */
function listen(host: string, listener: () => void): () => void {
  const stats = statsOf(host);
  stats.listeners.add(listener);
  if (!stats.stop) {
    stats.stop = new AbortController();
    void read(host, stats, stats.stop.signal);
  }
  return () => {
    stats.listeners.delete(listener);
    // A view that is replaced by another goes before the other comes.
    setTimeout(() => {
      if (stats.listeners.size > 0) return;
      stats.stop?.abort();
      delete stats.stop;
    }, 500);
  };
}

/** The last samples of one container, oldest first; empty while it does not run. */
export function useStats(host: string, id: string): StatsSample[] {
  const subscribe = useCallback((listener: () => void) => listen(host, listener), [host]);
  return useSyncExternalStore(subscribe, () => statsOf(host).samples.get(id) ?? NONE);
}

/** Stored samples and the live ones after them. */
export function useStatsHistory(host: string, id: string, spanMs: number): StatsSample[] {
  const live = useStats(host, id);
  const stored = useStored(host, id, spanMs);
  return useMemo(() => {
    const lastMs = stored.at(-1)?.atMs ?? 0;
    const all = [...stored, ...live.filter(({ atMs }) => atMs > lastMs)];
    const fromMs = (all.at(-1)?.atMs ?? 0) - spanMs;
    return all.filter(({ atMs }) => atMs >= fromMs);
  }, [stored, live, spanMs]);
}

const REREAD_MS = 60_000;

function useStored(host: string, id: string, spanMs: number): StatsSample[] {
  const store = useMemo(() => {
    let samples = NONE;
    const listeners = new Set<() => void>();
    return { get: () => samples, set: (next: StatsSample[]) => { samples = next; for (const listener of listeners) listener(); }, subscribe: (listener: () => void) => { listeners.add(listener); return () => listeners.delete(listener); } };
  // A new store for each thing that is looked at.
  // oxlint-disable-next-line react/exhaustive-deps
  }, [host, id, spanMs]);
  useEffect(() => {
    const controller = new AbortController();
    const look = () => rpc.containerStats.history({ host, id, sinceMs: Date.now() - spanMs }, { signal: controller.signal }).then(store.set, () => {}); // the chart shows what there is
    void look();
    const timer = setInterval(() => void look(), REREAD_MS);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [host, id, spanMs, store]);
  return useSyncExternalStore(store.subscribe, store.get);
}

// Keeps the cache true: the host list, and for every host in scope its live feed. No polling anywhere.
import { useEffect } from 'react';
import type { DockerEvent, LiveMessage } from '../main/contract/system.ts';
import { applyPatches, queryClient, useScopedHosts } from './queries.ts';
import { rpc } from './rpc.ts';
import { createStore } from './store.ts';

export interface Feed { state: 'connecting' | 'live' | 'reconnecting'; error?: string }

/** State of each host's feed, by host id. */
export const feeds = createStore<Record<string, Feed>>({});

type EventListener = (host: string, event: DockerEvent) => void;
const listeners = new Set<EventListener>();

/** Hears every engine event of the hosts in scope. */
export function onEngineEvent(listener: EventListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const RETRY_MS = 500;

/** Mount once, in the frame. */
export function useLiveFeeds(): void {
  const ids = useScopedHosts().map((host) => host.id).join(' ');
  useEffect(() => untilAborted((signal) => watchHosts(signal)), []);
  useEffect(() => {
    const stops = ids.split(' ').filter(Boolean).map((id) => untilAborted((signal) => watchHost(id, signal)));
    return () => stops.forEach((stop) => stop());
  }, [ids]);
}

/** Runs `work` again whenever it ends or fails, until the returned function is called. */
function untilAborted(work: (signal: AbortSignal) => Promise<void>): () => void {
  const controller = new AbortController();
  void (async () => {
    while (!controller.signal.aborted) {
      await work(controller.signal).catch(() => {}); // the shell's own state says why: connection lost
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  })();
  return () => controller.abort();
}

async function watchHosts(signal: AbortSignal): Promise<void> {
  for await (const hosts of await rpc.hosts.watch(undefined, { signal })) queryClient.setQueryData(['hosts'], hosts);
}

let runs = 0;

async function watchHost(host: string, signal: AbortSignal): Promise<void> {
  const isFirst = runs++ === 0;
  const messages = await rpc.system.live({ host }, { signal });
  try {
    for await (const message of messages) receive(host, message, isFirst);
  } finally {
    feeds.set((now) => ({ ...now, [host]: { state: 'reconnecting' } }));
  }
}

function receive(host: string, message: LiveMessage, isFirst: boolean): void {
  switch (message.type) {
    case 'state':
      feeds.set((now) => ({ ...now, [host]: { state: message.state, ...(message.error ? { error: message.error } : {}) } }));
      // After a gap, or when this page itself reconnected, lists are read once more; failed ones are tried again.
      if (message.state === 'live') {
        const stale = message.resync || !isFirst;
        void queryClient.invalidateQueries({ queryKey: [host], predicate: (query) => stale || query.state.status === 'error' });
      }
      return;
    case 'event':
      for (const listener of listeners) listener(host, message.event);
      return;
    case 'patch':
      applyPatches(host, message.patches);
  }
}

// What happened lately on the hosts in scope: the last engine events, for the dashboard.
import type { DockerEvent } from '../main/contract/system.ts';
import { onEngineEvent } from './live.ts';
import { rpc } from './rpc.ts';
import { createStore } from './store.ts';

export interface Activity { key: string; host: string; event: DockerEvent }

const KEPT = 100;
const PAST_SECONDS = 3600;
const NOISE = /^(exec_|top$|resize|attach|detach|health_status)/;

export const activity = createStore<Activity[]>([]);

onEngineEvent((host, event) => add([{ host, event }]));

/** What happened before this window was opened. */
export async function readPast(host: string, signal: AbortSignal): Promise<void> {
  const past = await rpc.system.recentEvents({ host, seconds: PAST_SECONDS }, { signal });
  add(past.slice(-KEPT).map((event) => ({ host, event })));
}

function add(items: { host: string; event: DockerEvent }[]): void {
  const fresh = items.filter(({ event }) => !NOISE.test(event.Action)).map((item) => ({ ...item, key: `${item.host} ${item.event.timeNano} ${item.event.Action} ${item.event.Actor.ID}` }));
  if (fresh.length === 0) return;
  activity.set((now) => [...new Map([...now, ...fresh].map((item) => [item.key, item])).values()].toSorted((a, b) => b.event.timeNano - a.event.timeNano).slice(0, KEPT));
}

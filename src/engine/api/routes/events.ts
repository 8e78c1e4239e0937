// /events: what happened since a time, then what happens, line by line. Shape: Docker Engine API v1.47, EventMessage.
import type { EngineEvent, EventBus } from '../../base/events.ts';
import { parseFilters, type Filters } from '../filters.ts';
import { lines, type Lines } from '../reply.ts';
import { get, type Call, type Route } from '../router.ts';
import { timeQuery } from '../time.ts';

const FILTERS = ['type', 'event', 'container', 'image', 'volume', 'network', 'daemon', 'label', 'scope', 'plugin', 'service', 'node', 'secret', 'config', 'builder'];
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function eventRoutes(events: EventBus): Route[] {
  return [get('/events', (call) => lines(follow(events, call)))];
}

/** Each event is written while it is published: nothing that the engine does next delays it. */
function follow(events: EventBus, call: Call): Lines {
  const filters = parseFilters(call.query, FILTERS);
  const since = timeQuery(call.query.get('since'));
  const until = timeQuery(call.query.get('until'));
  return async (write) => {
    const send = (event: EngineEvent) => { if (wanted(event, filters)) write(`${JSON.stringify(event)}\n`); };
    using _subscription = events.subscribe(send);
    if (since !== undefined) for (const event of events.history(since, until)) send(event);
    await ended(call.signal, until);
  };
}

function ended(signal: AbortSignal, untilSeconds: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = untilSeconds === undefined ? undefined : setTimeout(end, Math.max(0, Math.min(untilSeconds * 1000 - Date.now(), LONGEST_TIMER_MS)));
    signal.addEventListener('abort', end, { once: true });
  });
}

function wanted(event: EngineEvent, filters: Filters): boolean {
  const { ID, Attributes } = event.Actor;
  const names = (value: string) => filters.values(value);
  const isObject = (kind: string) =>
    !filters.has(kind) || (event.Type === kind && names(kind).some((wish) => wish === ID || (wish.length >= 4 && ID.startsWith(wish)) || wish === Attributes['name']));
  const ofImage = !filters.has('image') || names('image').some((wish) => (event.Type === 'image' && (wish === ID || wish === Attributes['name'])) || wish === Attributes['image']);
  return (
    filters.matches('type', event.Type) && filters.matches('scope', event.scope) &&
    (!filters.has('event') || names('event').some((wish) => event.Action === wish || event.Action.startsWith(`${wish}:`))) &&
    isObject('container') && isObject('volume') && isObject('network') && ofImage && filters.matchesLabels(Attributes)
  );
}

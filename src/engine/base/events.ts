// The engine's event bus: what `GET /events` shows, kept for a while so that `since` works across a reconnect.
// Message shape: Engine API v1.47, EventMessage.

export type EventType = 'container' | 'image' | 'volume' | 'network' | 'daemon' | 'builder' | 'plugin';

export interface EngineEvent {
  Type: EventType;
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
  scope: 'local';
  /** seconds since the epoch */
  time: number;
  timeNano: number;
  // API < 1.22 fields that docker still sends for containers and images
  status?: string;
  id?: string;
  from?: string;
}

export interface EventBus {
  publish(type: EventType, action: string, id: string, attributes?: Record<string, string>): EngineEvent;
  /** Events from now on, until the signal aborts. */
  subscribe(listener: (event: EngineEvent) => void): Disposable;
  /** Kept events with since <= time < until, in seconds, oldest first. */
  history(sinceSeconds: number, untilSeconds?: number): EngineEvent[];
}

const KEPT = 4096;

/** @param now milliseconds since the epoch, with their fraction */
export function createEventBus(now: () => number = Date.now): EventBus {
  const listeners = new Set<(event: EngineEvent) => void>();
  let kept: EngineEvent[] = [];
  let lastNano = 0;
  return {
    publish(type, action, id, attributes = {}) {
      const nowMs = now();
      lastNano = Math.max(Math.round(nowMs * 1e6), lastNano + 256); // 256 ns: the step a double can still tell apart here
      const event: EngineEvent = {
        Type: type,
        Action: action,
        Actor: { ID: id, Attributes: attributes },
        scope: 'local',
        time: Math.floor(nowMs / 1000),
        timeNano: lastNano,
      };
      if (type === 'container' || type === 'image') {
        event.status = action;
        if (id !== '') event.id = id; // a prune has none
        if (attributes['image'] !== undefined) event.from = attributes['image'];
      }
      kept.push(event);
      if (kept.length > 2 * KEPT) kept = kept.slice(-KEPT);
      for (const listener of listeners) listener(event);
      return event;
    },
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    history: (since, until = Infinity) =>
      kept.filter((event) => event.timeNano / 1e9 >= since && event.timeNano / 1e9 < until),
  };
}

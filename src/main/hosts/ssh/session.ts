// A host's connection over time: made once by a person, kept, made anew by itself after sleep, network change or a restart
// of the server. Requests made meanwhile wait a little instead of failing; what only a person can solve ends the session.

import type { Duplex } from 'node:stream';
import type { SshConnection } from './connection.ts';
import type { EngineRoute } from './engine-route.ts';
import { ConnectionProblem, needsPerson } from './problem.ts';
import { abortable } from './route.ts';

export interface Standing { connection: SshConnection; route: EngineRoute }

export interface SessionStatus {
  state: 'connected' | 'reconnecting' | 'closed';
  latencyMs?: number;
  receivedPerSecond: number;
  sentPerSecond: number;
  /** Of the reconnect under way. */
  attempt: number;
  nextAttemptAtMs?: number;
  problem?: ConnectionProblem;
  route?: { path: string; mode: string };
  sessions?: { open: number; limit: number; waiting: number };
}

export interface HostSession extends AsyncDisposable {
  readonly status: SessionStatus;
  /** A stream to the engine; waits up to 15 s for a reconnect under way. @throws ConnectionProblem */
  dial(options: { signal?: AbortSignal | undefined }): Promise<Duplex>;
  connection(options: { signal?: AbortSignal | undefined }): Promise<SshConnection>;
  readonly maxStreams: number | undefined;
  /** Resolves when no more attempts are made: undefined when closed by us. */
  readonly closed: Promise<Error | undefined>;
}

export interface SessionOptions {
  /** Make a connection; `interactive` false while nobody should be asked. */
  connect(options: { interactive: boolean; signal: AbortSignal }): Promise<Standing>;
  onStatus(status: SessionStatus): void;
  /** Aborts the first connect only. */
  signal: AbortSignal;
  timing?: Partial<Timing>;
}

interface Timing { firstDelayMs: number; maxDelayMs: number; attemptMs: number; waitMs: number; tickMs: number }

const TIMING: Timing = { firstDelayMs: 500, maxDelayMs: 30_000, attemptMs: 45_000, waitMs: 15_000, tickMs: 10_000 };
/** A tick this late means the machine slept: the connection is asked at once whether it still lives. */
const SLEPT_MS = 15_000;
const ALIVE_MS = 4_000;

/** Connect, and stay connected. @throws ConnectionProblem when the first connection cannot be made */
export async function openSession(options: SessionOptions): Promise<HostSession> {
  const timing = { ...TIMING, ...options.timing };
  const over = new AbortController();
  const closed = Promise.withResolvers<Error | undefined>();
  let current = Promise.withResolvers<Standing>();
  const first = await options.connect({ interactive: true, signal: options.signal });
  let standing: Standing | undefined = first;
  let status: SessionStatus = { state: 'connected', receivedPerSecond: 0, sentPerSecond: 0, attempt: 0, route: routeOf(first) };
  current.resolve(first);
  const tell = (change: SessionStatus): void => { status = change; options.onStatus(status); };
  options.onStatus(status);

  const keep = async (): Promise<void> => {
    let live = first;
    for (;;) {
      const ticking = watch(live.connection, timing.tickMs, (numbers) => tell({ ...status, ...numbers }));
      const problem = await live.connection.closed;
      ticking[Symbol.dispose]();
      if (over.signal.aborted) return;
      standing = undefined;
      current = Promise.withResolvers();
      current.promise.catch(() => {}); // perhaps nobody waits for it
      const next = await reconnect(problem);
      if (!next) return;
      live = next;
    }
  };

  /** Attempts with growing pauses until one holds. Undefined: given up, everybody was told. */
  const reconnect = async (lost: ConnectionProblem | undefined): Promise<Standing | undefined> => {
    let problem = lost;
    for (let attempt = 1; ; attempt += 1) {
      const ms = attempt === 1 ? 0 : Math.min(timing.maxDelayMs, timing.firstDelayMs * 2 ** (attempt - 2)) * (0.8 + Math.random() * 0.4);
      tell({ state: 'reconnecting', receivedPerSecond: 0, sentPerSecond: 0, attempt, nextAttemptAtMs: Date.now() + ms, ...(problem ? { problem } : {}) });
      if (!await pause(ms, over.signal)) return undefined;
      try {
        const made = await options.connect({ interactive: false, signal: AbortSignal.any([over.signal, AbortSignal.timeout(timing.attemptMs)]) });
        if (over.signal.aborted) {
          await made.connection[Symbol.asyncDispose]();
          return undefined;
        }
        standing = made;
        current.resolve(made);
        tell({ state: 'connected', receivedPerSecond: 0, sentPerSecond: 0, attempt: 0, route: routeOf(made) });
        return made;
      } catch (error) {
        if (over.signal.aborted) return undefined;
        if (error instanceof ConnectionProblem) problem = error;
        if (needsPerson(error)) {
          current.reject(error);
          tell({ state: 'closed', receivedPerSecond: 0, sentPerSecond: 0, attempt, problem: error as ConnectionProblem });
          closed.resolve(error as Error);
          return undefined;
        }
      }
    }
  };

  const live = async (signal: AbortSignal | undefined): Promise<Standing> => {
    if (standing) return standing;
    const limit = AbortSignal.timeout(timing.waitMs);
    return abortable(current.promise, signal ? AbortSignal.any([signal, limit]) : limit).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw limit.aborted ? status.problem ?? error : error;
    });
  };

  // A failure inside would be a bug: it closes the session with it instead of vanishing.
  keep().catch((error: unknown) => closed.resolve(error as Error));

  return {
    get status() { return status; },
    get maxStreams() { return standing?.route.maxStreams; },
    closed: closed.promise,
    dial: async ({ signal }) => (await live(signal)).route.dial({ signal }),
    connection: async ({ signal }) => (await live(signal)).connection,
    async [Symbol.asyncDispose]() {
      over.abort(new Error('the session was closed'));
      current.reject(new ConnectionProblem('connection-lost', { host: first.connection.target.name, why: 'closed' }));
      current.promise.catch(() => {}); // perhaps nobody waits for it
      await standing?.connection[Symbol.asyncDispose]();
      tell({ state: 'closed', receivedPerSecond: 0, sentPerSecond: 0, attempt: 0 });
      closed.resolve(undefined);
    },
  };
}

/** Measures latency and throughput, and asks a connection that slept whether it lives. */
function watch(connection: SshConnection, tickMs: number, tell: (numbers: Partial<SessionStatus>) => void): Disposable {
  let before = { ...connection.traffic, atMs: Date.now() };
  let busy = false;
  const measure = async (): Promise<void> => {
    const nowMs = Date.now();
    const slept = nowMs - before.atMs > tickMs + SLEPT_MS;
    const seconds = Math.max(0.001, (nowMs - before.atMs) / 1000);
    const { received, sent } = connection.traffic;
    const rates = { receivedPerSecond: Math.round((received - before.received) / seconds), sentPerSecond: Math.round((sent - before.sent) / seconds), sessions: connection.sessions };
    before = { received, sent, atMs: nowMs };
    try {
      const latencyMs = await connection.roundTripMs({ signal: AbortSignal.timeout(slept ? ALIVE_MS : tickMs) });
      tell({ ...rates, latencyMs: Math.round(latencyMs * 10) / 10 });
    } catch {
      // Slow is no reason to hang up: ssh2's keepalive decides. After a sleep it would take 40 s, so this does.
      if (slept) await connection[Symbol.asyncDispose]();
    }
  };
  const tick = (): void => {
    if (busy) return;
    busy = true;
    void measure().finally(() => { busy = false; });
  };
  const timer = setInterval(tick, tickMs);
  timer.unref();
  tick();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function routeOf({ route }: Standing): { path: string; mode: string } {
  return { path: route.path, mode: route.mode };
}

/** False when the signal ended the wait. */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const abort = (): void => { clearTimeout(timer); resolve(false); };
    const timer = setTimeout(() => { signal.removeEventListener('abort', abort); resolve(true); }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}

// The registry of hosts: what is known, which of them are connected, and the Docker client of each.
// A connection is made on first use and kept; when it closes by itself the next use connects again.
import { randomUUID } from 'node:crypto';
import { EngineError, NotFound, errorMessage } from '../../engine/wire/errors.ts';
import type { EngineInfo, HostConfig, HostError, HostState, HostSummary } from '../contract/hosts.ts';
import { createDockerClient, type DockerClient } from '../docker/client.ts';
import { engineInfo } from '../docker/version.ts';
import type { ConnectOptions, Connection, Connectors, HostConnector } from './connector.ts';

export interface HostRecord { id: string; config: HostConfig }

export interface Hosts extends AsyncDisposable {
  list(): HostSummary[];
  /** Tells of every change of the list, until disposed. */
  subscribe(listener: () => void): Disposable;
  config(id: string): HostConfig;
  add(config: HostConfig): Promise<HostSummary>;
  update(id: string, config: HostConfig): Promise<HostSummary>;
  remove(id: string): Promise<void>;
  reconnect(id: string, signal?: AbortSignal): Promise<HostSummary>;
  test(config: HostConfig, signal: AbortSignal): Promise<EngineInfo>;
  /** The client of a host, connected. @throws NotFound, or what the connector throws */
  client(id: string, options?: { signal?: AbortSignal | undefined }): Promise<DockerClient>;
  /** The standing connection (terminals on the host, copies between hosts). */
  connection(id: string, options?: { signal?: AbortSignal | undefined }): Promise<Connection>;
  /** Views tell what they see of the event stream, so that the list shows it. */
  report(id: string, state: HostState, error?: unknown): void;
}

interface Entry {
  record: HostRecord;
  state: HostState;
  error?: HostError;
  engine?: EngineInfo;
  latencyMs?: number;
  opening?: Promise<Open>;
  /** Ends an attempt that may be waiting for a person. */
  stop?: AbortController;
}
/** `described` resolves when the engine has said what it is; requests need not wait for that. */
interface Open { connection: Connection; client: DockerClient; described: Promise<void> }

/** @param save called with all records after each change of them */
export function createHosts(records: HostRecord[], connectors: Connectors, save: (records: HostRecord[]) => Promise<void>): Hosts {
  const entries = new Map<string, Entry>(records.map((record) => [record.id, { record, state: 'idle' }]));
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const entry = (id: string): Entry => {
    const found = entries.get(id);
    if (!found) throw new NotFound(`no such host: ${id}`);
    return found;
  };
  const connectorOf = (config: HostConfig): HostConnector => {
    const connector = connectors[config.kind];
    if (!connector) throw new EngineError('NotImplemented', `hosts of kind ${config.kind} are not available here`);
    return connector as HostConnector;
  };
  const summary = ({ record: { id, config }, state, error, engine, latencyMs }: Entry): HostSummary => ({
    id,
    name: config.name,
    colour: config.colour,
    kind: config.kind,
    address: connectors[config.kind] ? connectorOf(config).address(config as never) : config.kind,
    state,
    ...(error ? { error } : {}),
    ...(engine ? { engine } : {}),
    ...(latencyMs === undefined ? {} : { latencyMs }),
  });
  const persist = () => save([...entries.values()].map(({ record }) => record));
  const setState = (target: Entry, state: HostState, error?: unknown) => {
    target.state = state;
    if (error === undefined) delete target.error;
    else target.error = hostError(error);
    changed();
  };

  const open = (target: Entry, byHand = false): Promise<Open> => {
    target.opening ??= (async () => {
      target.stop = new AbortController();
      setState(target, target.state === 'idle' ? 'connecting' : 'reconnecting');
      const { id, config } = target.record;
      try {
        const stand = await openConnection(connectorOf(config), config, { hostId: id, signal: target.stop.signal, byHand });
        const made: Open = { ...stand, described: describe(target, stand) };
        made.described.catch(() => {}); // the host list shows it; who needs the description awaits it
        made.connection.closed?.then((error) => {
          if (entries.get(id) !== target || target.opening === undefined) return;
          delete target.opening;
          setState(target, error ? 'failed' : 'idle', error); // a connection that heals by itself stays open while it does
        }, () => {}); // `closed` resolves, it does not reject
        return made;
      } catch (error) {
        delete target.opening;
        setState(target, 'failed', error);
        throw error;
      }
    })();
    return target.opening;
  };
  /** Runs beside the first requests: over a slow link it would cost the first list a round trip. */
  const describe = async (target: Entry, { client, connection }: Omit<Open, 'described'>): Promise<void> => {
    const opening = target.opening;
    try {
      const began = performance.now();
      const engine = await engineInfo(client, AbortSignal.timeout(15_000));
      if (target.opening !== opening) return; // closed meanwhile
      target.engine = engine;
      target.latencyMs = Math.round((performance.now() - began) * 10) / 10;
      setState(target, 'live');
    } catch (error) {
      if (target.opening === opening) {
        delete target.opening;
        setState(target, 'failed', error);
        await client[Symbol.asyncDispose]();
        await connection[Symbol.asyncDispose]();
      }
      throw error;
    }
  };
  const close = async (target: Entry) => {
    const opening = target.opening;
    delete target.opening;
    target.stop?.abort(new EngineError('Unavailable', 'the connection was closed'));
    const made = await opening?.catch(() => undefined); // a connection that never stood needs no closing
    await made?.client[Symbol.asyncDispose]();
    await made?.connection[Symbol.asyncDispose]();
  };

  return {
    list: () => [...entries.values()].map(summary),
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    config: (id) => entry(id).record.config,
    async add(config) {
      const created: Entry = { record: { id: randomUUID().slice(0, 8), config }, state: 'idle' };
      entries.set(created.record.id, created);
      await persist();
      changed();
      return summary(created);
    },
    async update(id, config) {
      const target = entry(id);
      const sameTarget = JSON.stringify({ ...config, name: '', colour: '' }) === JSON.stringify({ ...target.record.config, name: '', colour: '' });
      target.record = { id, config };
      if (!sameTarget) {
        await close(target);
        target.state = 'idle';
        delete target.error;
        delete target.engine;
      }
      await persist();
      changed();
      return summary(target);
    },
    async remove(id) {
      const target = entry(id);
      entries.delete(id);
      changed();
      await persist();
      await close(target);
    },
    async reconnect(id, signal) {
      const target = entry(id);
      await close(target);
      await raced(open(target, true).then(({ described }) => described), signal);
      return summary(target);
    },
    async test(config, signal) {
      const { client, connection } = await openConnection(connectorOf(config), config, { hostId: `test-${randomUUID()}`, signal, byHand: true });
      try {
        return await engineInfo(client, signal);
      } finally {
        await client[Symbol.asyncDispose]();
        await connection[Symbol.asyncDispose]();
      }
    },
    client: async (id, { signal } = {}) => (await raced(open(entry(id)), signal)).client,
    connection: async (id, { signal } = {}) => (await raced(open(entry(id)), signal)).connection,
    report(id, state, error) {
      const target = entries.get(id);
      if (target && (target.state !== state || error !== undefined)) setState(target, state, error);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...entries.values()].map(close));
    },
  };
}

async function openConnection(connector: HostConnector, config: HostConfig, options: ConnectOptions): Promise<Omit<Open, 'described'>> {
  const connection = await connector.connect(config as never, options);
  return { connection, client: createDockerClient((options) => connection.dial(options), connection.maxStreams ? { maxSockets: connection.maxStreams } : {}) };
}

/** The shared work goes on when one who waits for it gives up. */
async function raced<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  const given = Promise.withResolvers<never>();
  const stop = () => given.reject(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, given.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function hostError(error: unknown): HostError {
  const data = (error as { data?: unknown }).data;
  return {
    message: errorMessage(error),
    kind: error instanceof EngineError ? error.kind : error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'System',
    ...(data === undefined ? {} : { data }),
  };
}

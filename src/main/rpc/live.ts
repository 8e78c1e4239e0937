// The live feed of one host: the engine's events, and for each the changed object's new row, so that no view reads a list again.
// Events of one moment are answered together: while one round of rows is being read, the next events collect for the next round.
// The feed never ends by itself; when the engine goes away it says so, tries again with backoff and asks for one full resync.
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../../engine/wire/errors.ts';
import type { ContainerRow } from '../contract/containers.ts';
import type { DockerEvent, LiveMessage, RowPatch } from '../contract/system.ts';
import { filters, type DockerClient } from '../docker/client.ts';
import type { Hosts } from '../hosts/hosts.ts';
import { createChannel, type Channel } from './channel.ts';
import { containerRow } from './container-row.ts';
import { imageRow } from './image-row.ts';
import { isNotFound } from './not-found.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;

export async function* live(hosts: Hosts, hostId: string, signal: AbortSignal | undefined): AsyncGenerator<LiveMessage> {
  let waitMs = FIRST_WAIT_MS;
  let first = true;
  while (!signal?.aborted) {
    if (first) yield { type: 'state', state: 'connecting', resync: false };
    try {
      const client = await hosts.client(hostId, { signal });
      const response = await client.raw('GET', '/events', { signal });
      hosts.report(hostId, 'live');
      yield { type: 'state', state: 'live', resync: !first };
      waitMs = FIRST_WAIT_MS;
      first = false;
      yield* follow(client, response, signal);
      if (signal?.aborted) return;
      throw new Error('the event stream ended');
    } catch (error) {
      if (signal?.aborted) return;
      hosts.report(hostId, first ? 'failed' : 'reconnecting', error);
      yield { type: 'state', state: 'reconnecting', resync: false, error: errorMessage(error) };
    }
    await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => {}); // aborted: the loop ends
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}

async function* follow(client: DockerClient, source: AsyncIterable<Buffer> & { destroy(): unknown }, signal: AbortSignal | undefined): AsyncGenerator<LiveMessage> {
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const out: Channel<LiveMessage> = createChannel({ signal });
  const dirty = new Map<string, Subject>();
  let reading: Promise<void> | undefined;

  const readRows = async () => {
    while (dirty.size > 0 && !either.aborted) {
      const batch = [...dirty.values()];
      dirty.clear();
      const patches = await rowsOf(client, batch, either);
      if (patches.length > 0) out.push({ type: 'patch', patches });
    }
  };
  const readEvents = async () => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of source) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.trim() === '') continue;
        const event = JSON.parse(line) as DockerEvent;
        out.push({ type: 'event', event });
        for (const subject of subjectsOf(event)) dirty.set(`${subject.kind} ${subject.id}`, subject);
      }
      if (dirty.size > 0) reading ??= readRows().finally(() => (reading = undefined));
      reading?.catch((error: unknown) => out.close(error));
    }
  };
  readEvents().then(() => out.close(), (error: unknown) => out.close(error));
  try {
    yield* out;
  } finally {
    stop.abort();
    source.destroy();
  }
}

interface Subject { kind: RowPatch['kind']; id: string; gone: boolean }

/** Which rows an event concerns: what it is about, and the container that joined or left a network, whose row names its addresses. */
export function subjectsOf(event: DockerEvent): Subject[] {
  const subject = subjectOf(event);
  const container = event.Type === 'network' && ['connect', 'disconnect'].includes(event.Action) ? event.Actor?.Attributes?.['container'] : undefined;
  return [...(subject ? [subject] : []), ...(container ? [{ kind: 'containers' as const, id: container, gone: false }] : [])];
}

/** Exec and health check noise concerns none. */
function subjectOf(event: DockerEvent): Subject | undefined {
  const id = event.Actor?.ID ?? '';
  const action = event.Action.split(':')[0] ?? '';
  if (id === '') return undefined;
  switch (event.Type) {
    case 'container':
      if (action.startsWith('exec_') || ['top', 'resize', 'attach', 'detach', 'archive-path', 'extract-to-dir', 'export', 'copy'].includes(action)) return undefined;
      return { kind: 'containers', id, gone: action === 'destroy' };
    case 'image':
      return action === 'save' || action === 'push' ? undefined : { kind: 'images', id, gone: action === 'delete' };
    case 'volume':
      return { kind: 'volumes', id, gone: action === 'destroy' };
    case 'network':
      return { kind: 'networks', id, gone: action === 'destroy' };
    default:
      return undefined;
  }
}

async function rowsOf(client: DockerClient, batch: Subject[], signal: AbortSignal): Promise<RowPatch[]> {
  const gone = batch.filter((item) => item.gone).map(({ kind, id }) => ({ kind, id, row: null }) as RowPatch);
  const changed = batch.filter((item) => !item.gone);
  const ids = changed.filter((item) => item.kind === 'containers').map((item) => item.id);
  const [containers, others] = await Promise.all([
    ids.length === 0 ? [] : client.json<ContainerRow[]>('GET', '/containers/json', { query: { all: true, filters: filters({ id: ids }) }, signal }),
    Promise.all(changed.filter((item) => item.kind !== 'containers').map((item) => oneRow(client, item.kind, item.id, signal))),
  ]);
  const found = new Map(containers.map((row) => [row.Id, containerRow(row)]));
  return [...gone, ...ids.map((id): RowPatch => ({ kind: 'containers', id, row: found.get(id) ?? null })), ...others];
}

const PATHS = { images: (id: string) => `/images/${id}/json`, volumes: (id: string) => `/volumes/${encodeURIComponent(id)}`, networks: (id: string) => `/networks/${encodeURIComponent(id)}` };

async function oneRow(client: DockerClient, kind: RowPatch['kind'], id: string, signal: AbortSignal): Promise<RowPatch> {
  if (kind === 'containers') throw new Error('containers are read together');
  try {
    const value = await client.json<Record<string, unknown>>('GET', PATHS[kind](id), { signal });
    if (kind !== 'images') return { kind, id, row: value };
    const row = imageRow(value as never);
    return { kind, id: row.Id, row };
  } catch (error) {
    if (isNotFound(error)) return { kind, id, row: null } as RowPatch;
    throw error;
  }
}

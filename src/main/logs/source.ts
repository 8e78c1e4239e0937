// One container's log as batches of records, for as long as somebody reads: history first, then what comes, across restarts.
// Docker ends a followed log when the container ends; the next start is waited for with the event stream, and the log is taken
// up again after the last line that was seen.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerDetail } from '../contract/containers.ts';
import type { DockerEvent } from '../contract/system.ts';
import { filters, type DockerClient } from '../docker/client.ts';
import { createRecordReader, type RecordBatch } from './records.ts';

export interface LogSource {
  /** The last lines there are now. */
  tail(lines: number, signal: AbortSignal): AsyncGenerator<RecordBatch>;
  /** Ends with the last line there is now. */
  history(signal: AbortSignal): AsyncGenerator<RecordBatch>;
  /** History, then new lines, until the signal. */
  follow(signal: AbortSignal): AsyncGenerator<RecordBatch>;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;

/** @param since RFC 3339; earlier lines are left out */
export function createLogSource(client: DockerClient, id: string, source: number, since = ''): LogSource {
  const path = `/containers/${encodeURIComponent(id)}`;
  let lastTime = since;

  async function* read(follow: boolean, signal: AbortSignal, tail?: number): AsyncGenerator<RecordBatch> {
    const detail = await client.json<ContainerDetail>('GET', `${path}/json`, { signal });
    const after = lastTime;
    const response = await client.raw('GET', `${path}/logs`, { query: { stdout: true, stderr: true, timestamps: true, follow, tail, since: after ? unixTime(after) : undefined }, signal });
    try {
      const reader = createRecordReader(source, detail.Config.Tty);
      const seen = (batch: RecordBatch | undefined) => {
        const fresh = batch && after && batch.data ? later(batch, after) : batch;
        if (fresh?.lastTime && tail === undefined) lastTime = fresh.lastTime;
        return fresh;
      };
      for await (const chunk of response) {
        const batch = seen(reader.push(chunk as Buffer));
        if (batch) yield batch;
      }
      const last = seen(reader.end());
      if (last) yield last;
    } finally {
      response.destroy();
    }
  }

  return {
    tail: (lines, signal) => read(false, signal, lines),
    history: (signal) => read(false, signal),
    async *follow(signal) {
      let waitMs = FIRST_WAIT_MS;
      while (!signal.aborted) {
        const fromSeconds = Math.floor(Date.now() / 1000);
        const before = lastTime;
        try {
          yield* read(true, signal);
          await nextStart(client, id, fromSeconds, signal);
          waitMs = FIRST_WAIT_MS;
        } catch (error) {
          // A connection that broke heals by itself (hosts over SSH); the log goes on after the last line that was seen.
          if (signal.aborted || !isLost(error)) throw error;
          if (lastTime !== before) waitMs = FIRST_WAIT_MS;
          await sleep(waitMs, undefined, { signal }).catch(() => {}); // aborted: the loop ends
          waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
        }
      }
    },
  };
}

/** The engine could not be reached, or the stream broke off: not an answer of the engine. */
function isLost(error: unknown): boolean {
  const { kind, code, message } = error as { kind?: string; code?: string; message?: string };
  return kind === 'Unavailable' || code === 'ECONNRESET' || code === 'EPIPE' || message === 'aborted' || message === 'the event stream ended';
}

/** `since` of the API is compared with whole entries and may repeat the last ones: those are dropped here. */
function later(batch: RecordBatch, after: string): RecordBatch | undefined {
  const { data } = batch;
  let { count } = batch;
  let start = 0;
  while (start < data.length) {
    const time = data.toString('latin1', start + 4, data.indexOf(32, start + 4));
    if (time === '-' || time > after) break;
    start = data.indexOf(10, start) + 1;
    count--;
  }
  return count === 0 ? undefined : { ...batch, data: data.subarray(start), count };
}

async function nextStart(client: DockerClient, id: string, sinceSeconds: number, signal: AbortSignal): Promise<void> {
  const events = client.lines<DockerEvent>('GET', '/events', { query: { since: sinceSeconds, filters: filters({ type: ['container'], container: [id], event: ['start'] }) }, signal });
  const { value } = await events.next();
  await events.return(undefined);
  // A start that was seen already belongs to the run that just ended; looking again costs one empty read.
  if (value === undefined && !signal.aborted) throw new Error('the event stream ended');
}

/** RFC 3339 with nanoseconds as Docker's `seconds.nanoseconds`. */
export function unixTime(time: string): string {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? '';
  return `${Math.floor(Date.parse(time) / 1000)}.${fraction.padEnd(9, '0').slice(0, 9)}`;
}

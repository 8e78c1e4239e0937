// The open log views of all windows: each has its spool, what feeds it, and its searches. A view lives as long as the status
// stream that opened it.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage, NotFound } from '../../engine/wire/errors.ts';
import type { LogQuery, LogRow, LogStatus, SearchStatus } from '../contract/container-logs.ts';
import type { DockerClient } from '../docker/client.ts';
import { mergeByTime } from './merge.ts';
import { createSearch, type LogSearch } from './search.ts';
import type { RecordBatch } from './records.ts';
import { createLogSource } from './source.ts';
import { openSpool, parse, type LogSpool, type SpoolLine } from './spool.ts';

export interface LogView { spool: LogSpool; ids: string[]; searches: Map<string, LogSearch>; changed: Promise<void> }

export interface LogViews {
  open(client: DockerClient, options: { ids: string[]; since?: string | undefined; follow: boolean }, signal: AbortSignal): AsyncGenerator<LogStatus>;
  search(view: string, query: LogQuery, signal: AbortSignal): AsyncGenerator<SearchStatus>;
  /** @throws NotFound */
  get(view: string): LogView;
  /** @throws NotFound */
  searchOf(view: string, search: string): LogSearch;
}

const STATUS_EVERY_MS = 100;
const PREVIEW_LINES = 200;
const PREVIEW_CLIP = 4096;
/** A tail that takes longer than this is no preview. */
const PREVIEW_MS = 1500;
/** A log this quiet for this long has shown its history. */
const QUIET_MS = 150;

export function createLogViews(): LogViews {
  const views = new Map<string, LogView>();
  const get = (id: string) => {
    const view = views.get(id);
    if (!view) throw new NotFound('this log view was closed');
    return view;
  };
  const searchOf = (view: string, search: string) => {
    const found = get(view).searches.get(search);
    if (!found) throw new NotFound('this search was closed');
    return found;
  };

  return {
    get,
    searchOf,
    async *open(client, { ids, since, follow }, signal) {
      const stop = new AbortController();
      const either = AbortSignal.any([signal, stop.signal]);
      const spool = await openSpool();
      const name = randomUUID();
      let wake = Promise.withResolvers<void>();
      const view: LogView = { spool, ids, searches: new Map(), changed: wake.promise };
      views.set(name, view);
      const problems: LogStatus['problems'] = [];
      let isCaughtUp = false;
      let lastBatchMs = performance.now();
      const announce = () => {
        const { resolve } = wake;
        wake = Promise.withResolvers<void>();
        view.changed = wake.promise;
        resolve();
      };
      const complete = Promise.withResolvers<void>();
      const caughtUp = () => {
        isCaughtUp = true;
        complete.resolve();
        announce();
      };
      const problem = (id: string) => (error: unknown) => {
        if (!either.aborted) problems.push({ id, message: errorMessage(error) });
      };
      let writing: Promise<void> = Promise.resolve();
      /** time of the last line there was when the view was opened: with it the history is complete */
      let historyEnd: string | undefined;
      let newest = '';
      const add = async ({ data, count, lastTime }: RecordBatch) => {
        writing = writing.then(() => spool.append(data, count));
        lastBatchMs = performance.now();
        await writing;
        newest = lastTime || newest;
        if (historyEnd !== undefined && newest >= historyEnd) caughtUp();
        announce();
      };
      const feed = async () => {
        const sources = ids.map((id, index) => createLogSource(client, id, index, since));
        if (sources.length > 1) {
          const histories = sources.map((source, index) => guarded(source.history(either), problem(ids[index] ?? '')));
          for await (const batch of mergeByTime(histories)) await add(batch);
          caughtUp();
          if (!follow) return;
        }
        await Promise.all(sources.map(async (source, index) => {
          for await (const batch of guarded(follow ? source.follow(either) : source.history(either), problem(ids[index] ?? ''))) await add(batch);
        }));
        caughtUp();
      };
      const early = previewOf(client, ids, since, AbortSignal.any([either, AbortSignal.timeout(PREVIEW_MS)]));
      // A spool that cannot be written (a full disk) ends the reading, and the view says why.
      const feeding = feed().catch((error: unknown) => {
        problem('')(error);
        caughtUp();
      });
      try {
        const preview = await early;
        historyEnd = preview.at(-1)?.time;
        if (historyEnd !== undefined && newest >= historyEnd) caughtUp();
        if (!isCaughtUp) yield { view: name, lines: spool.lines, bytes: spool.bytes, isCaughtUp, problems, preview };
        while (!signal.aborted) {
          const { changed } = view;
          if (historyEnd === undefined && performance.now() - lastBatchMs >= QUIET_MS) isCaughtUp = true;
          yield { view: name, lines: spool.lines, bytes: spool.bytes, isCaughtUp, problems };
          await Promise.race([sleep(STATUS_EVERY_MS, undefined, { signal }).catch(() => {}), ...(isCaughtUp ? [] : [complete.promise])]); // aborted: the loop ends
          await Promise.race([changed, aborted(signal), ...(isCaughtUp ? [] : [sleep(QUIET_MS)])]);
        }
      } finally {
        stop.abort();
        views.delete(name);
        announce();
        await feeding;
        await writing.catch(() => {}); // the spool goes now
        await spool[Symbol.asyncDispose]();
      }
    },
    async *search(viewId, query, signal) {
      const view = get(viewId);
      const name = randomUUID();
      const search = createSearch(view.spool, query);
      view.searches.set(name, search);
      try {
        while (!signal.aborted && views.get(viewId) === view) {
          const { changed } = view;
          const scan = search.advance(signal);
          // A long scan tells how far it is.
          while ((await Promise.race([scan.then(() => 'done'), sleep(STATUS_EVERY_MS, 'more')])) === 'more') {
            yield { search: name, hits: search.hits, scanned: search.scanned, lines: view.spool.lines };
          }
          yield { search: name, hits: search.hits, scanned: search.scanned, lines: view.spool.lines };
          await Promise.race([changed, aborted(signal)]);
        }
      } finally {
        view.searches.delete(name);
      }
    },
  };
}

/** The last lines of all containers, by time. What goes wrong here goes wrong in the feed, too, which tells it. */
async function previewOf(client: DockerClient, ids: string[], since: string | undefined, signal: AbortSignal): Promise<LogRow[]> {
  const lines = await Promise.all(ids.map(async (id, index) => {
    const found: SpoolLine[] = [];
    for await (const { data } of guarded(createLogSource(client, id, index, since).tail(PREVIEW_LINES, signal), () => {})) {
      for (let start = 0; start < data.length; start = data.indexOf(10, start) + 1) found.push(parse(data.subarray(start, data.indexOf(10, start)), PREVIEW_CLIP));
    }
    return found;
  }));
  const last = lines.flat().sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)).slice(-PREVIEW_LINES);
  return last.map((line, index) => ({ line: index, stream: line.stream === 2 ? 'stderr' : 'stdout', source: line.source, time: line.time, text: line.text, clippedBytes: line.clippedBytes }));
}

/** Ends where the source fails, after telling why. */
async function* guarded<T>(source: AsyncIterable<T>, tell: (error: unknown) => void): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    tell(error);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

// Builds that ran, newest first: one file of event lines per build, a summary kept in memory. The window's Builds view reads it, and
// follows a build that runs, whoever started it. Log text is capped per build, so that a chatty one does not fill the disk.
import { createWriteStream } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { NotFound } from '../wire/errors.ts';
import type { BuildEvent, BuildSummary } from './events.ts';
import { summarise } from './summary.ts';

export interface History {
  record(id: string): { add(event: BuildEvent): void; end(): Promise<void> };
  list(): BuildSummary[];
  /** Everything so far, then what comes until the build ends. @throws NotFound */
  follow(id: string, signal: AbortSignal): AsyncGenerator<BuildEvent>;
  /** @throws NotFound; a running build stays */
  remove(id: string): Promise<void>;
}

const KEPT = 100;
const MAX_LOG_CHARACTERS = 8 * 1024 * 1024;

interface Live { events: BuildEvent[]; wake: Set<() => void>; isOver: boolean }

export async function openHistory(folder: string): Promise<History> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const summaries = new Map<string, BuildSummary>();
  const live = new Map<string, Live>();
  for (const name of await readdir(folder)) {
    const events = await readEvents(join(folder, name));
    const summary = events.reduce(summarise, undefined as BuildSummary | undefined);
    if (summary) summaries.set(summary.id, summary.state === 'running' ? await endInterrupted(join(folder, name), summary, events) : summary);
  }
  const file = (id: string) => join(folder, `${id}.jsonl`);
  const list = () => [...summaries.values()].sort((a, b) => b.startedAtMs - a.startedAtMs);

  return {
    list,
    record(id) {
      const out = createWriteStream(file(id), { mode: 0o600 });
      const failed = finished(out).catch(() => {}); // a full disk costs the history, not the build
      const state: Live = { events: [], wake: new Set(), isOver: false };
      live.set(id, state);
      let characters = 0;
      let summary: BuildSummary | undefined;
      return {
        add(event) {
          if (event.type === 'log') {
            characters += event.text.length;
            if (characters > MAX_LOG_CHARACTERS) return;
          }
          state.events.push(event);
          if (event.type !== 'progress' && out.writable) out.write(`${JSON.stringify(event)}\n`);
          summary = summarise(summary, event);
          if (summary) summaries.set(id, summary);
          for (const wake of state.wake) wake();
        },
        async end() {
          state.isOver = true;
          for (const wake of state.wake) wake();
          live.delete(id);
          out.end();
          await failed;
          for (const old of list().slice(KEPT)) {
            if (old.state === 'running') continue;
            summaries.delete(old.id);
            await rm(file(old.id), { force: true });
          }
        },
      };
    },
    async *follow(id, signal) {
      const state = live.get(id);
      if (!state) {
        if (!summaries.has(id)) throw new NotFound(`no such build: ${id}`);
        yield* await readEvents(file(id));
        return;
      }
      let at = 0;
      while (!signal.aborted) {
        while (at < state.events.length) yield state.events[at++] as BuildEvent;
        if (state.isOver) return;
        await new Promise<void>((resolve) => {
          const wake = () => {
            state.wake.delete(wake);
            signal.removeEventListener('abort', wake);
            resolve();
          };
          state.wake.add(wake);
          signal.addEventListener('abort', wake, { once: true });
        });
      }
    },
    async remove(id) {
      if (!summaries.has(id)) throw new NotFound(`no such build: ${id}`);
      if (live.has(id)) return;
      summaries.delete(id);
      await rm(file(id), { force: true });
    },
  };
}

/** A build that its engine did not outlive gets the end it never wrote, at the time of its last sign of life. */
async function endInterrupted(path: string, summary: BuildSummary, events: readonly BuildEvent[]): Promise<BuildSummary> {
  const atMs = events.reduce((last, event) => Math.max(last, event.atMs), summary.startedAtMs);
  const end: BuildEvent = { type: 'ended', atMs, state: 'canceled', tags: [], error: 'the engine stopped' };
  await appendFile(path, `\n${JSON.stringify(end)}\n`); // the line before may be cut off
  return summarise(summary, end) ?? summary;
}

async function readEvents(path: string): Promise<BuildEvent[]> {
  const text = await readFile(path, 'utf8');
  return text.split('\n').flatMap((line) => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as BuildEvent];
    } catch {
      return []; // cut off by a crash
    }
  });
}

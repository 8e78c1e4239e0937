// What happens when a container's process has ended: conmon wrote its exit file. The record becomes `exited` (or `restarting`),
// whoever waits is told, the run is cleaned up, and the restart policy or auto-remove decides what comes next.
import { existsSync, watch } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanUpRun } from './clean-up.ts';
import type { Container } from './container.ts';
import { inBackground, publish, type Parts } from './parts.ts';
import { isUp, move } from './record.ts';
import { removeContainer } from './remove.ts';
import { restartPause } from './restart-policy.ts';
import { startContainer } from './start.ts';

const SIGNAL_BASE = 128;
const UNKNOWN_EXIT = 255;

/** Handles exit files from now on, and those that are there. */
export async function watchExits(parts: Parts): Promise<Disposable> {
  const handle = (id: string) => {
    const container = parts.store.byId(id);
    if (container) inBackground(parts, 'cannot handle the end of a container', id, () => containerExited(parts, container));
  };
  const watcher = watch(parts.folders.exits, { persistent: false }, (_event, name) => {
    if (name !== null && name.length === 64 && existsSync(parts.folders.exit(name))) handle(name);
  });
  for (const name of await readdir(parts.folders.exits)) handle(name);
  return { [Symbol.dispose]: () => watcher.close() };
}

/** The exit file says how it ended; without one (a reboot, a killed supervisor) nobody knows, which docker calls 255. */
export function containerExited(parts: Parts, container: Container, known?: { exitCode: number; cause: string }): Promise<void> {
  return parts.locks.run(container.id, async () => {
    const { record } = container;
    const { folders } = parts;
    if (!isUp(record)) return;
    const exitCode = (await exitCodeOf(parts, record.id)) ?? known?.exitCode ?? UNKNOWN_EXIT;
    const oomKilled = existsSync(join(folders.persist(record.id), 'oom'));
    const nowMs = Date.now();
    const lastPauseMs = container.lastPauseMs;
    const pauseMs = restartPause(record.hostConfig.RestartPolicy, {
      exitCode, manuallyStopped: record.manuallyStopped, ranMs: nowMs - record.startedAtMs, restartCount: record.restartCount, lastPauseMs,
    });
    container.stopHealth?.();
    container.rotation?.[Symbol.dispose]();
    Object.assign(record, { exitCode, oomKilled, finishedAtMs: nowMs });
    move(record, pauseMs === undefined || parts.closing.aborted ? 'exited' : 'restarting', container.exitCause ?? known?.cause ?? causeOf(exitCode, oomKilled), nowMs);
    container.exitCause = undefined;
    container.stopDeadlineMs = undefined;
    container.outputEnded();
    if (oomKilled) publish(parts, container, 'oom');
    publish(parts, container, 'die', { exitCode: String(exitCode), execDuration: String(Math.round((nowMs - record.startedAtMs) / 1000)) });
    container.tell('exit', { exitCode });
    try {
      await cleanUpRun(parts, record);
    } finally {
      await parts.store.save(container);
    }
    next(parts, container, pauseMs);
  });
}

/** Undefined when there is no exit file. */
async function exitCodeOf({ folders }: Parts, id: string): Promise<number | undefined> {
  for (const path of [folders.exit(id), join(folders.persist(id), 'exit')]) {
    const text = await readFile(path, 'utf8').catch(() => ''); // the other one may be there
    if (/^-?\d+$/.test(text.trim())) return Number(text);
  }
  return undefined;
}

function causeOf(exitCode: number, oomKilled: boolean): string {
  if (oomKilled) return 'out of memory';
  return exitCode > SIGNAL_BASE && exitCode < SIGNAL_BASE + 65 ? `exit ${exitCode} (signal ${exitCode - SIGNAL_BASE})` : `exit ${exitCode}`;
}

function next(parts: Parts, container: Container, pauseMs: number | undefined): void {
  const { record } = container;
  if (parts.closing.aborted) return;
  if (pauseMs !== undefined) restartLater(parts, container, pauseMs);
  else if (record.hostConfig.AutoRemove && !container.keepOnExit) {
    inBackground(parts, 'cannot remove a container that ended', record.id, () => removeContainer(parts, container, { force: false, volumes: true }));
  }
}

/** Starts the container after the pause, again and again with growing pauses while its policy says so. */
export function restartLater(parts: Parts, container: Container, pauseMs: number): void {
  const { record } = container;
  container.lastPauseMs = pauseMs;
  const timer = setTimeout(() => {
    container.cancelRestart = undefined;
    inBackground(parts, 'a restart failed', record.id, async () => {
      if (record.state !== 'restarting') return;
      record.restartCount++;
      await startContainer(parts, container, 'restart policy');
    });
  }, pauseMs);
  timer.unref();
  container.cancelRestart = () => {
    clearTimeout(timer);
    container.cancelRestart = undefined;
  };
}

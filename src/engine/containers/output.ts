// The output of a container, followed. conmon writes it to the log, whoever is attached follows the file: an engine that dies or a
// client that reads slowly never touches the container. Changes come from inotify on the log's folder, which survives rotation.
import { watch, type FSWatcher } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Position } from './log-tail.ts';

const CHUNK_BYTES = 512 * 1024;

export interface Following {
  from: Position | 'end';
  /** the files as they were when `from` was found, oldest first */
  files: readonly string[];
  /** go on until the run that is going on, or the next one, has ended */
  follow: boolean;
  signal: AbortSignal;
}

export interface OutputSource extends Disposable {
  /** Bytes of the log. Each chunk is good until the next is asked for. */
  read(following: Following): AsyncGenerator<Buffer>;
  /** The run has ended and everything it wrote is in the file. */
  ended(): void;
  /** The log was renamed to `log.1` and begins anew. */
  rotated(): void;
  /** Calls back after the log has grown. */
  onChange(listener: () => void): Disposable;
}

export function logOutput(path: string): OutputSource {
  const listeners = new Set<() => void>();
  let watcher: FSWatcher | undefined;
  let runsEnded = 0;
  let rotations = 0;
  let version = 0;
  const notify = () => {
    version++;
    for (const listener of [...listeners]) listener();
  };
  const listen = (listener: () => void): Disposable => {
    listeners.add(listener);
    if (!watcher) {
      watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
        if (name === basename(path)) notify();
      });
      watcher.on('error', () => watcher?.close()); // the folder was removed with its container; `ended` was told before
    }
    return {
      [Symbol.dispose]() {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        watcher?.close();
        watcher = undefined;
      },
    };
  };
  const nameOf = (age: number) => (age === 0 ? path : `${path}.${age}`);

  async function* read({ from, files, follow, signal }: Following): AsyncGenerator<Buffer> {
    let wake = () => {};
    using _listening = listen(() => wake());
    signal.addEventListener('abort', () => wake(), { once: true });
    const firstRun = runsEnded;
    let seenRotations = rotations;
    const queue = from === 'end' ? [] : files.slice(from.file);
    let handle: FileHandle | undefined = await openLog(queue.shift() ?? path);
    let offset = from === 'end' ? ((await handle?.stat())?.size ?? 0) : from.offset;
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    try {
      while (!signal.aborted) {
        const seen = version;
        const isOver = !follow || runsEnded > firstRun;
        const rotationsNow = rotations;
        const { bytesRead } = (await handle?.read(buffer, 0, CHUNK_BYTES, offset)) ?? { bytesRead: 0 };
        if (bytesRead > 0) {
          offset += bytesRead;
          yield buffer.subarray(0, bytesRead);
          continue;
        }
        if (queue.length > 0 || rotationsNow > seenRotations || !handle) {
          // This file is complete: the next newer one is an older file still to read, or what rotation made of it.
          const next = queue.shift() ?? (rotationsNow > seenRotations ? nameOf(rotationsNow - ++seenRotations) : path);
          const opened = await openLog(next);
          if (opened) {
            await handle?.close();
            handle = opened;
            offset = 0;
            continue;
          }
        }
        if (isOver) return;
        if (seen === version) await new Promise<void>((resolve) => {
          wake = resolve;
          if (seen !== version || signal.aborted) resolve();
        });
      }
    } finally {
      await handle?.close();
    }
  }

  return {
    read,
    ended() {
      runsEnded++;
      notify();
    },
    rotated() {
      rotations++;
      notify();
    },
    onChange: listen,
    [Symbol.dispose]() {
      runsEnded++;
      notify();
      watcher?.close();
      watcher = undefined;
    },
  };
}

/** Undefined when there is no such file (yet, or any more). */
async function openLog(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

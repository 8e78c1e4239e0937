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
  /** Calls `rename` once every follower holds the file that is about to lose its name. */
  rotate(rename: () => void): Promise<void>;
  /** Calls back after the log has grown. */
  onChange(listener: () => void): Disposable;
}

/** A log file that a follower holds open: rotation may rename or delete it, the bytes stay readable. */
interface OpenLog { handle: FileHandle; /** tells files apart while they are open */ inode: number; /** the file that conmon writes now */ isCurrent: boolean }

/** A follower this many files behind loses the oldest. */
const MAX_PENDING = 256;

export function logOutput(path: string): OutputSource {
  const listeners = new Set<() => void>();
  const followers = new Set<{ beforeRotation(): Promise<void> }>();
  let watcher: FSWatcher | undefined;
  let runsEnded = 0;
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

  async function* read({ from, files, follow, signal }: Following): AsyncGenerator<Buffer> {
    let wake = () => {};
    using _listening = follow ? listen(() => wake()) : undefined;
    signal.addEventListener('abort', () => wake(), { once: true });
    const firstRun = runsEnded;
    const pending: OpenLog[] = [];
    for (const file of from === 'end' ? [path] : files.slice(from.file)) {
      const log = await openLog(file, file === path);
      if (log) pending.push(log);
    }
    let now = pending.shift();
    let next: OpenLog | undefined;
    const held = () => [now, next, ...pending].filter((log) => log !== undefined);
    const follower = {
      // Called while the current file still has its name: whoever is not there yet takes hold of it.
      async beforeRotation() {
        const log = held().some(({ isCurrent }) => isCurrent) ? undefined : await openLog(path, false);
        // The follower may have opened the same file meanwhile.
        const isHeld = log && held().some(({ inode }) => inode === log.inode);
        for (const other of held()) other.isCurrent = false;
        if (!log) return;
        if (isHeld) await log.handle.close();
        else pending.push(log);
        if (pending.length > MAX_PENDING) await pending.shift()?.handle.close();
      },
    };
    followers.add(follower);
    let offset = from === 'end' ? ((await now?.handle.stat())?.size ?? 0) : from.offset;
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    try {
      while (!signal.aborted) {
        const seen = version;
        const isOver = !follow || runsEnded > firstRun;
        const { bytesRead } = (await now?.handle.read(buffer, 0, CHUNK_BYTES, offset)) ?? { bytesRead: 0 };
        if (bytesRead > 0) {
          offset += bytesRead;
          yield buffer.subarray(0, bytesRead);
          continue;
        }
        if (next) {
          // The old file was read once more after the new one was seen, so it is complete.
          await now?.handle.close();
          [now, next, offset] = [next, undefined, 0];
          continue;
        }
        if (!now?.isCurrent) {
          next = pending.shift();
          if (!next) {
            const log = await openLog(path, true);
            if (log && held().some(({ inode }) => inode === log.inode)) {
              await log.handle.close(); // the one we have, until conmon has made the new one; or a rotation took hold of it first
              next = pending.shift();
            } else next = log;
          }
          if (next) continue;
        }
        if (isOver) return;
        if (seen === version) await new Promise<void>((resolve) => {
          wake = resolve;
          if (seen !== version || signal.aborted) resolve();
        });
      }
    } finally {
      followers.delete(follower);
      for (const log of [now, next, ...pending]) await log?.handle.close();
    }
  }

  return {
    read,
    ended() {
      runsEnded++;
      notify();
    },
    async rotate(rename) {
      await Promise.all([...followers].map((follower) => follower.beforeRotation()));
      rename();
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
async function openLog(path: string, isCurrent: boolean): Promise<OpenLog | undefined> {
  try {
    const handle = await open(path, 'r');
    return { handle, inode: (await handle.stat()).ino, isCurrent };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

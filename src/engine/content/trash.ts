// Where removed files go first: a rename takes the name away at once, the bytes go in the background, and what a crash leaves is
// deleted when the store is opened. One rm(1) for everything that came within a moment: Node's own recursive rm would fill libuv's
// few threads with thousands of unlinks, and everyone else's reads would wait behind them.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import { run } from '../tools/run.ts';

export interface Trash {
  /** Resolves when the file or folder has lost its name. What is not there needs no removal. */
  discard(path: string): Promise<void>;
}

const GATHER_MS = 30;
const MAX_AT_ONCE = 500; // of one command line

/** @param folder on the file system of what will be discarded; made when missing */
export function openTrash(folder: string, log: Log): Trash {
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  let waiting: string[] = readdirSync(folder).map((name) => join(folder, name));
  let isBusy = false;

  const empty = async () => {
    while (waiting.length > 0) {
      const now = waiting.slice(0, MAX_AT_ONCE);
      waiting = waiting.slice(MAX_AT_ONCE);
      await run(['rm', '-rf', '--one-file-system', '--', ...now]).catch((error: unknown) => log.warn('could not delete removed files yet', { error }));
    }
    isBusy = false;
  };
  const wake = () => {
    if (isBusy || waiting.length === 0) return;
    isBusy = true;
    setTimeout(() => void empty(), GATHER_MS).unref();
  };
  wake();

  return {
    async discard(path) {
      const gone = join(folder, randomBytes(8).toString('hex'));
      try {
        await rename(path, gone);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
        throw error;
      }
      waiting.push(gone);
      wake();
    },
  };
}

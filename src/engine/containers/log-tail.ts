// Finds where the last N lines of a log begin, reading backwards in blocks: the price depends on N, not on the log.
// Synchronous: a few reads from the page cache cost less than one trip through the thread pool.
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { HEAD_BYTES } from './log-lines.ts';

const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 10;
const FULL = 'F'.charCodeAt(0);
const TAG_AT = 43;

export interface Position { /** index in `files` */ file: number; offset: number }

/** @param files oldest first. A line that came in parts (P … F) counts once. */
export function tailPosition(files: readonly string[], lines: number): Position {
  if (lines <= 0) return endOf(files);
  let left = lines;
  for (let file = files.length - 1; file >= 0; file--) {
    const found = tailOf(files[file] as string, left);
    if (found.offset !== undefined) return { file, offset: found.offset };
    left = found.left;
  }
  return { file: 0, offset: 0 };
}

function endOf(files: readonly string[]): Position {
  const file = Math.max(0, files.length - 1);
  return { file, offset: statSync(files[file] as string, { throwIfNoEntry: false })?.size ?? 0 };
}

/** The offset at which the last `lines` lines begin; without one, how many are still to be found in older files. */
function tailOf(path: string, lines: number): { offset?: number; left: number } {
  const fd = openLog(path);
  if (fd === undefined) return { left: lines };
  try {
    const { size } = fstatSync(fd);
    let seen = 0;
    let tail: Buffer = Buffer.alloc(0);
    let from = size;
    // The record that begins at `start` opens a line when the record before it was whole (F). Going backwards, that is known only at
    // the earlier record, so the candidate waits.
    let candidate = -1;
    while (from > 0) {
      const length = Math.min(BLOCK_BYTES, from);
      from -= length;
      const block = Buffer.allocUnsafe(length);
      readSync(fd, block, 0, length, from);
      const data = tail.length === 0 ? block : Buffer.concat([block, tail]);
      let end = data.length;
      for (;;) {
        // `end` is just behind a newline or at the end of an unfinished record
        const before = end <= 1 ? -1 : data.lastIndexOf(NEWLINE, end - 2);
        if (before < 0 && from > 0) break;
        const start = before + 1;
        if (end - start >= HEAD_BYTES && data[start + TAG_AT] !== undefined) {
          const isFull = data[start + TAG_AT] === FULL;
          if (candidate >= 0 && isFull) {
            seen++;
            if (seen === lines) return { offset: candidate, left: 0 };
          }
          candidate = from + start;
        }
        end = start;
        if (before < 0) break;
      }
      tail = data.subarray(0, end);
    }
    if (candidate < 0) return { left: lines };
    const missing = lines - seen - 1;
    return missing <= 0 ? { offset: candidate, left: 0 } : { left: missing };
  } finally {
    closeSync(fd);
  }
}

/** Undefined when it was rotated away meanwhile. */
function openLog(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

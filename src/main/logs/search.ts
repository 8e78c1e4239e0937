// Finds lines in a spool by text, regular expression, stream and level. The numbers of the lines that match are kept (4 bytes
// each), so that a view can show only them, or jump from one to the next; a search goes on as the log grows.
import { setImmediate as breathe } from 'node:timers/promises';
import type { LogQuery } from '../contract/container-logs.ts';
import { levelOf, withoutAnsi } from '../contract/log-text.ts';
import { InvalidParameter } from '../../engine/wire/errors.ts';
import { withinTime } from '../layers/within-time.ts';
import { textStart, type LogSpool } from './spool.ts';

export interface LogSearch {
  /** lines looked at */
  readonly scanned: number;
  readonly hits: number;
  /** Looks at the lines that came since. */
  advance(signal?: AbortSignal): Promise<void>;
  /** line numbers of hits `from` to `from + count - 1` */
  range(from: number, count: number): number[];
  /** index of the first hit at or after the line */
  indexAtOrAfter(line: number): number;
}

const NEWLINE = 10;
/** A piece is about a megabyte: milliseconds for a pattern that does not go astray. */
const PIECE_LIMIT_MS = 2000;

/** @throws InvalidParameter when the regular expression is none */
export function createSearch(spool: LogSpool, query: LogQuery): LogSearch {
  const matches = matcher(query);
  let lines = new Uint32Array(1024);
  let hits = 0;
  let scanned = 0;
  let running: Promise<void> | undefined;

  const look = (first: number, data: Buffer) => {
    let number = first;
    for (let start = 0; start < data.length; number++) {
      const end = data.indexOf(NEWLINE, start);
      if (matches(data.subarray(start, end))) {
        if (hits === lines.length) {
          const bigger = new Uint32Array(hits * 2);
          bigger.set(lines);
          lines = bigger;
        }
        lines[hits++] = number;
      }
      start = end + 1;
    }
    scanned = number;
  };
  const scan = async (signal?: AbortSignal) => {
    for await (const { first, data } of spool.pieces(scanned, signal)) {
      if (query.isRegex) withinTime(() => look(first, data), PIECE_LIMIT_MS);
      else look(first, data);
      await breathe(); // a search must not hold up what other windows ask
    }
  };
  const indexAtOrAfter = (line: number) => {
    let low = 0;
    let high = hits;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((lines[middle] ?? 0) < line) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    get scanned() {
      return scanned;
    },
    get hits() {
      return hits;
    },
    advance: (signal) => (running ??= scan(signal).finally(() => (running = undefined))),
    range: (from, count) => [...lines.subarray(Math.max(0, from), Math.min(hits, from + count))],
    indexAtOrAfter,
  };
}

/** A test of one record, as cheap as the query allows. */
function matcher({ text, isRegex, isCaseSensitive, streams, levels }: LogQuery): (record: Buffer) => boolean {
  const needle = text === '' ? undefined : isRegex ? expression(text, isCaseSensitive) : isCaseSensitive ? undefined : new RegExp(RegExp.escape(text), 'iu');
  const bytes = text !== '' && !needle ? Buffer.from(text) : undefined;
  const wanted = streams.length === 1 ? 48 + (streams[0] === 'stderr' ? 2 : 1) : undefined;
  return (record) => {
    if (wanted !== undefined && record[0] !== wanted) return false;
    if (bytes && levels.length === 0) return record.indexOf(bytes, textStart(record)) >= 0;
    if (!needle && !bytes && levels.length === 0) return true;
    const line = withoutAnsi(record.toString('utf8', textStart(record)));
    if (needle && !needle.test(line)) return false;
    if (bytes && !line.includes(text)) return false;
    return levels.length === 0 || levels.includes(levelOf(line));
  };
}

function expression(text: string, isCaseSensitive: boolean): RegExp {
  try {
    return new RegExp(text, isCaseSensitive ? 'u' : 'iu');
  } catch (error) {
    throw new InvalidParameter((error as Error).message, { cause: error });
  }
}

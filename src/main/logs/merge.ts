// Merges the histories of several containers by time. Times of one container never run backwards (one writer), and Docker
// writes them with nanoseconds in UTC, so comparing the text is comparing the time.
import type { RecordBatch } from './records.ts';

const OUT_BYTES = 1 << 18;

interface Cursor { batches: AsyncIterator<RecordBatch>; data: Buffer; start: number; end: number; time: string; isDone: boolean }

export async function* mergeByTime(sources: AsyncIterable<RecordBatch>[]): AsyncGenerator<RecordBatch> {
  const cursors = sources.map((source): Cursor => ({ batches: source[Symbol.asyncIterator](), data: Buffer.alloc(0), start: 0, end: 0, time: '', isDone: false }));
  try {
    await Promise.all(cursors.map(advance));
    let parts: Buffer[] = [];
    let size = 0;
    for (;;) {
      let first: Cursor | undefined;
      for (const cursor of cursors) if (!cursor.isDone && (!first || cursor.time < first.time)) first = cursor;
      if (!first) break;
      parts.push(first.data.subarray(first.start, first.end));
      size += first.end - first.start;
      const { time } = first;
      if (first.end < first.data.length) step(first);
      else await advance(first);
      if (size >= OUT_BYTES) {
        yield { data: Buffer.concat(parts), count: parts.length, lastTime: time };
        parts = [];
        size = 0;
      }
    }
    if (parts.length > 0) yield { data: Buffer.concat(parts), count: parts.length, lastTime: '' };
  } finally {
    for (const cursor of cursors) await cursor.batches.return?.();
  }
}

async function advance(cursor: Cursor): Promise<void> {
  const { value, done } = await cursor.batches.next();
  if (done) {
    cursor.isDone = true;
    return;
  }
  cursor.data = (value as RecordBatch).data;
  cursor.end = 0;
  step(cursor);
}

/** To the next record of the batch. A line without a time keeps the one before it: it belongs there. */
function step(cursor: Cursor): void {
  cursor.start = cursor.end;
  cursor.end = cursor.data.indexOf(10, cursor.start) + 1;
  const time = cursor.data.toString('latin1', cursor.start + 4, cursor.data.indexOf(32, cursor.start + 4));
  if (time !== '-') cursor.time = time;
}

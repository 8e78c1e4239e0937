// Turns the body of GET /containers/{id}/logs?timestamps=1 into records of the spool.
// Without a tty the body is framed (8 byte header: stream, three zeros, big-endian size; Engine API, "ContainerAttach"), and each
// frame begins with a time. A line longer than the logger's buffer comes as several frames, each with a time of its own: only
// the first one's is kept. With a tty the body is plain lines.

const NEWLINE = 10;
const SPACE = 32;
const FIRST_BYTES = 1 << 18;

export interface RecordBatch { data: Buffer; count: number; lastTime: string }

export interface RecordReader {
  /** Takes the next bytes of the body, however they are cut. */
  push(chunk: Buffer): RecordBatch | undefined;
  /** The last line may have no newline. */
  end(): RecordBatch | undefined;
}

/** @param source which of the merged containers */
export function createRecordReader(source: number, isTty: boolean): RecordReader {
  const sourceDigit = source.toString(36).charCodeAt(0);
  let out = Buffer.allocUnsafe(FIRST_BYTES);
  let size = 0;
  let count = 0;
  let lastTime = '';
  /** what began a line and did not end it, by stream */
  const open: Record<1 | 2, Buffer[]> = { 1: [], 2: [] };
  let rest: Buffer | undefined;

  function put(stream: 1 | 2, line: Buffer) {
    const timeEnd = timeLength(line);
    const head = 4 + (timeEnd > 0 ? timeEnd : 1) + 1;
    const text = line.length - (timeEnd > 0 ? timeEnd + 1 : 0);
    const needed = size + head + text + 1;
    if (needed > out.length) {
      const bigger = Buffer.allocUnsafe(Math.max(needed, out.length * 2));
      out.copy(bigger, 0, 0, size);
      out = bigger;
    }
    out[size] = 48 + stream;
    out[size + 1] = SPACE;
    out[size + 2] = sourceDigit;
    out[size + 3] = SPACE;
    if (timeEnd > 0) line.copy(out, size + 4);
    else {
      out[size + 4] = 45;
      out[size + 5] = SPACE;
      line.copy(out, size + 6);
    }
    size = needed;
    // A terminal ends lines with CR LF.
    if (text > 0 && out[size - 2] === 13) size--;
    out[size - 1] = NEWLINE;
    count++;
  }

  /** `payload` is one frame, or any bytes of a tty. */
  function feed(stream: 1 | 2, payload: Buffer) {
    let start = 0;
    if (open[stream].length > 0 && !isTty) {
      const length = timeLength(payload);
      if (length > 0) start = length + 1;
    }
    for (;;) {
      const end = payload.indexOf(NEWLINE, start);
      if (end < 0) break;
      const piece = payload.subarray(start, end);
      if (open[stream].length === 0) put(stream, piece);
      else {
        put(stream, Buffer.concat([...open[stream], piece]));
        open[stream] = [];
      }
      start = end + 1;
    }
    if (start < payload.length) open[stream].push(Buffer.from(payload.subarray(start)));
  }

  function take(): RecordBatch | undefined {
    if (count === 0) return undefined;
    const last = out.lastIndexOf(NEWLINE, size - 2) + 1;
    const time = out.toString('latin1', last + 4, out.indexOf(SPACE, last + 4));
    if (time !== '-') lastTime = time;
    const batch = { data: out.subarray(0, size), count, lastTime };
    out = Buffer.allocUnsafe(FIRST_BYTES);
    size = 0;
    count = 0;
    return batch;
  }

  return {
    push(chunk) {
      if (isTty) {
        feed(1, chunk);
        return take();
      }
      const data = rest ? Buffer.concat([rest, chunk]) : chunk;
      let at = 0;
      while (data.length - at >= 8) {
        const length = data.readUInt32BE(at + 4);
        if (data.length - at - 8 < length) break;
        feed(data[at] === 2 ? 2 : 1, data.subarray(at + 8, at + 8 + length));
        at += 8 + length;
      }
      rest = at < data.length ? data.subarray(at) : undefined;
      return take();
    },
    end() {
      for (const stream of [1, 2] as const) if (open[stream].length > 0) put(stream, Buffer.concat(open[stream]));
      open[1] = [];
      open[2] = [];
      return take();
    },
  };
}

/** Length of `2026-01-02T03:04:05.123456789Z` at the start, 0 when there is none. */
function timeLength(line: Buffer): number {
  if (line[4] !== 45 || line[10] !== 84 || line[13] !== 58) return 0;
  const space = line.indexOf(SPACE);
  const end = space < 0 ? line.length : space;
  return end >= 20 && end <= 35 ? end : 0;
}

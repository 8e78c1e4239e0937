// Turns the body of GET /containers/{id}/logs?timestamps=1 into records of the spool.
// Without a tty the body is framed (8 byte header: stream, three zeros, big-endian size; Engine API, "ContainerAttach"), and each
// frame begins with a time. A line longer than the logger's buffer comes as several frames, each with a time of its own: only
// the first one's is kept. With a tty the body is plain lines.

const NEWLINE = 10;
const SPACE = 32;
const EMPTY = Buffer.alloc(0);
/** Length of a time with nine digits and a Z. */
const NANO_TIME = 30;

export interface RecordBatch { data: Buffer; count: number; lastTime: string }

export interface RecordReader {
  /** Takes the next bytes of the body, however they are cut, and the buffer they are in: it is written over. */
  push(chunk: Buffer): RecordBatch | undefined;
  /** The last line may have no newline. */
  end(): RecordBatch | undefined;
}

/** @param source which of the merged containers */
export function createRecordReader(source: number, isTty: boolean): RecordReader {
  const sourceDigit = source.toString(36).charCodeAt(0);
  /**
   * Records are written over the frames they come from, which are longer by their headers: a log of gigabytes then makes no
   * garbage. `room` is what may be written now; where that is too little (terminals), records get a buffer of their own.
   */
  let out: Buffer = EMPTY;
  let isInPlace = false;
  let room = 0;
  let size = 0;
  let count = 0;
  let lastTime = '';
  /** what began a line and did not end it, by stream */
  const open: Record<1 | 2, Buffer[]> = { 1: [], 2: [] };
  let rest: Buffer | undefined;

  /** The line is `data[from, to)`: making a view of each would cost more than copying it. */
  function put(stream: 1 | 2, data: Buffer, from: number, to: number) {
    const timeEnd = timeLength(data, from, to);
    const head = 4 + (timeEnd > 0 ? timeEnd : 1) + 1;
    const text = to - from - (timeEnd > 0 ? timeEnd + 1 : 0);
    const needed = size + head + text + 1;
    if (needed > room) {
      const bigger = Buffer.allocUnsafe(Math.max(needed, out.length * 2));
      out.copy(bigger, 0, 0, size);
      out = bigger;
      isInPlace = false;
      room = bigger.length;
    }
    out[size] = 48 + stream;
    out[size + 1] = SPACE;
    out[size + 2] = sourceDigit;
    out[size + 3] = SPACE;
    if (timeEnd > 0) data.copy(out, size + 4, from, to);
    else {
      out[size + 4] = 45;
      out[size + 5] = SPACE;
      data.copy(out, size + 6, from, to);
    }
    size = needed;
    // A terminal ends lines with CR LF.
    if (text > 0 && out[size - 2] === 13) size--;
    out[size - 1] = NEWLINE;
    count++;
  }

  function putWhole(stream: 1 | 2, line: Buffer) {
    put(stream, line, 0, line.length);
  }

  /** `data[from, to)` is one frame's payload, or any bytes of a tty. */
  function feed(stream: 1 | 2, data: Buffer, from: number, to: number) {
    let start = from;
    if (open[stream].length > 0 && !isTty) {
      const length = timeLength(data, from, to);
      if (length > 0) start = from + length + 1;
    }
    while (start < to) {
      const end = data.indexOf(NEWLINE, start);
      if (end < 0 || end >= to) break;
      if (isInPlace) room = end + 1;
      if (open[stream].length === 0) put(stream, data, start, end);
      else {
        putWhole(stream, Buffer.concat([...open[stream], data.subarray(start, end)]));
        open[stream] = [];
      }
      start = end + 1;
    }
    if (start < to) open[stream].push(Buffer.from(data.subarray(start, to)));
  }

  function take(): RecordBatch | undefined {
    if (count === 0) return undefined;
    const last = out.lastIndexOf(NEWLINE, size - 2) + 1;
    const time = out.toString('latin1', last + 4, out.indexOf(SPACE, last + 4));
    if (time !== '-') lastTime = time;
    const batch = { data: out.subarray(0, size), count, lastTime };
    write(EMPTY);
    return batch;
  }

  /** The next records go to the start of `buffer`. */
  function write(buffer: Buffer) {
    out = buffer;
    isInPlace = true;
    room = 0;
    size = 0;
    count = 0;
  }

  return {
    push(chunk) {
      if (isTty) {
        write(chunk);
        feed(1, chunk, 0, chunk.length);
        return take();
      }
      const data = rest ? Buffer.concat([rest, chunk]) : chunk;
      write(data);
      let at = 0;
      while (data.length - at >= 8) {
        const length = data.readUInt32BE(at + 4);
        if (data.length - at - 8 < length) break;
        feed(data[at] === 2 ? 2 : 1, data, at + 8, at + 8 + length);
        at += 8 + length;
      }
      rest = at < data.length ? data.subarray(at) : undefined;
      return take();
    },
    end() {
      for (const stream of [1, 2] as const) if (open[stream].length > 0) putWhole(stream, Buffer.concat(open[stream]));
      open[1] = [];
      open[2] = [];
      return take();
    },
  };
}

/** Length of `2026-01-02T03:04:05.123456789Z` at the start of `data[from, to)`, 0 when there is none. */
function timeLength(data: Buffer, from: number, to: number): number {
  if (to - from < 20 || data[from + 4] !== 45 || data[from + 10] !== 84 || data[from + 13] !== 58) return 0;
  // Docker and Gantry write nine digits and a Z; others are searched for.
  if (to - from > NANO_TIME && data[from + NANO_TIME] === SPACE && data[from + NANO_TIME - 1] === 90) return NANO_TIME;
  const space = data.indexOf(SPACE, from);
  const end = (space < 0 || space > to ? to : space) - from;
  return end >= 20 && end <= 35 ? end : 0;
}

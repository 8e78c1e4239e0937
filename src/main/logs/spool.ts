// The lines of one log view, on disk: however long a log is, main keeps a few bytes per 64 lines and the page only what it shows.
// A record is `S C TIME TEXT\n`: stream digit (1 stdout, 2 stderr), container digit (base 36), Docker's RFC 3339 time or `-`,
// then the text. The file is unlinked right after it is opened, so that nothing is left behind however the program ends.
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SpoolLine {
  stream: 1 | 2;
  /** which of the merged containers */
  source: number;
  time: string;
  text: string;
  /** bytes left out of `text` */
  clippedBytes: number;
}

export interface LogSpool extends AsyncDisposable {
  readonly lines: number;
  readonly bytes: number;
  /** Adds whole records; see `record`. */
  append(records: Buffer, count: number): Promise<void>;
  /** Lines `from` to `from + count - 1`, as far as they are there; texts are cut at `clipBytes`. */
  read(from: number, count: number, clipBytes?: number): Promise<SpoolLine[]>;
  /** All records from line `from` on, in pieces of about a megabyte that end with a line. `first` is the number of a piece's first line. */
  pieces(from: number, signal?: AbortSignal): AsyncGenerator<{ first: number; data: Buffer }>;
}

const LINES_PER_MARK = 64;
const PIECE_BYTES = 1 << 20;
const NEWLINE = 10;
/** Everything before the text: `1 0 2026-01-02T03:04:05.123456789Z `. */
const HEAD_BYTES = 4;

export async function openSpool(): Promise<LogSpool> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-log-'));
  const file = await open(join(folder, 'lines'), 'wx+', 0o600);
  // Windows cannot unlink an open file; there the folder goes when the spool does.
  const isUnlinked = process.platform !== 'win32';
  if (isUnlinked) await rm(folder, { recursive: true });
  /** offset of line 0, 64, 128, ... */
  const marks: number[] = [];
  let lines = 0;
  let bytes = 0;

  async function readBytes(from: number, to: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.max(0, to - from));
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, from + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  return {
    get lines() {
      return lines;
    },
    get bytes() {
      return bytes;
    },
    async append(records, count) {
      let offset = bytes;
      let line = lines;
      for (let start = 0; start < records.length; line++) {
        if (line % LINES_PER_MARK === 0) marks[line / LINES_PER_MARK] = offset + start;
        start = records.indexOf(NEWLINE, start) + 1;
      }
      offset += records.length;
      await file.write(records, 0, records.length, bytes);
      bytes = offset;
      lines += count;
    },
    async read(from, count, clipBytes = 4096) {
      const start = Math.max(0, Math.min(from, lines));
      const end = Math.min(lines, start + count);
      if (end <= start) return [];
      const data = await readBytes(marks[Math.floor(start / LINES_PER_MARK)] ?? 0, marks[Math.ceil(end / LINES_PER_MARK)] ?? bytes);
      const found: SpoolLine[] = [];
      let position = 0;
      for (let line = start - (start % LINES_PER_MARK); line < end; line++) {
        const stop = data.indexOf(NEWLINE, position);
        if (line >= start) found.push(parse(data.subarray(position, stop), clipBytes));
        position = stop + 1;
      }
      return found;
    },
    async *pieces(from, signal) {
      let offset = marks[Math.floor(from / LINES_PER_MARK)] ?? bytes;
      let line = from - (from % LINES_PER_MARK);
      let size = PIECE_BYTES;
      while (offset < bytes && !signal?.aborted) {
        let data = await readBytes(offset, Math.min(bytes, offset + size));
        const end = data.lastIndexOf(NEWLINE) + 1;
        if (end === 0) {
          size *= 4; // one line longer than a piece
          continue;
        }
        size = PIECE_BYTES;
        offset += end;
        data = data.subarray(0, end);
        const first = line;
        for (let at = data.indexOf(NEWLINE); at >= 0; at = data.indexOf(NEWLINE, at + 1)) line++;
        let skip = 0;
        for (let left = from - first; left > 0 && skip < data.length; left--) skip = data.indexOf(NEWLINE, skip) + 1;
        if (skip < data.length) yield { first: Math.max(first, from), data: data.subarray(skip) };
      }
    },
    async [Symbol.asyncDispose]() {
      await file.close();
      if (!isUnlinked) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One record. The text must not hold a newline. */
export function record(stream: 1 | 2, source: number, time: string, text: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${stream} ${source.toString(36)} ${time === '' ? '-' : time} `, 'latin1'), text, Buffer.of(NEWLINE)]);
}

/** Where the text of a record begins. */
export function textStart(record: Buffer): number {
  return record.indexOf(32, HEAD_BYTES) + 1;
}

/** Reads one record, without its newline. */
export function parse(line: Buffer, clipBytes: number): SpoolLine {
  const start = textStart(line);
  const time = line.toString('latin1', HEAD_BYTES, start - 1);
  const size = line.length - start;
  const text = line.subarray(start, start + Math.min(size, clipBytes));
  return {
    stream: line[0] === 50 ? 2 : 1,
    source: Number.parseInt(String.fromCharCode(line[2] ?? 48), 36),
    time: time === '-' ? '' : time,
    text: size > clipBytes ? new TextDecoder().decode(text).replace(/�$/, '') : text.toString('utf8'),
    clippedBytes: Math.max(0, size - clipBytes),
  };
}

// conmon's k8s-file log, one record a line:
//   2026-11-23T21:53:09.123860641+00:00 stdout F text\n      a whole line, or the end of one
//   2026-11-23T21:53:09.123860641+00:00 stderr P text\n      text without its newline yet
// The head has 45 bytes always (conmon runs with TZ=UTC0), so the payload is cut out without parsing. A record without newline is not
// complete and waits. Bytes are carried as they are: F adds the newline back, P does not.
import type { FrameStream } from '../wire/frames.ts';
import { FRAME_HEADER_BYTES } from '../wire/frames.ts';

export const HEAD_BYTES = 45;
const TAG_AT = 43;
/** 'o' of stdout, 'e' of stderr */
const STREAM_AT = 39;
const OUT = 'o'.charCodeAt(0);
const FULL = 'F'.charCodeAt(0);
const NEWLINE = 10;
/** the date and nanoseconds, without the offset */
const TIME_BYTES = 29;
const Z_SPACE = Buffer.from('Z ');

export interface DecodeOptions {
  /** goes before each line */
  details?: string;
  stdout: boolean;
  stderr: boolean;
  /** Docker's multiplexed frames; false: bare bytes (tty) */
  framed: boolean;
  timestamps?: boolean;
  /** inclusive, in the log's own form, `2026-11-23T21:53:09.123860641` */
  since?: string | undefined;
  /** exclusive */
  until?: string | undefined;
}

export interface LogDecoder {
  /** What the chunk holds of the wish; the result is a new buffer, the chunk may be reused. */
  push(chunk: Buffer): Buffer;
  /** a record at or after `until` was seen: nothing later is wanted */
  readonly done: boolean;
}

export function logDecoder(options: DecodeOptions): LogDecoder {
  let rest: Buffer | undefined;
  let done = false;
  // Whether the stream's last record was a P: the next one continues its line and gets no timestamp of its own.
  const continues = [false, false, false];
  const details = Buffer.from(options.details ?? '');
  const selects = options.since !== undefined || options.until !== undefined;

  const wanted = (data: Buffer, at: number): boolean => {
    if (!selects) return true;
    const time = data.toString('latin1', at, at + TIME_BYTES);
    if (options.until !== undefined && time >= options.until) {
      done = true;
      return false;
    }
    return options.since === undefined || time >= options.since;
  };

  return {
    get done() { return done; },
    push(chunk) {
      const data = rest ? Buffer.concat([rest, chunk]) : chunk;
      rest = undefined;
      // Each record shrinks: 45 bytes of head become at most 8 of frame and 31 of time.
      const out = Buffer.allocUnsafe(data.length + FRAME_HEADER_BYTES + Math.ceil(data.length / HEAD_BYTES) * details.length);
      let used = 0;
      let at = 0;
      for (;;) {
        const end = data.indexOf(NEWLINE, at + HEAD_BYTES);
        if (end < 0) break;
        const stream: FrameStream = data[at + STREAM_AT] === OUT ? 1 : 2;
        const isFull = data[at + TAG_AT] === FULL;
        if ((stream === 1 ? options.stdout : options.stderr) && wanted(data, at)) {
          // One frame a record, as dockerd: clients take a frame for a line.
          const frameAt = used;
          if (options.framed) used += FRAME_HEADER_BYTES;
          if (options.timestamps && !continues[stream]) {
            data.copy(out, used, at, at + TIME_BYTES);
            used += TIME_BYTES;
            used += Z_SPACE.copy(out, used);
          }
          if (!continues[stream]) used += details.copy(out, used);
          data.copy(out, used, at + HEAD_BYTES, isFull ? end + 1 : end);
          used += end - at - HEAD_BYTES + (isFull ? 1 : 0);
          if (options.framed) {
            out.writeUInt32BE(stream << 24, frameAt);
            out.writeUInt32BE(used - frameAt - FRAME_HEADER_BYTES, frameAt + 4);
          }
        }
        if (done) break;
        continues[stream] = !isFull;
        at = end + 1;
      }
      if (at < data.length && !done) rest = Buffer.from(data.subarray(at));
      return out.subarray(0, used);
    },
  };
}

/** Chunks of a log, decoded; ends where the decoder is done. */
export async function* decoded(source: AsyncIterable<Buffer>, decoder: LogDecoder): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    const part = decoder.push(chunk);
    if (part.length > 0) yield part;
    if (decoder.done) return;
  }
}

/** A moment as the log writes it, for `since` and `until`. @param seconds since the epoch, with fraction */
export function logTime(seconds: number, nanoseconds = Math.round((seconds % 1) * 1e9)): string {
  const whole = new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(nanoseconds).padStart(9, '0')}`;
}

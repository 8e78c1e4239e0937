// Docker's multiplexed stream ("raw-stream" with a header), used by attach, logs and exec without a tty:
//   byte 0: stream (0 stdin, 1 stdout, 2 stderr), bytes 1-3: zero, bytes 4-7: payload size, big endian; then the payload.
// Source: Engine API v1.47, POST /containers/{id}/attach, "Stream format".

export type FrameStream = 0 | 1 | 2;

export const FRAME_HEADER_BYTES = 8;

/** Header of one frame; write the payload right after it. */
export function frameHeader(stream: FrameStream, payloadBytes: number): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  header.writeUInt32BE(stream << 24, 0);
  header.writeUInt32BE(payloadBytes, 4);
  return header;
}

/** One whole frame. */
export function frame(stream: FrameStream, payload: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  out.writeUInt32BE(stream << 24, 0);
  out.writeUInt32BE(payload.length, 4);
  out.set(payload, FRAME_HEADER_BYTES);
  return out;
}

export interface Frame { stream: FrameStream; payload: Buffer }

/**
 * Cuts a byte stream into frames; chunks may end anywhere.
 * @throws Error when a header is not one of a multiplexed stream.
 */
export async function* readFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= FRAME_HEADER_BYTES) {
      const stream = rest[at] as number;
      if (stream > 2) throw new Error(`not a multiplexed stream: frame type ${stream}`);
      const size = rest.readUInt32BE(at + 4);
      if (rest.length - at - FRAME_HEADER_BYTES < size) break;
      at += FRAME_HEADER_BYTES;
      yield { stream: stream as FrameStream, payload: rest.subarray(at, at + size) };
      at += size;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw new Error(`multiplexed stream ended inside a frame (${rest.length} bytes left)`);
}

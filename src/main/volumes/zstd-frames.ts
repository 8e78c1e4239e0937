// Compresses and decompresses a stream with all processors: blocks of a few MiB, each a zstd frame of its own, in their order.
// Frames in a row are one valid file to `zstd` (RFC 8878, 3.1). Before each stands a skippable frame with its length, as pzstd
// writes it, so that whoever reads finds the frames without decoding. Node's own zstd streams are of no use here: with zstd's
// threads one was seen to push after its end, and the reading one loses its place where a frame begins.
import { promisify } from 'node:util';
import { constants, createZstdDecompress, zstdCompress, zstdDecompress } from 'node:zlib';
import { Readable } from 'node:stream';

const BLOCK_BYTES = 4 << 20;
const LEVEL = 3; // zstd's own default
const MAGIC = 0x184d2a50; // RFC 8878, 3.1.2
const HEADER_BYTES = 12; // magic, size of the content: 4, the content: length of the next frame
const params = { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 };
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** @param parallel blocks in work at once; that many blocks of memory are held, compressed and not */
export function zstdFrames(source: AsyncIterable<Buffer>, parallel: number): AsyncGenerator<Buffer> {
  return inOrder(blocks(source), parallel, async (block) => {
    const frame = await compress(block, { params });
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(MAGIC, 0);
    header.writeUInt32LE(4, 4);
    header.writeUInt32LE(frame.length, 8);
    return Buffer.concat([header, frame]);
  });
}

/** The content of such a stream, or of any other zstd stream of one frame. Fails when it is cut off or damaged. */
export async function* zstdContent(source: AsyncIterable<Buffer>, parallel: number): AsyncGenerator<Buffer> {
  const reader = byteReader(source);
  const first = await reader.peek(4);
  if (first.length === 4 && first.readUInt32LE(0) === MAGIC) yield* inOrder(frames(reader), parallel, (frame) => decompress(frame));
  else yield* Readable.from(reader.rest(), { objectMode: false }).pipe(createZstdDecompress()) as AsyncIterable<Buffer>;
}

async function* inOrder(source: AsyncIterable<Buffer>, parallel: number, work: (block: Buffer) => Promise<Buffer>): AsyncGenerator<Buffer> {
  const waiting: Promise<Buffer>[] = [];
  for await (const block of source) {
    const begun = work(block);
    begun.catch(() => {}); // awaited in its turn
    waiting.push(begun);
    if (waiting.length > parallel) yield await (waiting.shift() as Promise<Buffer>);
  }
  for (const begun of waiting) yield await begun;
}

async function* blocks(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const reader = byteReader(source);
  for (;;) {
    const block = await reader.take(BLOCK_BYTES);
    if (block.length > 0) yield block;
    if (block.length < BLOCK_BYTES) return;
  }
}

async function* frames(reader: ReturnType<typeof byteReader>): AsyncGenerator<Buffer> {
  for (;;) {
    const header = await reader.take(HEADER_BYTES);
    if (header.length === 0) return;
    if (header.length < HEADER_BYTES || header.readUInt32LE(0) !== MAGIC) throw new Error('the compressed stream is damaged: no frame where one should begin');
    const length = header.readUInt32LE(8);
    const frame = await reader.take(length);
    if (frame.length < length) throw new Error('the compressed stream is cut off');
    yield frame;
  }
}

/** Takes from a stream as many bytes as asked for, fewer only at its end. */
function byteReader(source: AsyncIterable<Buffer>) {
  const chunks = source[Symbol.asyncIterator]();
  let held: Buffer[] = [];
  let size = 0;
  const fill = async (bytes: number) => {
    while (size < bytes) {
      const { value, done } = await chunks.next();
      if (done) return;
      held.push(value);
      size += value.length;
    }
  };
  return {
    async peek(bytes: number) {
      await fill(bytes);
      return Buffer.concat(held).subarray(0, bytes);
    },
    async take(bytes: number) {
      await fill(bytes);
      const all = Buffer.concat(held);
      held = all.length > bytes ? [all.subarray(bytes)] : [];
      size = Math.max(0, all.length - bytes);
      return all.subarray(0, bytes);
    },
    async *rest() {
      yield* held;
      for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
    },
  };
}

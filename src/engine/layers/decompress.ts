// Plain, gzip or zstd? A stream says so itself in its first bytes (RFC 1952 2.3.1; RFC 8878 3.1.1). Node's decompressors work
// on libuv's threads, beside the thread that asks for the bytes.
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { InvalidParameter } from '../wire/errors.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

export const MAGIC_BYTES = 6;
const CHUNK_BYTES = 64 * 1024; // larger pieces are not faster, and many of them wait for the garbage collector

/** @param start at least the first 6 bytes. @throws InvalidParameter for compressions nobody uses for images any more */
export function compressionOf(start: Uint8Array): Compression {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  if (start[0] === 0x28 && start[1] === 0xb5 && start[2] === 0x2f && start[3] === 0xfd) return 'zstd';
  if (start[0] === 0x42 && start[1] === 0x5a && start[2] === 0x68) throw new InvalidParameter('bzip2 archives are not supported: use gzip, zstd or an uncompressed tar');
  if (Buffer.from(start.subarray(0, 6)).equals(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]))) throw new InvalidParameter('xz archives are not supported: use gzip, zstd or an uncompressed tar');
  return 'none';
}

/** The uncompressed bytes of `source`. @throws InvalidParameter when they are damaged */
export async function* decompressed(source: AsyncIterable<Buffer>, options: { signal?: AbortSignal } = {}): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  let step = await iterator.next();
  while (!step.done) {
    start = start.length === 0 ? step.value : Buffer.concat([start, step.value]);
    if (start.length >= MAGIC_BYTES) break;
    step = await iterator.next();
  }
  const whole = async function* () {
    if (start.length > 0) yield start;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  };
  const compression = compressionOf(start);
  try {
    if (compression === 'none') return yield* whole();
    const expand = compression === 'gzip' ? createGunzip({ chunkSize: CHUNK_BYTES }) : createZstdDecompress({ chunkSize: CHUNK_BYTES });
    const input = Readable.from(whole(), { objectMode: false, highWaterMark: CHUNK_BYTES });
    let sourceError: unknown;
    input.on('error', (error) => {
      sourceError = error;
      expand.destroy(error);
    });
    input.pipe(expand);
    try {
      for await (const chunk of expand as AsyncIterable<Buffer>) {
        options.signal?.throwIfAborted();
        yield chunk;
      }
    } catch (error) {
      if (sourceError === undefined && /^(Z_|ZSTD_|ERR_ZSTD|ERR_ZLIB)/.test((error as NodeJS.ErrnoException).code ?? '')) throw new InvalidParameter(`damaged ${compression} data`, { cause: error });
      throw sourceError ?? error;
    } finally {
      input.destroy();
      expand.destroy();
    }
  } finally {
    await iterator.return?.();
  }
}

// gzip on several threads: the tar is cut into pieces, each becomes a gzip member of its own, in order. RFC 1952 2.2: members
// may simply follow each other. The same tar gives the same bytes, so a layer keeps its digest from push to push.
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import { freeYoung } from '../kernel/memory.ts';

const gzip = promisify(gzipCallback);

const PIECE_BYTES = 1024 * 1024;
const PIECES_OF_GARBAGE = 8;
const AHEAD = 4; // threads of libuv's pool
// Level 1: 130 MB/s a thread to 31 %; level 6: 55 MB/s to 28 %. More memory makes it 155 MB/s. With room for a whole piece the
// thread gives it back at once; with the default of 16 KiB it asks the main thread for the next 16 KiB dozens of times.
const OPTIONS = { level: 1, memLevel: 9, chunkSize: PIECE_BYTES };

/** The file as gzip. @param onRead uncompressed bytes so far */
export async function* gzipFile(path: string, options: { signal: AbortSignal; onRead?: (bytes: number) => void }): AsyncGenerator<Buffer> {
  await using file = await open(path, 'r');
  const ahead: Promise<Buffer>[] = [];
  let position = 0;
  let isAtEnd = false;
  let pieces = 0;
  try {
    while (!isAtEnd || ahead.length > 0) {
      while (!isAtEnd && ahead.length < AHEAD) {
        const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
        const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, position);
        position += bytesRead;
        isAtEnd = bytesRead === 0;
        if (bytesRead > 0) ahead.push(gzip(buffer.subarray(0, bytesRead), OPTIONS));
      }
      const next = ahead.shift();
      if (next === undefined) break;
      options.signal.throwIfAborted();
      yield await next;
      if (++pieces % PIECES_OF_GARBAGE === 0) freeYoung(); // two buffers of a megabyte each, done with
      options.onRead?.(position - ahead.length * PIECE_BYTES);
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}

// gunzip and zstd without streams, for a thread that has nothing else to do: one output buffer used again and again.
// A 500 MB layer through a stream is thousands of fresh buffers: as much work for the garbage collector as for zlib.
// `_handle.writeSync` is what Node's own zlib.gunzipSync stands on (lib/zlib.js, processChunkSync); where a Node has no such
// thing, `createExpander` says so and the caller takes the stream.
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { InvalidParameter } from '../wire/errors.ts';

interface Handle {
  writeSync(flush: number, input: Uint8Array, inputOffset: number, inputBytes: number, output: Uint8Array, outputOffset: number, outputBytes: number): void;
  onerror: (message: string, errno: number, code: string) => void;
}

export interface Expander extends Disposable {
  /** Hands on what the piece expands to; what is handed on is valid until the next call only. @throws InvalidParameter when it is damaged */
  write(piece: Buffer): Generator<Buffer>;
  /** @throws InvalidParameter when the compressed data is not complete */
  end(): void;
}

const OUTPUT_BYTES = 256 * 1024;
const NO_FLUSH = 0; // Z_NO_FLUSH and ZSTD_e_continue

/** @returns undefined when this Node cannot do it */
export function createExpander(compression: 'gzip' | 'zstd'): Expander | undefined {
  const stream = compression === 'gzip' ? createGunzip() : createZstdDecompress();
  const { _handle: handle, _writeState: state } = stream as unknown as { _handle?: Handle; _writeState?: Uint32Array };
  if (typeof handle?.writeSync !== 'function' || !(state instanceof Uint32Array)) {
    stream.destroy();
    return undefined;
  }
  let failure: string | undefined;
  handle.onerror = (message) => { failure = message; };
  const output = Buffer.allocUnsafeSlow(OUTPUT_BYTES);
  let isStarted = false;
  let isBetween = false;
  return {
    *write(piece) {
      isStarted = true;
      for (let at = 0, isFull = true; at < piece.length || isFull;) {
        handle.writeSync(NO_FLUSH, piece, at, piece.length - at, output, 0, OUTPUT_BYTES);
        if (failure !== undefined) throw new InvalidParameter(`damaged ${compression} data: ${failure}`);
        const [freeBytes = 0, leftBytes = 0] = state;
        const made = OUTPUT_BYTES - freeBytes;
        const taken = piece.length - at - leftBytes;
        at += taken;
        isFull = freeBytes === 0;
        if (made > 0) yield output.subarray(0, made);
        if (made === 0 && taken === 0) {
          isBetween = at < piece.length; // zeros after the end of gzip data: padding, which gzip(1) ignores too
          break;
        }
      }
    },
    end() {
      if (!isStarted || isBetween) return;
      handle.writeSync(FINISH[compression], Buffer.alloc(0), 0, 0, output, 0, OUTPUT_BYTES);
      if (failure !== undefined) throw new InvalidParameter(`damaged ${compression} data: ${failure}`);
    },
    [Symbol.dispose]: () => void stream.destroy(),
  };
}

const FINISH = { gzip: 4, zstd: 2 } as const; // Z_FINISH, ZSTD_e_end

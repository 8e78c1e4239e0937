// Unpacks a tar stream into a container's folder, in a thread: making files is synchronous work.
// The engine sends chunks and waits for the thread when it is more than WINDOW_BYTES behind.
import { Worker } from 'node:worker_threads';
import { EngineError, InvalidParameter, System, type ErrorKind } from '../wire/errors.ts';
import { decompressed } from '../layers/decompress.ts';

export interface ExtractTask {
  /** folder that is the root for every path, named through a descriptor of this process */
  root: string;
  below: string;
  keepsKinds: boolean;
  isRootless: boolean;
}

export type ToExtractor = { kind: 'chunk'; data: Uint8Array } | { kind: 'end' };
export type FromExtractor = { kind: 'taken'; bytes: number } | { kind: 'done' } | { kind: 'failed'; error: { kind: ErrorKind; message: string } };

const WINDOW_BYTES = 8 * 1024 * 1024;

/** Memory that can move to the thread instead of being copied: a chunk that has a buffer of its own. */
const owned = (data: Buffer): ArrayBuffer[] => (data.buffer instanceof ArrayBuffer && data.buffer.byteLength === data.length ? [data.buffer] : []);

/** Resolves when everything is in place. @throws InvalidParameter for a damaged archive, System when the disk refuses */
export async function extractStream(body: AsyncIterable<Buffer>, task: ExtractTask, signal: AbortSignal): Promise<void> {
  const thread = new Worker(new URL('./extract-thread.ts', import.meta.url), { name: 'extract', workerData: task });
  let behind = 0;
  let wake = () => {};
  let failure: Error | undefined;
  const finished = new Promise<void>((resolve) => {
    const end = (error?: Error) => {
      failure ??= error;
      resolve();
      wake();
    };
    thread.on('message', (message: FromExtractor) => {
      if (message.kind === 'taken') {
        behind -= message.bytes;
        wake();
      } else if (message.kind === 'done') end();
      else end(new EngineError(message.error.kind, message.error.message));
    });
    thread.on('error', (error) => end(new System('the extracting thread failed', { cause: error })));
    thread.on('exit', () => end(new System('the extracting thread ended early')));
  });
  try {
    for await (const data of decompressed(body, { signal })) {
      if (failure !== undefined) throw failure;
      behind += data.length;
      thread.postMessage({ kind: 'chunk', data } satisfies ToExtractor, owned(data));
      while (behind > WINDOW_BYTES && failure === undefined) await new Promise<void>((resolve) => (wake = resolve));
    }
    if (signal.aborted) throw new InvalidParameter('the client closed the connection before the archive was complete');
    thread.postMessage({ kind: 'end' } satisfies ToExtractor);
    await finished;
    if (failure !== undefined) throw failure;
  } finally {
    await thread.terminate();
  }
}

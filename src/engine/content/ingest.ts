// A blob on its way into the store: bytes are hashed as they are handed over and written in large pieces in the background.
import { createHash } from 'node:crypto';
import { close as closeCallback, fdatasync, openSync, writev as writevCallback } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Digest } from '../base/digest.ts';
import { freeYoung } from '../kernel/memory.ts';
import { EngineError, System } from '../wire/errors.ts';

export interface Ingest extends AsyncDisposable {
  /** the file that grows; whoever reads along may read `flushedBytes` of it */
  readonly path: string;
  readonly sizeBytes: number;
  readonly flushedBytes: number;
  /** Called with `flushedBytes` each time it has grown. */
  onFlush?: (flushedBytes: number) => void;
  /** Takes the chunk (it must not change afterwards); call `drain` between chunks to bound memory. */
  write(chunk: Buffer): void;
  /** Waits while more than a megabyte is waiting for the disk. @throws System when writing failed */
  drain(): Promise<void>;
  /** Waits until everything is in the file. */
  flush(): Promise<void>;
  /** Digest of what was written so far. */
  digest(): Digest;
  /** Waits for the disk and compares. @throws System when digest or size are not the expected ones */
  verify(expected: { digest?: Digest; sizeBytes?: number }): Promise<Digest>;
  /** Gives the blob its name; `path` ends there. @throws System when digest or size are not the expected ones */
  commit(expected?: { digest?: Digest; sizeBytes?: number; sync?: boolean }): Promise<{ digest: Digest; sizeBytes: number }>;
}

const GARBAGE_BYTES = 8 * 1024 * 1024; // of chunks, written and done with, between two small collections
let handedOverBytes = 0; // by all ingests

const BATCH_BYTES = 512 * 1024;
const MAX_WAITING_BYTES = 1024 * 1024;

const writev = promisify(writevCallback);
const datasync = promisify(fdatasync);
const closeFile = promisify(closeCallback);

export function createIngest(path: string, nameOf: (digest: Digest) => string): Ingest {
  const fd = openSync(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let sizeBytes = 0;
  let flushedBytes = 0;
  let writing: Promise<void> | undefined;
  let failure: unknown;
  let isOpen = true;

  const step = async (): Promise<void> => {
    while (waiting.length > 0 && failure === undefined) {
      const batch = waiting;
      const bytes = waitingBytes;
      waiting = [];
      waitingBytes = 0;
      try {
        let done = 0;
        for (let rest = batch; done < bytes;) {
          const { bytesWritten } = await writev(fd, rest);
          done += bytesWritten;
          if (done < bytes) rest = [Buffer.concat(batch).subarray(done)]; // a short write: rare, the disk is about full
        }
        flushedBytes += bytes;
        ingest.onFlush?.(flushedBytes);
        if ((handedOverBytes += bytes) > GARBAGE_BYTES) {
          handedOverBytes = 0;
          batch.length = 0;
          freeYoung();
        }
      } catch (error) {
        failure = error;
      }
    }
    writing = undefined;
  };
  const start = () => { writing ??= step(); };
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await closeFile(fd);
  };
  const check = () => {
    if (failure !== undefined) throw failure instanceof EngineError ? failure : new System('cannot store the blob', { cause: failure });
  };

  const ingest: Ingest = {
    path,
    get sizeBytes() { return sizeBytes; },
    get flushedBytes() { return flushedBytes; },
    write(chunk) {
      check();
      hash.update(chunk);
      sizeBytes += chunk.length;
      waiting.push(chunk);
      waitingBytes += chunk.length;
      if (waitingBytes >= BATCH_BYTES) start();
    },
    async drain() {
      while (waitingBytes > MAX_WAITING_BYTES && writing !== undefined) await writing;
      check();
    },
    async flush() {
      while (waiting.length > 0 || writing !== undefined) {
        start();
        await writing;
        check();
      }
      check();
    },
    digest: () => `sha256:${hash.copy().digest('hex')}`,
    async verify(expected) {
      await ingest.flush();
      const digest = ingest.digest();
      if (expected.sizeBytes !== undefined && expected.sizeBytes !== sizeBytes) throw new System(`the blob has ${sizeBytes} bytes instead of ${expected.sizeBytes}: it was cut short or changed on the way`);
      if (expected.digest !== undefined && expected.digest !== digest) throw new System(`the blob has digest ${digest} instead of ${expected.digest}: it was damaged or changed on the way`);
      return digest;
    },
    async commit(expected = {}) {
      const digest = await ingest.verify(expected);
      if (expected.sync === true) await datasync(fd);
      await close();
      await rename(path, nameOf(digest));
      return { digest, sizeBytes };
    },
    async [Symbol.asyncDispose]() {
      if (writing !== undefined) await writing;
      await close();
      await rm(path, { force: true });
    },
  };
  return ingest;
}

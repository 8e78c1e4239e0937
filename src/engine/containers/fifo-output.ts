// The output of a container that keeps no log (driver `none`) and has neither terminal nor input: FIFOs that the container writes
// itself, without conmon between, which is four times as fast. Everybody attached gets everything, so the slowest holds up the
// container; with nobody attached it is read and thrown away. Both ends are opened O_RDWR (fifo(7)): the container gets no SIGPIPE
// when the engine dies, it waits.
import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { S_IFIFO, closeFd, makeNodeAt, openFolder } from '../kernel/files.ts';
import { frameHeader } from '../wire/frames.ts';

const MAX_QUEUED_BYTES = 1024 * 1024;
const DRAIN_BYTES = 64 * 1024;

interface Sink { wants(stream: 1 | 2): boolean; queue: [stream: 1 | 2, chunk: Buffer][]; queuedBytes: number; wake: () => void }

export interface FifoOutput extends Disposable {
  /** Opens the ends for a container about to start; the caller closes them when the supervisor has them. */
  openForContainer(): [stdout: number, stderr: number];
  /** Frames of what is written from now on, until the run that is going on, or the next one, has ended. */
  live(options: { stdout: boolean; stderr: boolean; signal: AbortSignal }): AsyncGenerator<Buffer>;
  /** The run has ended: what is still in the FIFOs is handed out. */
  ended(): void;
}

export function fifoOutput(folder: string): FifoOutput {
  const paths = { 1: join(folder, 'stdout'), 2: join(folder, 'stderr') } as const;
  const sinks = new Set<Sink>();
  const readers = new Map<1 | 2, Socket>();
  let runsEnded = 0;

  const push = (stream: 1 | 2, chunk: Buffer) => {
    for (const sink of sinks) {
      if (!sink.wants(stream)) continue;
      sink.queue.push([stream, chunk]);
      sink.queuedBytes += chunk.length;
      sink.wake();
    }
    if ([...sinks].some(({ queuedBytes }) => queuedBytes > MAX_QUEUED_BYTES)) for (const reader of readers.values()) reader.pause();
  };
  const resume = () => {
    if ([...sinks].every(({ queuedBytes }) => queuedBytes <= MAX_QUEUED_BYTES)) for (const reader of readers.values()) reader.resume();
  };
  const open = () => {
    for (const stream of [1, 2] as const) {
      if (readers.has(stream)) continue;
      makeFifo(paths[stream]);
      const reader = new Socket({ fd: openSync(paths[stream], constants.O_RDWR | constants.O_NONBLOCK), readable: true, writable: false });
      reader.on('data', (chunk: Buffer) => push(stream, chunk));
      reader.on('error', () => {}); // a FIFO that both ends hold open has none; the exit ends the stream
      reader.unref();
      readers.set(stream, reader);
    }
  };
  open();

  async function* live({ stdout, stderr, signal }: { stdout: boolean; stderr: boolean; signal: AbortSignal }): AsyncGenerator<Buffer> {
    const sink: Sink = { wants: (stream) => (stream === 1 ? stdout : stderr), queue: [], queuedBytes: 0, wake: () => {} };
    const firstRun = runsEnded;
    sinks.add(sink);
    signal.addEventListener('abort', () => sink.wake(), { once: true });
    try {
      while (!signal.aborted) {
        const entry = sink.queue.shift();
        if (entry) {
          const [stream, chunk] = entry;
          yield frameHeader(stream, chunk.length);
          yield chunk;
          sink.queuedBytes -= chunk.length;
          if (sink.queuedBytes <= MAX_QUEUED_BYTES / 2) resume();
          continue;
        }
        if (runsEnded > firstRun) return;
        await new Promise<void>((resolve) => (sink.wake = resolve));
      }
    } finally {
      sinks.delete(sink);
      resume();
    }
  }

  const close = () => {
    for (const reader of readers.values()) reader.destroy();
    readers.clear();
  };
  return {
    live,
    openForContainer() {
      open();
      return [openSync(paths[1], constants.O_RDWR), openSync(paths[2], constants.O_RDWR)];
    },
    ended() {
      for (const [stream, reader] of readers) {
        for (let chunk = reader.read() as Buffer | null; chunk !== null; chunk = reader.read() as Buffer | null) push(stream, chunk);
        drain(paths[stream], (chunk) => push(stream, chunk));
      }
      close();
      runsEnded++;
      for (const sink of sinks) sink.wake();
    },
    [Symbol.dispose]() {
      close();
      runsEnded++;
      for (const sink of sinks) sink.wake();
    },
  };
}

function makeFifo(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFIFO()) return;
  const folder = openFolder(dirname(path));
  try {
    makeNodeAt(folder, basename(path), S_IFIFO | 0o600, 0, 0);
  } finally {
    closeFd(folder);
  }
}

/** What is in the FIFO right now; never waits. */
function drain(path: string, push: (chunk: Buffer) => void): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(DRAIN_BYTES);
      const bytes = readSync(fd, chunk);
      if (bytes === 0) return;
      push(chunk.subarray(0, bytes));
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  } finally {
    closeSync(fd);
  }
}

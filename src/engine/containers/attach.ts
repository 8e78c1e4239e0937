// POST /containers/{id}/attach: output by following the log, input through conmon's attach socket. A slow client holds up nobody but
// itself, and a container that does not read its input holds up only the client that sends it.
import type { Duplex } from 'node:stream';
import { connectPacketWriter, type PacketWriter } from '../kernel/seqpacket.ts';
import { errorMessage } from '../wire/errors.ts';
import type { Container } from './container.ts';
import { detachReader, type DetachKeys } from './detach-keys.ts';
import { decoded, logDecoder } from './log-lines.ts';
import { logFiles } from './logs.ts';
import { ensureFifos, ensureOutput, logPath, usesFifos } from './output-of.ts';
import { publish, type Parts } from './parts.ts';
import { isUp } from './record.ts';

export interface AttachOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  /** what was written before */
  logs: boolean;
  /** what is written from now on */
  stream: boolean;
  detachKeys: DetachKeys;
}

/** Prepares everything before the first byte of the answer; the returned function serves the stream to its end. */
export async function attachContainer(parts: Parts, container: Container, options: AttachOptions): Promise<(stream: Duplex) => Promise<void>> {
  const { record } = container;
  const finished = new AbortController();
  const chunks = await outputOf(parts, container, options, finished.signal);
  // The position is taken now: a start that follows this answer must not win against it.
  const first = options.stream || options.logs ? chunks.next() : undefined;
  first?.catch(() => {}); // awaited below; without this a client that leaves early makes it unhandled
  publish(parts, container, 'attach');
  return async (stream) => {
    stream.on('error', () => finished.abort()); // the client went away
    stream.on('close', () => finished.abort());
    const input = (options.stdin && options.stream && record.config.OpenStdin ? feed(parts, container, stream, options, finished) : ignoreInput(stream)).catch((error: unknown) => {
      // The container ended before or while it was sent input; its output tells the client. What still comes is read and dropped.
      parts.log.debug('input of an attached client ended', { id: record.id, error: errorMessage(error) });
      stream.resume();
    });
    try {
      for (let step = await first; step && !step.done; step = await chunks.next()) {
        if (!stream.write(step.value)) await drained(stream, finished.signal);
      }
    } finally {
      await chunks.return(undefined);
      finished.abort();
      stream.end();
      await input;
      await gone(stream);
    }
  };
}

/** What the client is sent: frames, or bare bytes of a terminal. */
async function outputOf(parts: Parts, container: Container, options: AttachOptions, signal: AbortSignal): Promise<AsyncGenerator<Buffer>> {
  const { record } = container;
  const wanted = { stdout: options.stdout, stderr: options.stderr };
  if (usesFifos(record)) return ensureFifos(parts, container).live({ ...wanted, signal });
  const output = await ensureOutput(parts, container);
  const decoder = logDecoder({ ...wanted, framed: record.config.Tty !== true });
  const files = logFiles(logPath(parts, record));
  const raw = output.read({ from: options.logs ? { file: 0, offset: 0 } : 'end', files, follow: options.stream, signal });
  return decoded(raw, decoder);
}

/** A client may go on sending, or keep its half open, after we are done: it gets a moment, then the connection closes. */
function gone(stream: Duplex): Promise<void> {
  if (stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => stream.destroy(), 1000);
    stream.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    stream.resume();
  });
}

async function ignoreInput(stream: Duplex): Promise<void> {
  stream.resume();
}

async function feed(parts: Parts, container: Container, stream: Duplex, options: AttachOptions, finished: AbortController): Promise<void> {
  const { record } = container;
  const { signal } = finished;
  let writer: PacketWriter | undefined;
  try {
    if (!isUp(record)) await container.next('start', signal);
    writer = connectPacketWriter(parts.folders.run(record.id), 'attach');
    const keys = record.config.Tty ? detachReader(options.detachKeys) : undefined;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const read = keys?.push(chunk) ?? { data: chunk, detached: false };
      if (read.data.length > 0) await writer.write(read.data, signal);
      if (!read.detached) continue;
      publish(parts, container, 'detach');
      finished.abort();
      return;
    }
    writer.end();
    // Without a reader of the output, the end of the input must not end the connection: output goes on until the container ends.
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  } finally {
    writer?.[Symbol.dispose]();
  }
}

export const drained = (stream: Duplex, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted || stream.destroyed) return resolve();
    const done = () => {
      stream.off('drain', done).off('close', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
    signal.addEventListener('abort', done, { once: true });
  });

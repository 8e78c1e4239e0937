// The stream of an exec: output as frames (or bare, with a terminal), input with half-close, back-pressure both ways.
import type { Duplex, Readable } from 'node:stream';
import { InvalidParameter, errorMessage } from '../wire/errors.ts';
import { frame, frameHeader } from '../wire/frames.ts';
import { drained } from './attach.ts';
import { detachReader, type DetachKeys } from './detach-keys.ts';
import { commandOf, type Exec, type Execs } from './exec.ts';
import { execStarted, runExec, type RunningExec } from './exec-run.ts';
import { inBackground, publish, type Parts } from './parts.ts';

interface ServeOptions {
  stream: Duplex;
  /** rows, columns */
  size: readonly number[] | null | undefined;
  keys: DetachKeys;
  /** bare output instead of frames */
  isRaw: boolean;
}

export async function serveExec(parts: Parts, execs: Execs, exec: Exec, { stream, size, keys, isRaw }: ServeOptions): Promise<void> {
  const { body } = exec;
  const finished = new AbortController();
  stream.on('error', () => finished.abort()); // the client went away; the process goes on, as with docker
  stream.on('close', () => finished.abort());
  const run = await begin(parts, execs, exec, { attachStdin: body.AttachStdin === true, size }).catch((error: unknown) => {
    const words = Buffer.from(`${errorMessage(error)}\r\n`);
    stream.end(isRaw ? words : frame(1, words)); // the status line is out already: docker says it in the stream, as output
    execs.ended(parts, exec, 126);
    return undefined;
  });
  if (!run) return;
  if (run.stdin) void feed(stream, run, body.Tty ? keys : undefined, finished);
  else stream.resume();
  const wanted = (kind: 1 | 2) => (kind === 1 ? body.AttachStdout : body.AttachStderr) === true || body.Tty === true;
  await Promise.all(run.outputs.map(([kind, output]) => forward(output, wanted(kind) ? stream : undefined, isRaw ? undefined : kind, finished.signal)));
  const { failure } = await finish(parts, execs, exec, run);
  if (failure) stream.write(isRaw ? `${failure}\r\n` : frame(1, Buffer.from(`${failure}\r\n`)));
  stream.end();
  finished.abort();
  setTimeout(() => stream.destroy(), 1000).unref(); // a client may keep its half open
}

/** Runs with its output thrown away; resolves when it was started. @throws InvalidParameter when it could not be */
export async function startDetached(parts: Parts, execs: Execs, exec: Exec, size: readonly number[] | null | undefined): Promise<void> {
  const run = await begin(parts, execs, exec, { attachStdin: false, size });
  for (const [, output] of run.outputs) output.on('error', () => {}).resume();
  const ended = finish(parts, execs, exec, run);
  inBackground(parts, 'a detached exec failed', exec.container.id, async () => void (await ended));
  const early = await Promise.race([ended, execStarted(parts, exec, run)]);
  if (early?.failure !== undefined) throw new InvalidParameter(early.failure);
}

async function begin(parts: Parts, _execs: Execs, exec: Exec, options: { attachStdin: boolean; size: readonly number[] | null | undefined }): Promise<RunningExec> {
  exec.state = 'running';
  exec.run = await runExec(parts, exec, options);
  if (exec.size) exec.run.resize(...exec.size);
  publish(parts, exec.container, `exec_start: ${commandOf(exec.body)}`, { execID: exec.id });
  return exec.run;
}

async function finish(parts: Parts, execs: Execs, exec: Exec, run: RunningExec): Promise<{ failure?: string }> {
  const { exitCode, failure } = await run.done;
  execs.ended(parts, exec, exitCode);
  return failure === undefined ? {} : { failure };
}

/** Everything is read even when nobody is left to hear it: the process must not block or die of SIGPIPE. */
async function forward(output: Readable, stream: Duplex | undefined, kind: 1 | 2 | undefined, signal: AbortSignal): Promise<void> {
  try {
    for await (const chunk of output as AsyncIterable<Buffer>) {
      if (!stream || signal.aborted || stream.destroyed) continue;
      if (kind !== undefined) stream.write(frameHeader(kind, chunk.length));
      if (!stream.write(chunk)) await drained(stream, signal);
    }
  } catch (error) {
    // A pty whose last user is gone reads as EIO: that is its end.
    if ((error as NodeJS.ErrnoException).code !== 'EIO') throw error;
  }
}

async function feed(stream: Duplex, run: RunningExec, keys: DetachKeys | undefined, finished: AbortController): Promise<void> {
  const { stdin } = run;
  if (!stdin) return;
  stdin.on('error', () => {}); // EPIPE: the process closed its input or ended
  const reader = keys && detachReader(keys);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const read = reader?.push(chunk) ?? { data: chunk, detached: false };
      if (stdin.destroyed || stdin.writableEnded) continue;
      if (read.data.length > 0 && !stdin.write(read.data)) await drained(stdin as Duplex, finished.signal);
      if (!read.detached) continue;
      stream.end();
      finished.abort();
      return;
    }
  } catch {
    // the connection broke: like its end
  }
  if (keys === undefined) stdin.end();
}

// A tar stream -> a build context: GNU tar unpacks while the headers and contents are hashed beside it, so nothing is read twice.
// Owners become the engine's user (root), as the docker CLI does on its side; tar refuses `..` members itself.
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Readable, Writable } from 'node:stream';
import { Readable as ReadableStream } from 'node:stream';
import { InvalidParameter, System } from '../../wire/errors.ts';
import { createTarReader } from '../../layers/tar-headers.ts';
import type { StartTool } from '../tools.ts';
import { createContextIndex, type ContextIndex } from './context-index.ts';

const BLOCK_BYTES = 512;
const UNTAR = ['--extract', '--file=-', '--preserve-permissions', '--no-same-owner', '--numeric-owner', '--delay-directory-restore', '--warning=no-timestamp'];

/**
 * Unpacks a plain, gzip, zstd, bzip2 or xz tar below `folder`, which must exist and be empty.
 * @throws InvalidParameter when it is no tar or ends early
 */
export async function receiveTar(source: AsyncIterable<Buffer>, folder: string, { start, signal }: { start: StartTool; signal: AbortSignal }): Promise<ContextIndex> {
  const index = createContextIndex(folder);
  const reader = createTarReader({ onEntry: (entry) => index.add(entry) });
  const tar = start(['tar', ...UNTAR, `--directory=${folder}`], { signal });
  let pipeError: Error | undefined;
  tar.stdin.on('error', (error) => (pipeError = error)); // tar closes its end after the end mark, or it failed: its exit tells
  let received = 0;
  for await (const chunk of decompressed(source, start, signal)) {
    signal.throwIfAborted();
    received += chunk.length;
    reader.write(chunk);
    if (!pipeError && !reader.isDone) await feed(tar.stdin, chunk);
    else if (!pipeError && !tar.stdin.writableEnded) {
      await feed(tar.stdin, chunk);
      tar.stdin.end();
    }
  }
  const isDone = reader.isDone;
  const end = reader.end();
  // GNU tar wants the last block whole and the end mark; the docker CLI sends neither with `build -f -`
  if (!isDone && !pipeError && received > 0) await feed(tar.stdin, Buffer.alloc(BLOCK_BYTES - (end.bytes % BLOCK_BYTES) + 2 * BLOCK_BYTES));
  if (!tar.stdin.writableEnded) tar.stdin.end();
  tar.stdout.resume();
  const { exitCode, stderr } = await tar.exited;
  signal.throwIfAborted();
  if (received === 0) return index; // an empty body is an empty context
  if (end.problem !== undefined && !(end.entries === 0 && exitCode === 0)) throw new InvalidParameter(`the build context is not a complete tar archive: ${end.problem}`);
  if (exitCode !== 0) throw new System(`the build context can not be unpacked: ${stderr.trim().split('\n').slice(0, 3).join('; ')}`);
  return index;
}

function feed(stdin: Writable, chunk: Buffer): Promise<void> | undefined {
  if (stdin.write(chunk) || stdin.destroyed) return undefined;
  return new Promise((resolve) => {
    const done = () => {
      stdin.off('drain', done).off('close', done).off('error', done);
      resolve();
    };
    stdin.on('drain', done).on('close', done).on('error', done);
  });
}

const MAGIC: { bytes: number[]; open: (start: StartTool, signal: AbortSignal) => { input: Writable; output: Readable } }[] = [
  { bytes: [0x1f, 0x8b], open: () => transform(createGunzip()) },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], open: () => transform(createZstdDecompress()) },
  { bytes: [0x42, 0x5a, 0x68], open: (start, signal) => program(start, ['bzip2', '-dc'], signal) },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], open: (start, signal) => program(start, ['xz', '-dc'], signal) },
];

const transform = (stream: Writable & Readable) => ({ input: stream, output: stream as Readable });
const program = (start: StartTool, argv: [string, ...string[]], signal: AbortSignal) => {
  const tool = start(argv, { signal });
  return { input: tool.stdin, output: tool.stdout };
};

/** The bytes as they are, or unpacked when they begin like a compressed file. */
export async function* decompressed(source: AsyncIterable<Buffer>, start: StartTool, signal: AbortSignal): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let isOver = false;
  while (head.length < 6 && !isOver) {
    const step = await iterator.next();
    if (step.done) isOver = true;
    else head = head.length === 0 ? step.value : Buffer.concat([head, step.value]);
  }
  const rest = async function* (): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    if (!isOver) for (let step = await iterator.next(); !step.done; step = await iterator.next()) yield step.value;
  };
  const format = MAGIC.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte));
  if (!format) {
    yield* rest();
    return;
  }
  const { input, output } = format.open(start, signal);
  input.on('error', (error) => output.destroy(error));
  ReadableStream.from(rest(), { objectMode: false }).on('error', (error) => output.destroy(error)).pipe(input);
  try {
    for await (const chunk of output) yield chunk as Buffer;
  } catch (error) {
    signal.throwIfAborted();
    throw new InvalidParameter('the build context can not be decompressed', { cause: error });
  }
}

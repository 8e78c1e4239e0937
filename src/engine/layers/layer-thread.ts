// A thread that packs and unpacks layers. Unpacking reads the blob's file (which may still be growing), decompresses, hashes the tar for the diff
// id, reads its headers, writes files and the tree file, all in one pass. File creation is synchronous, so it lives here.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import type { Digest } from '../base/digest.ts';
import { freeGarbage } from '../kernel/memory.ts';
import { EngineError, InvalidParameter, System, errorMessage } from '../wire/errors.ts';
import { packLayer } from './pack.ts';
import { MAGIC_BYTES, compressionOf, decompressed } from './decompress.ts';
import { createExpander, type Expander } from './expand.ts';
import { createTarReader, type TarEntry } from './tar-headers.ts';
import { createTreeFileWriter } from './tree-writer.ts';
import { createUnpacker } from './unpack.ts';
import type { FromThread, LayerFacts, LayerTask, PackTask, ToThread, UnpackTask } from './thread-protocol.ts';

const READ_BYTES = 256 * 1024;
const TURN_BYTES = 16 * 1024 * 1024;
const LARGE_BYTES = 32 * 1024 * 1024;
const PROGRESS_BYTES = 1024 * 1024;

const port = parentPort;
if (port === null) throw new Error('this file is a thread of the engine');
let availableBytes = 0;
let isAll = false;
let fileDigest: Digest | undefined;
let isAborted = false;
let wake = () => {};

port.on('message', (message: ToThread) => {
  if (message.kind === 'task') {
    availableBytes = 0;
    isAll = false;
    fileDigest = undefined;
    isAborted = false;
    run(message.task).then(
      (layer) => {
        say({ kind: 'done', layer });
        if (layer.tarBytes > LARGE_BYTES) freeGarbage(); // after the answer: thousands of entries leave tens of megabytes
      },
      (error: unknown) => say({ kind: 'failed', error: { kind: error instanceof EngineError ? error.kind : 'System', message: errorMessage(error) } }),
    );
    return;
  }
  if (message.kind === 'abort') isAborted = true;
  else {
    availableBytes = message.bytes;
    isAll = message.isAll;
    fileDigest = message.digest ?? fileDigest;
  }
  wake();
});

/** How far the file was read, and whether it is an uncompressed tar. */
interface Counted { bytes: number; isPlain: boolean }

const say = (message: FromThread) => port.postMessage(message);

const run = (task: LayerTask): Promise<LayerFacts> => (task.kind === 'unpack' ? unpack(task) : pack(task));

async function unpack(task: UnpackTask): Promise<LayerFacts> {
  const hash = createHash('sha256');
  const tree = createTreeFileWriter();
  using unpacker = createUnpacker(task);
  let sizeBytes = 0;
  let tarBytes = 0;
  const counted: Counted = { bytes: 0, isPlain: false };
  const reader = createTarReader({
    onContent: (entry) => unpacker.onContent(entry),
    onEntry: (entry) => {
      if (entry.type === 'file' && entry.hash === undefined) return; // cut short: reported by end()
      unpacker.onEntry(entry);
      tree.add(entry);
      sizeBytes += entry.storedBytes;
    },
  });
  for await (const chunk of expanded(task.file, counted)) {
    if (isAborted) throw new System('unpacking was cancelled');
    tarBytes += chunk.length;
    if (tarBytes > task.limits.bytes && tarBytes > task.limits.ratio * counted.bytes) {
      throw new InvalidParameter(`the layer is refused: ${counted.bytes} bytes of it already expand to ${tarBytes}, more than ${task.limits.ratio} times as much`);
    }
    if (!(task.digestComes && counted.isPlain)) hash.update(chunk);
    reader.write(chunk);
  }
  const end = reader.end();
  if (end.problem !== undefined && tarBytes > 0) throw new InvalidParameter(`the layer is not a whole tar archive: ${end.problem}`);
  unpacker.finish();
  await writeFile(task.treeFile, tree.finish(tarBytes === 0 ? { entries: 0, bytes: 0 } : end).bytes);
  if (task.digestComes && counted.isPlain && fileDigest === undefined) throw new System('the digest of the layer was promised and did not come');
  const diffId: Digest = task.digestComes && counted.isPlain && fileDigest !== undefined ? fileDigest : `sha256:${hash.digest('hex')}`;
  return { diffId, sizeBytes, tarBytes };
}

async function pack(task: PackTask): Promise<LayerFacts> {
  const hash = createHash('sha256');
  const tree = createTreeFileWriter();
  let sizeBytes = 0;
  let tarBytes = 0;
  let entries = 0;
  const fd = task.file === null ? undefined : openSync(task.file, 'wx', 0o600);
  try {
    const onEntry = (entry: TarEntry) => {
      entries++;
      sizeBytes += entry.storedBytes;
      if (task.treeFile !== null) tree.add(entry);
    };
    let sinceTurn = 0;
    for (const chunk of packLayer(task.folder, { overlayPrefix: task.overlayPrefix, onEntry })) {
      hash.update(chunk);
      tarBytes += chunk.length;
      if (fd !== undefined) for (let done = 0; done < chunk.length;) done += writeSync(fd, chunk, done);
      if ((sinceTurn += chunk.length) > TURN_BYTES) {
        sinceTurn = 0;
        await new Promise((resolve) => setImmediate(resolve)); // so that an abort is heard
        if (isAborted) throw new System('packing was cancelled');
      }
    }
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
  if (task.treeFile !== null) await writeFile(task.treeFile, tree.finish({ entries, bytes: tarBytes }).bytes);
  return { diffId: `sha256:${hash.digest('hex')}`, sizeBytes, tarBytes };
}

/** The uncompressed bytes of the growing file. A piece is valid until the next one is asked for: the tar reader keeps nothing. */
async function* expanded(path: string, counted: Counted): AsyncGenerator<Buffer> {
  using probe = createExpander('gzip');
  if (probe === undefined) {
    yield* decompressed(growing(path, counted, false));
    return;
  }
  let expander: Expander | undefined;
  try {
    let isFirst = true;
    for await (const piece of growing(path, counted, true)) {
      if (isFirst) {
        const compression = compressionOf(piece);
        counted.isPlain = compression === 'none';
        if (compression !== 'none') expander = createExpander(compression);
        isFirst = false;
      }
      if (expander === undefined) yield piece;
      else yield* expander.write(piece);
    }
    if (!isAborted) expander?.end();
  } finally {
    expander?.[Symbol.dispose]();
  }
}

/**
 * The file's bytes as they become available. Read synchronously: this thread has nothing else to do, and a trip through the
 * thread pool costs more than the copy.
 * @param isReused one buffer for all pieces
 */
async function* growing(path: string, counted: Counted, isReused: boolean): AsyncGenerator<Buffer> {
  const fd = openSync(path, 'r');
  let buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  let told = 0;
  try {
    for (let position = 0; ;) {
      while (!isAborted && !isAll && availableBytes - position < (position === 0 ? MAGIC_BYTES : 1)) await new Promise<void>((resolve) => (wake = resolve));
      if (isAborted || position >= availableBytes) return;
      if (!isReused && position > 0) buffer = Buffer.allocUnsafeSlow(READ_BYTES);
      const bytesRead = readSync(fd, buffer, 0, Math.min(READ_BYTES, availableBytes - position), position);
      if (bytesRead === 0) throw new System(`the blob ends at ${position} of ${availableBytes} bytes`);
      position += bytesRead;
      counted.bytes = position;
      if (position - told >= PROGRESS_BYTES) {
        told = position;
        say({ kind: 'progress', bytes: position });
        await new Promise((resolve) => setImmediate(resolve)); // so that an abort is heard
      }
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    closeSync(fd);
  }
}

// One pass over an image archive (docker save, old and new; OCI layout as tar; plain or compressed): JSON files are kept, every
// file that is a layer is read as it flows by. Nothing is unpacked and nothing is held but the trees.
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createTarReader, type TarEntry } from '../../engine/layers/tar-headers.ts';
import { cleanPath } from '../../engine/layers/tree-writer.ts';
import { InvalidParameter } from '../../engine/wire/errors.ts';
import type { ArchiveContents } from './archive-image.ts';
import { createLayerReader, DEFAULT_LIMITS, needExpander, sniff, type LayerLimits, type LayerReader, type ReadLayer } from './layer-reader.ts';

export interface ReadArchive extends ArchiveContents {
  layers: Map<string, ReadLayer & { contentOffset: number }>;
  /** true when the file itself is compressed, so that a layer's offset is not one of the file */
  isCompressed: boolean;
}

export interface ReadOptions {
  signal?: AbortSignal | undefined;
  limits?: LayerLimits;
  /** bytes read so far */
  onProgress?: (bytes: number) => void;
}

const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024; // the largest manifests and configs registries take are 4 MiB
const HEAD_BYTES = 512;

/**
 * Reads an archive file or a folder in OCI layout.
 * @throws InvalidParameter when the path is neither
 */
export async function readArchivePath(path: string, options: ReadOptions = {}): Promise<ReadArchive> {
  const info = await stat(path).catch((error: unknown) => { throw new InvalidParameter(`cannot read ${path}`, { cause: error }); });
  if (info.isDirectory()) return readLayoutFolder(path, options);
  return readArchive(piecesOf(path), options);
}

/** Reads an archive from a stream; a chunk is done with when the next one is asked for. @throws InvalidParameter when it is no archive at all; AbortError */
export async function readArchive(source: AsyncIterable<Buffer>, { signal, limits = DEFAULT_LIMITS, onProgress }: ReadOptions = {}): Promise<ReadArchive> {
  const found: ReadArchive = { documents: new Map(), layers: new Map(), links: new Map(), others: new Map(), isCompressed: false };
  const paths = new Map<TarEntry, FileReader>();
  const tar = createTarReader({
    hash: false,
    onContent(entry) {
      const file = createFileReader(limits);
      paths.set(entry, file);
      return file.write;
    },
    onEntry(entry) {
      const path = cleanPath(entry.path);
      const file = paths.get(entry);
      paths.delete(entry);
      if (path === undefined) return;
      if (entry.linkTarget !== '') found.links.set(path, entry.type === 'hardlink' ? `/${entry.linkTarget}` : entry.linkTarget);
      if (file !== undefined) keep(found, path, file.end(), entry.contentOffset);
    },
  });
  let read = 0;
  let isFirst = true;
  let damage: string | undefined;
  for await (const chunk of expand(source, limits, () => (found.isCompressed = true), (bytes) => onProgress?.((read += bytes)), (reason) => (damage = reason))) {
    signal?.throwIfAborted();
    tar.write(chunk);
    if (isFirst && tar.isDone && tar.end().problem !== undefined) throw new InvalidParameter(`not an image archive: ${tar.end().problem}`);
    isFirst = false;
  }
  const { problem = damage } = tar.end();
  if (problem !== undefined) found.problem = problem;
  return found;
}

/** The bytes of a file. A piece is valid until the next one is asked for: thousands of fresh buffers would wait for the garbage collector. */
async function* piecesOf(path: string): AsyncGenerator<Buffer> {
  await using handle = await open(path);
  const buffer = Buffer.allocUnsafeSlow(1024 * 1024);
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function readLayoutFolder(folder: string, { signal, limits = DEFAULT_LIMITS, onProgress }: ReadOptions): Promise<ReadArchive> {
  const found: ReadArchive = { documents: new Map(), layers: new Map(), links: new Map(), others: new Map(), isCompressed: false };
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.replace(/\/$/, '').length + 1));
  if (!files.includes('index.json') && !files.includes('manifest.json')) throw new InvalidParameter(`not an image layout: ${folder} has no index.json`);
  let read = 0;
  for (const path of files.sort()) {
    const reader = createFileReader(limits);
    for await (const chunk of piecesOf(join(folder, path))) {
      signal?.throwIfAborted();
      reader.write(chunk);
      onProgress?.((read += chunk.length));
    }
    keep(found, path, reader.end(), 0);
  }
  return found;
}

/** The archive's own compression taken off, if it has one. A damaged stream ends; the tar reader says where. */
async function* expand(source: AsyncIterable<Buffer>, limits: LayerLimits, onCompressed: () => void, onRead: (bytes: number) => void, onDamage: (reason: string) => void): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  await using _ = { [Symbol.asyncDispose]: async () => void (await iterator.return?.()) }; // whoever sends must hear that nobody reads
  const counted = async function* (first: Buffer) {
    onRead(first.length);
    yield first;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) { onRead(next.value.length); yield next.value; }
  };
  const { value: first } = await iterator.next();
  if (first === undefined) return;
  const kind = sniff(first);
  if (kind !== 'gzip' && kind !== 'zstd') { yield* counted(first); return; }
  onCompressed();
  using expander = needExpander(kind);
  try {
    let compressedBytes = 0;
    let expandedBytes = 0;
    for await (const chunk of counted(first)) {
      compressedBytes += chunk.length;
      for (const piece of expander.write(chunk)) {
        expandedBytes += piece.length;
        if (expandedBytes > limits.freeBytes && expandedBytes > limits.ratio * compressedBytes) throw new InvalidParameter(`the archive expands to more than ${limits.ratio} times its size`);
        yield piece;
      }
    }
    expander.end();
  } catch (error) {
    if (!(error instanceof InvalidParameter)) throw error;
    onDamage(error.message); // what came out of it is shown
  }
}

type FileContent = { document: unknown } | { other: string } | ReadLayer;
interface FileReader { write(piece: Buffer): void; end(): FileContent }

function createFileReader(limits: LayerLimits): FileReader {
  let head: Buffer[] = [];
  let headBytes = 0;
  let mode: 'unknown' | 'layer' | 'document' | 'other' = 'unknown';
  let layer: LayerReader | undefined;
  let start = Buffer.alloc(0);
  const decide = () => {
    start = Buffer.concat(head);
    const kind = sniff(start);
    if (kind !== undefined) {
      mode = 'layer';
      layer = createLayerReader(kind, limits);
      layer.write(start);
    } else mode = /^\s*[[{]/.test(start.toString('latin1', 0, 64)) ? 'document' : 'other';
    head = mode === 'document' ? [start] : [];
  };
  return {
    write(piece) {
      if (mode === 'layer') layer?.write(piece);
      if (mode === 'layer' || mode === 'other') return;
      head.push(Buffer.from(piece)); // who sends may use its buffer again
      headBytes += piece.length;
      if (mode === 'unknown' && headBytes >= HEAD_BYTES) decide();
      if (headBytes > MAX_DOCUMENT_BYTES) { mode = 'other'; head = []; }
    },
    end() {
      if (mode === 'unknown') decide();
      if (layer !== undefined) return layer.end();
      if (mode !== 'document') return { other: whatIs(start) };
      try {
        return { document: JSON.parse(Buffer.concat(head).toString('utf8')) as unknown };
      } catch {
        return { other: 'no tar archive' }; // not JSON after all: some other file
      }
    },
  };
}

function whatIs(start: Buffer): string {
  if (start.length === 0) return 'empty';
  const hex = start.toString('hex', 0, 6);
  return hex === 'fd377a585a00' ? 'compressed with xz, which images do not use' : hex.startsWith('425a68') ? 'compressed with bzip2, which images do not use' : 'no tar archive';
}

function keep(found: ReadArchive, path: string, content: FileContent, contentOffset: number): void {
  if ('document' in content) found.documents.set(path, content.document);
  else if ('other' in content) found.others.set(path, content.other);
  else found.layers.set(path, { ...content, contentOffset });
}

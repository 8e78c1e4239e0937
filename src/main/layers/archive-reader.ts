// One pass over an image archive (docker save, old and new; OCI layout as tar; plain or compressed): JSON files are kept, every
// file that is a layer is read as it flows by. Nothing is unpacked and nothing is held but the trees.
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { createTarReader, type TarEntry } from '../../engine/layers/tar-headers.ts';
import { cleanPath } from '../../engine/layers/tree-writer.ts';
import { InvalidParameter } from '../../engine/wire/errors.ts';
import type { ArchiveContents } from './archive-image.ts';
import { createLayerReader, DEFAULT_LIMITS, sniff, type LayerLimits, type LayerReader, type ReadLayer } from './layer-reader.ts';

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
  return readArchive(createReadStream(path, { highWaterMark: 1024 * 1024 }), options);
}

/** Reads an archive from a stream. @throws InvalidParameter when it is no archive at all; AbortError */
export async function readArchive(source: AsyncIterable<Buffer>, { signal, limits = DEFAULT_LIMITS, onProgress }: ReadOptions = {}): Promise<ReadArchive> {
  const found: ReadArchive = { documents: new Map(), layers: new Map(), links: new Map(), isCompressed: false };
  const waiting: Promise<unknown>[] = [];
  const paths = new Map<TarEntry, FileReader>();
  const tar = createTarReader({
    hash: false,
    onContent(entry) {
      const file = createFileReader(limits);
      paths.set(entry, file);
      return (piece) => {
        const more = file.write(piece);
        if (more !== undefined) waiting.push(more);
      };
    },
    onEntry(entry) {
      const path = cleanPath(entry.path);
      const file = paths.get(entry);
      paths.delete(entry);
      if (path === undefined) return;
      if (entry.linkTarget !== '') found.links.set(path, entry.type === 'hardlink' ? `/${entry.linkTarget}` : entry.linkTarget);
      if (file !== undefined) waiting.push(file.end().then((result) => keep(found, path, result, entry.contentOffset)));
    },
  });
  let read = 0;
  let isFirst = true;
  for await (const chunk of expand(source, () => (found.isCompressed = true), (bytes) => onProgress?.((read += bytes)))) {
    signal?.throwIfAborted();
    tar.write(chunk);
    if (isFirst && tar.isDone && tar.end().problem !== undefined) throw new InvalidParameter(`not an image archive: ${tar.end().problem}`);
    isFirst = false;
    while (waiting.length > 0) await Promise.all(waiting.splice(0));
  }
  const { problem } = tar.end();
  while (waiting.length > 0) await Promise.all(waiting.splice(0));
  if (problem !== undefined) found.problem = problem;
  return found;
}

async function readLayoutFolder(folder: string, { signal, limits = DEFAULT_LIMITS, onProgress }: ReadOptions): Promise<ReadArchive> {
  const found: ReadArchive = { documents: new Map(), layers: new Map(), links: new Map(), isCompressed: false };
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.replace(/\/$/, '').length + 1));
  if (!files.includes('index.json') && !files.includes('manifest.json')) throw new InvalidParameter(`not an image layout: ${folder} has no index.json`);
  let read = 0;
  for (const path of files.sort()) {
    const reader = createFileReader(limits);
    await using handle = await open(join(folder, path));
    for await (const chunk of handle.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false }) as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      await reader.write(chunk);
      onProgress?.((read += chunk.length));
    }
    keep(found, path, await reader.end(), 0);
  }
  return found;
}

/** The archive's own compression taken off, if it has one. A damaged stream ends; the tar reader says where. */
async function* expand(source: AsyncIterable<Buffer>, onCompressed: () => void, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
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
  const stream = kind === 'gzip' ? createGunzip({ chunkSize: 1024 * 1024 }) : createZstdDecompress({ chunkSize: 1024 * 1024 });
  const feeding = (async () => {
    for await (const chunk of counted(first)) {
      if (stream.destroyed) return;
      if (!stream.write(chunk)) await new Promise<void>((resolve) => void stream.once('drain', resolve).once('close', resolve));
    }
    stream.end();
  })();
  feeding.catch((error: Error) => stream.destroy(error));
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!/^(Z_|ZSTD_|ERR_STREAM_PREMATURE_CLOSE)/.test(code)) throw error; // damaged data: what came out of it is shown
  }
}

type FileContent = { document: unknown } | ReadLayer | undefined;
interface FileReader { write(piece: Buffer): Promise<void> | undefined; end(): Promise<FileContent> }

function createFileReader(limits: LayerLimits): FileReader {
  let head: Buffer[] = [];
  let headBytes = 0;
  let mode: 'unknown' | 'layer' | 'document' | 'other' = 'unknown';
  let layer: LayerReader | undefined;
  const decide = (isWhole: boolean): Promise<void> | undefined => {
    const start = Buffer.concat(head);
    const kind = sniff(start);
    if (kind !== undefined) {
      mode = 'layer';
      layer = createLayerReader(kind, limits);
      head = [];
      return layer.write(start);
    }
    mode = /^\s*[[{]/.test(start.toString('latin1', 0, 64)) ? 'document' : 'other';
    head = mode === 'document' || isWhole ? [start] : [];
    return undefined;
  };
  return {
    write(piece) {
      if (mode === 'layer') return layer?.write(piece);
      if (mode === 'other') return undefined;
      head.push(piece);
      headBytes += piece.length;
      if (mode === 'unknown' && headBytes >= HEAD_BYTES) return decide(false);
      if (headBytes > MAX_DOCUMENT_BYTES) { mode = 'other'; head = []; }
      return undefined;
    },
    async end() {
      if (mode === 'unknown') await decide(true);
      if (mode === 'layer') return layer?.end();
      if (mode !== 'document') return undefined;
      try {
        return { document: JSON.parse(Buffer.concat(head).toString('utf8')) as unknown };
      } catch {
        return undefined; // not JSON after all: some other file
      }
    },
  };
}

function keep(found: ReadArchive, path: string, content: FileContent, contentOffset: number): void {
  if (content === undefined) return;
  if ('document' in content) found.documents.set(path, content.document);
  else found.layers.set(path, { ...content, contentOffset });
}

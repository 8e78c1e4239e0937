// The files of an image archive as they stream in: each becomes an ingest; what looks like a layer is unpacked while it arrives.
// The archive's own index usually comes last, so nothing is known yet about what will be wanted: what is not, is thrown away.
import type { Content } from '../content/store.ts';
import type { Ingest } from '../content/ingest.ts';
import { decompressed, compressionOf, type Compression } from '../layers/decompress.ts';
import type { Applying, Layers } from '../layers/store.ts';
import { createTarReader } from '../layers/tar-headers.ts';
import { cleanPath } from '../layers/tree-writer.ts';
import { isDigest, type Digest } from '../base/digest.ts';
import { InvalidParameter, errorMessage } from '../wire/errors.ts';

export interface Part {
  ingest: Ingest;
  /** set for what looks like a layer */
  applying?: Promise<Applying>;
  compression: Compression;
}

export interface ArchiveParts extends AsyncDisposable {
  /** By path, links followed. */
  find(path: string): Part | undefined;
  /** A blob that the store has already and the archive therefore need not give. */
  has(digest: Digest): boolean;
  paths(): string[];
}

export interface ReadOptions {
  content: Content;
  layers: Layers;
  signal: AbortSignal;
  /** How much of a layer has arrived. @param row a short name for it: the beginning of its digest or of its folder */
  onProgress?: (row: string, bytes: number, totalBytes: number) => void;
}

/** Reads the whole archive. @throws InvalidParameter when it is no tar, System when the disk refuses */
export async function readArchive(body: AsyncIterable<Buffer>, { content, layers, signal, onProgress }: ReadOptions): Promise<ArchiveParts> {
  const parts = new Map<string, Part>();
  const links = new Map<string, string>();
  await using undo = new AsyncDisposableStack();
  undo.defer(async () => {
    for (const part of parts.values()) {
      if (part.applying !== undefined) await (await part.applying)[Symbol.asyncDispose]();
      await part.ingest[Symbol.asyncDispose]();
    }
  });
  let current: Part | undefined;

  const begin = (path: string, sizeBytes: number) => {
    const part: Part = { ingest: content.ingest(), compression: 'none' };
    parts.set(path, part);
    current = part;
    let start: Buffer | undefined = Buffer.alloc(0);
    return (piece: Buffer) => {
      part.ingest.write(piece);
      if (part.applying !== undefined) onProgress?.(rowOf(path), part.ingest.sizeBytes, sizeBytes);
      if (start === undefined) return;
      start = Buffer.concat([start, piece.subarray(0, 512)]);
      if (start.length < 262) return;
      if (looksLikeLayer(start)) {
        part.compression = compressionOf(start);
        part.applying = apply(part);
      }
      start = undefined;
    };
  };
  const apply = async (part: Part): Promise<Applying> => {
    const applying = await layers.apply(part.ingest.path, { signal, digestComes: true });
    const tell = (bytes: number) => applying.available(bytes, false);
    if (part.ingest.flushedBytes > 0) tell(part.ingest.flushedBytes);
    part.ingest.onFlush = tell;
    return applying;
  };

  const reader = createTarReader({
    hash: false,
    onContent: (entry) => {
      const path = cleanPath(entry.path);
      if (path === undefined || path === '') throw new InvalidParameter(`the archive has an entry ${JSON.stringify(entry.path)} that points outside of it`);
      const digest = `sha256:${/^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1] ?? ''}`;
      if (isDigest(digest) && content.has(digest)) return () => false;
      if (parts.has(path)) return () => false; // the first one counts
      return begin(path, entry.size);
    },
    onEntry: (entry) => {
      const path = cleanPath(entry.path);
      if (path === undefined) return;
      if (entry.type === 'symlink') links.set(path, joined(path, entry.linkTarget));
      if (entry.type === 'hardlink') links.set(path, cleanPath(entry.linkTarget) ?? '');
      const part = entry.type === 'file' ? parts.get(path) : undefined;
      if (part !== undefined) ended.push(part);
    },
  });
  const ended: Part[] = [];
  for await (const chunk of decompressed(body, { signal })) {
    signal.throwIfAborted();
    reader.write(chunk);
    for (let part = ended.shift(); part !== undefined; part = ended.shift()) await finish(part);
    await current?.ingest.drain();
  }
  const { problem } = reader.end();
  if (problem !== undefined) throw new InvalidParameter(`this is not a whole tar archive: ${problem}`);
  for (const part of ended) await finish(part);

  const find = (path: string, hops = 0): Part | undefined => {
    const clean = cleanPath(path) ?? '';
    const part = parts.get(clean);
    if (part !== undefined) return part;
    const target = links.get(clean);
    return target === undefined || hops > 8 ? undefined : find(target, hops + 1);
  };
  const stack = undo.move();
  return { find: (path) => find(path), has: (digest) => content.has(digest), paths: () => [...parts.keys()], [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function finish(part: Part): Promise<void> {
  await part.ingest.flush();
  if (part.applying === undefined) return;
  (await part.applying).available(part.ingest.sizeBytes, true, part.ingest.digest());
}

/** A compressed stream or a tar header (magic at 257, POSIX.1-2024 "ustar Interchange Format"). */
function looksLikeLayer(start: Buffer): boolean {
  try {
    return compressionOf(start) !== 'none' || start.toString('latin1', 257, 262) === 'ustar';
  } catch (error) {
    throw new InvalidParameter(`a layer of the archive cannot be read: ${errorMessage(error)}`, { cause: error });
  }
}

const rowOf = (path: string): string => /[0-9a-f]{64}/.exec(path)?.[0].slice(0, 12) ?? path;

/** A symlink's target, seen from the archive's root. */
function joined(path: string, target: string): string {
  const parts = target.startsWith('/') ? [] : path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

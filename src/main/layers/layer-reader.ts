// Reads one layer as its bytes come: plain, gzip or zstd, told by its first bytes; makes its tree file and both its digests.
// Never throws because of content: a layer that is cut, damaged, or expands beyond all measure keeps what was read and an error.
import { createHash } from 'node:crypto';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Transform } from 'node:stream';
import { isChecksumRight } from '../../engine/layers/tar-fields.ts';
import { createTarReader } from '../../engine/layers/tar-headers.ts';
import type { LayerTree } from '../../engine/layers/tree-file.ts';
import { createTreeFileWriter } from '../../engine/layers/tree-writer.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

export interface ReadLayer {
  compression: Compression;
  tree: LayerTree;
  /** the tree as a file */
  bytes: Buffer;
  /** of the bytes as they came, `sha256:…` */
  digest: string;
  /** of the uncompressed bytes; undefined when they could not be read to their end */
  diffId: string | undefined;
  compressedBytes: number;
  error: string | undefined;
}

export interface LayerReader {
  /** Resolves when more may come. */
  write(chunk: Buffer): Promise<void> | undefined;
  end(): Promise<ReadLayer>;
}

export interface LayerLimits {
  /** uncompressed bytes that are always read, whatever the ratio */
  freeBytes: number;
  /** beyond them, uncompressed may be at most this many times compressed */
  ratio: number;
  /** entries of one layer */
  entries: number;
}

/** A bomb is told by its ratio: real layers reach 20:1, zero-filled images more, so a few GB go through at any ratio. */
export const DEFAULT_LIMITS: LayerLimits = { freeBytes: 4 * 2 ** 30, ratio: 200, entries: 20_000_000 };

/** What the bytes are; undefined when they are no layer. @param head at least 512 bytes, or all there is */
export function sniff(head: Buffer): Compression | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  if (head.length >= 512 && (isChecksumRight(head.subarray(0, 512)) || head.subarray(0, 512).every((byte) => byte === 0))) return 'none';
  return undefined;
}

export function createLayerReader(compression: Compression, limits: LayerLimits = DEFAULT_LIMITS): LayerReader {
  const writer = createTreeFileWriter();
  const outerHash = createHash('sha256');
  const innerHash = compression === 'none' ? outerHash : createHash('sha256');
  let error: string | undefined;
  let compressedBytes = 0;
  let expandedBytes = 0;
  let entries = 0;
  const tar = createTarReader({
    onEntry: (entry) => {
      if (++entries > limits.entries) error ??= `more than ${limits.entries} entries`;
      else writer.add(entry);
    },
  });
  const expanded = (chunk: Buffer) => {
    if (error !== undefined) return;
    expandedBytes += chunk.length;
    if (compression !== 'none') innerHash.update(chunk);
    tar.write(chunk);
    if (compression !== 'none' && expandedBytes > limits.freeBytes && expandedBytes > limits.ratio * compressedBytes) {
      error = `expands to more than ${limits.ratio} times its size (stopped at ${expandedBytes} bytes)`;
    }
  };
  const decompressor = compression === 'none' ? undefined : decompress(compression, expanded, (reason) => (error ??= reason));
  return {
    write(chunk) {
      compressedBytes += chunk.length;
      outerHash.update(chunk);
      if (decompressor === undefined) expanded(chunk);
      else if (error === undefined) return decompressor.write(chunk);
      return undefined;
    },
    async end() {
      if (decompressor !== undefined) await decompressor.end(error !== undefined);
      const ended = tar.end();
      const digest = `sha256:${outerHash.digest('hex')}`;
      const { bytes, tree } = writer.finish(error === undefined ? ended : { ...ended, problem: ended.problem === undefined ? error : `${error}; ${ended.problem}` });
      const problem = tree.problem;
      const diffId = compression === 'none' ? digest : error === undefined ? `sha256:${innerHash.digest('hex')}` : undefined;
      return { compression, tree, bytes, digest, diffId, compressedBytes, error: problem };
    },
  };
}

function decompress(compression: 'gzip' | 'zstd', onData: (chunk: Buffer) => void, onError: (reason: string) => void) {
  const stream: Transform = compression === 'gzip' ? createGunzip({ chunkSize: 256 * 1024 }) : createZstdDecompress({ chunkSize: 256 * 1024 });
  let isOver = false;
  const over = new Promise<void>((resolve) => {
    const finish = () => { isOver = true; resolve(); };
    stream.once('end', finish).once('close', finish);
    stream.once('error', (error: Error) => { onError(`damaged ${compression} data: ${error.message}`); finish(); });
  });
  stream.on('data', onData);
  return {
    write(chunk: Buffer): Promise<void> | undefined {
      if (isOver || stream.write(chunk)) return undefined;
      return Promise.race([over, new Promise<void>((resolve) => void stream.once('drain', resolve))]);
    },
    async end(isBroken: boolean): Promise<void> {
      if (isBroken) stream.destroy();
      else if (!isOver) stream.end();
      await over;
    },
  };
}

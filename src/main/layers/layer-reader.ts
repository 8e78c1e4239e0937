// Reads one layer as its bytes come: plain, gzip or zstd, told by its first bytes; makes its tree file and both its digests.
// Never throws because of content: a layer that is cut, damaged, or expands beyond all measure keeps what was read and an error.
import { createHash } from 'node:crypto';
import { createExpander } from '../../engine/layers/expand.ts';
import { isChecksumRight } from '../../engine/layers/tar-fields.ts';
import { createTarReader } from '../../engine/layers/tar-headers.ts';
import type { LayerTree } from '../../engine/layers/tree-file.ts';
import { createTreeFileWriter } from '../../engine/layers/tree-writer.ts';
import { errorMessage, System } from '../../engine/wire/errors.ts';

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
  write(chunk: Buffer): void;
  /** Call once. */
  end(): ReadLayer;
}

export interface LayerLimits {
  /** uncompressed bytes that are always read, whatever the ratio */
  freeBytes: number;
  /** beyond them, uncompressed may be at most this many times compressed */
  ratio: number;
  /** entries of one layer */
  entries: number;
}

/** What a step expands to is lost when the data in it is damaged: small layers are read in small steps. */
const STEP_BYTES = 4096;
const SMALL_BYTES = 64 * 1024;

/** A bomb is told by its ratio: real layers reach 20:1, zero-filled images more, so a few GB go through at any ratio. */
export const DEFAULT_LIMITS: LayerLimits = { freeBytes: 4 * 2 ** 30, ratio: 200, entries: 20_000_000 };

/** What the bytes are; undefined when they are no layer. @param head at least 512 bytes, or all there is */
export function sniff(head: Buffer): Compression | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4 && (head.readUInt32LE(0) === 0xfd2fb528 || head.readUInt32LE(0) >>> 4 === 0x184d2a5)) return 'zstd'; // or a frame to skip (RFC 8878 3.1.2)
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
  const expander = compression === 'none' ? undefined : needExpander(compression);
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (cause) {
      error ??= errorMessage(cause);
    }
  };
  return {
    write(chunk) {
      const isNearStart = compressedBytes < SMALL_BYTES;
      compressedBytes += chunk.length;
      outerHash.update(chunk);
      if (expander === undefined) expanded(chunk);
      else if (error === undefined) {
        attempt(() => {
          for (let at = 0; at < chunk.length;) {
            const end = Math.min(chunk.length, at + (isNearStart ? 64 : STEP_BYTES));
            for (const piece of expander.write(chunk.subarray(at, end))) {
              expanded(piece);
              if (error !== undefined) return;
            }
            at = end;
          }
        });
      }
    },
    end() {
      if (error === undefined) attempt(() => expander?.end());
      expander?.[Symbol.dispose]();
      const ended = tar.end();
      const digest = `sha256:${outerHash.digest('hex')}`;
      const problem = [error, ended.problem].filter((text) => text !== undefined).join('; ');
      const { bytes, tree } = writer.finish({ entries: ended.entries, bytes: ended.bytes, ...(problem === '' ? {} : { problem }) });
      const diffId = compression === 'none' ? digest : error === undefined ? `sha256:${innerHash.digest('hex')}` : undefined;
      return { compression, tree, bytes, digest, diffId, compressedBytes, error: tree.problem };
    },
  };
}

/** @throws System when this Node has no synchronous decompression (expand.ts) */
export function needExpander(compression: 'gzip' | 'zstd') {
  const expander = createExpander(compression);
  if (expander === undefined) throw new System(`this version of Node cannot expand ${compression}: ${process.version}`);
  return expander;
}

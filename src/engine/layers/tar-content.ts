// The content of one file in a tar stream: hashed as it flows and handed on, holes of sparse files filled with zeros.
// Huge holes are not hashed: beyond 256 MiB of them the map of the holes is hashed in their place, so a 10 GB sparse file costs nothing.
import { createHash, hash as hashOnce, type Hash } from 'node:crypto';
import type { SparsePiece } from './tar-fields.ts';

/** Gets the content piece by piece, holes as zeros; returning false says that no more is wanted. */
export type ContentSink = (piece: Buffer) => boolean | void;

const MAX_HASHED_HOLE_BYTES = 256 * 1024 * 1024;
const ZEROS = Buffer.alloc(64 * 1024);
const EMPTY_HASH = hashOnce('sha256', Buffer.alloc(0), 'hex');

export interface Content {
  /** @param isLast true when this piece ends the stored content */
  write(piece: Buffer, isLast: boolean): void;
  /** the hash in hexadecimal, when wanted */
  end(): string | undefined;
}

/**
 * Hashes the content of one regular file and hands it to a sink.
 * @param sizeBytes with holes; @param pieces undefined for a file without holes
 */
export function createContent(sizeBytes: number, pieces: SparsePiece[] | undefined, hashing: boolean, sink: ContentSink | undefined): Content | undefined {
  if (!hashing && sink === undefined) return undefined;
  return pieces === undefined ? plainContent(hashing, sink) : sparseContent(sizeBytes, pieces, hashing, sink);
}

function plainContent(hashing: boolean, sink: ContentSink | undefined): Content {
  let running: Hash | undefined;
  let result: string | undefined;
  let isWanted = sink !== undefined;
  return {
    write(piece, isLast) {
      if (isWanted && sink?.(piece) === false) isWanted = false;
      if (!hashing) return;
      if (isLast && running === undefined) result = hashOnce('sha256', piece, 'hex'); // one call costs a third of a Hash object
      else (running ??= createHash('sha256')).update(piece);
    },
    end: () => (hashing ? (result ?? running?.digest('hex') ?? EMPTY_HASH) : undefined),
  };
}

function sparseContent(sizeBytes: number, pieces: SparsePiece[], hashing: boolean, sink: ContentSink | undefined): Content {
  const hash = hashing ? createHash('sha256') : undefined;
  const dataBytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
  const hashesHoles = sizeBytes - dataBytes <= MAX_HASHED_HOLE_BYTES;
  if (!hashesHoles) hash?.update(JSON.stringify([sizeBytes, pieces]));
  let isWanted = sink !== undefined;
  let position = 0;
  let index = 0;
  let inPiece = 0;
  const pass = (piece: Buffer) => { if (isWanted && sink?.(piece) === false) isWanted = false; };
  const hole = (until: number) => {
    while (position < until && (isWanted || (hashesHoles && hashing))) {
      const zeros = ZEROS.subarray(0, Math.min(ZEROS.length, until - position));
      pass(zeros);
      if (hashesHoles) hash?.update(zeros);
      position += zeros.length;
    }
    position = Math.max(position, until);
  };
  return {
    write(data) {
      let at = 0;
      while (at < data.length) {
        const piece = pieces[index];
        if (piece === undefined) return;
        if (inPiece === 0) hole(Math.min(piece.offset, sizeBytes));
        const used = Math.min(piece.bytes - inPiece, data.length - at);
        const bytes = data.subarray(at, at + used);
        pass(bytes);
        hash?.update(bytes);
        at += used; inPiece += used; position += used;
        if (inPiece >= piece.bytes) { index++; inPiece = 0; }
      }
    },
    end() {
      hole(sizeBytes);
      return hash?.digest('hex');
    },
  };
}

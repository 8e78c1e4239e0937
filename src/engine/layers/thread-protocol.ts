// What the engine and a layer thread say to each other. A thread packs or unpacks one layer at a time.
import type { Digest } from '../base/digest.ts';
import type { ErrorKind } from '../wire/errors.ts';

export interface UnpackTask {
  kind: 'unpack';
  /** the layer's blob, possibly still growing */
  file: string;
  /** an empty folder for the layer's files */
  folder: string;
  /** where the tree file goes */
  treeFile: string;
  overlayPrefix: string;
  isRootless: boolean;
  /** the last `available` brings the file's digest: an uncompressed tar need not be hashed again */
  digestComes: boolean;
  limits: ExpansionLimits;
}

/** Makes the tar of a folder's files. */
export interface PackTask {
  kind: 'pack';
  folder: string;
  /** the tar goes here; null: only its digest is wanted */
  file: string | null;
  /** null: no tree file is wanted */
  treeFile: string | null;
  overlayPrefix: string;
}

export type LayerTask = UnpackTask | PackTask;

/** A layer is refused when it is larger than `bytes` and grows by more than `ratio` when decompressed. */
export interface ExpansionLimits { bytes: number; ratio: number }

export interface LayerFacts {
  diffId: Digest;
  /** bytes of file contents, what Docker calls the layer's size */
  sizeBytes: number;
  /** length of the uncompressed tar */
  tarBytes: number;
}

export type ToThread =
  | { kind: 'task'; task: LayerTask }
  /** `bytes` of the file may be read; `isAll`: and that is all of it */
  | { kind: 'available'; bytes: number; isAll: boolean; digest?: Digest }
  | { kind: 'abort' };

export type FromThread =
  | { kind: 'done'; layer: LayerFacts }
  | { kind: 'failed'; error: { kind: ErrorKind; message: string } }
  /** bytes of the file consumed so far */
  | { kind: 'progress'; bytes: number };

// What the explorer's thread is asked and answers. Everything is plain data that postMessage can copy.
import type { ImageConfig } from '../../engine/layers/report-instruction.ts';
import type { ReportInput } from '../../engine/layers/report.ts';
import type { KnownImage } from '../../engine/layers/tree-base.ts';
import type { FlatImage } from '../../engine/layers/tree-flatten.ts';
import type { ErrorKind } from '../../engine/wire/errors.ts';
import type { ImageChoice, PlaceQuery, RowsQuery } from '../contract/layers.ts';
import type { Compression } from './layer-reader.ts';
import type { Session } from './session.ts';

/** All about an image but its trees. */
export type ImageMeta = Omit<ReportInput, 'layers'> & { layers: Omit<ReportInput['layers'][number], 'tree'>[] };

/** Where a layer's bytes lie in an archive file. */
export interface LayerPlace { path: string; contentOffset: number; compressedBytes: number; compression: Compression }

export interface ArchiveFacts {
  meta: ImageMeta;
  isCompressed: boolean;
  places: (LayerPlace | undefined)[];
  /** all images of the archive, when there are several */
  choices?: ImageChoice[];
}

export type FeedKind = 'archive' | 'tar' | 'layer';

export interface ThreadApi {
  /** Makes the first image as fast as the next ones. */
  warmUp(): Promise<void>;
  /** Reads an archive file; without `path` what was fed. */
  openArchive(options: { path?: string; title: string; wanted?: string | undefined; platform?: string | undefined; known?: KnownImage[] | undefined; /** only where its layers lie; what is open stays */ keepOpen?: boolean }): Promise<{ facts: ArchiveFacts; trees: Uint8Array[] }>;
  /** What was fed is the tar of one file system: an image of one layer. */
  openTar(options: { title: string; config: ImageConfig }): Promise<{ facts: ArchiveFacts }>;
  /** `kind`: how what comes is to be read; archive when absent. */
  startFeed(kind?: FeedKind): Promise<void>;
  /** What was fed is one layer, compressed or not; nothing is opened. */
  takeLayer(): Promise<{ tree: Uint8Array; compression: Compression; digest: string; diffId: string | undefined; compressedBytes: number; error: string | undefined }>;
  /** The next chunk of the archive; undefined ends it. Resolves when the thread wants more. */
  feed(chunk: Uint8Array | undefined): Promise<void>;
  openTrees(options: { meta: ImageMeta; trees: Uint8Array[] }): Promise<void>;
  flatten(): Promise<FlatImage>;
  compare(options: { before: FlatImage; after: FlatImage; ignoreTimes: boolean; title: string }): Promise<void>;
  image(): Promise<ReturnType<Session['image']>>;
  rows(query: Omit<RowsQuery, 'session'>): Promise<ReturnType<Session['rows']>>;
  place(query: Omit<PlaceQuery, 'session'>): Promise<number>;
  details(node: number): Promise<ReturnType<Session['details']>>;
  find(query: { path: string; isBytes?: boolean }): Promise<ReturnType<Session['find']>>;
  sizes(query: { layer: number; scope: 'layer' | 'all'; node: number }): Promise<ReturnType<Session['sizes']>>;
  waste(query: Parameters<Session['waste']>[0]): Promise<ReturnType<Session['waste']>>;
  locate(query: { layer: number; node: number }): Promise<ReturnType<Session['locate']>>;
  below(query: { layer: number; node: number; scope: 'layer' | 'all' }): Promise<ReturnType<Session['below']>>;
  export(format: 'json' | 'html'): Promise<string>;
}

export interface Call { id: number; method: keyof ThreadApi; argument: unknown }
export type Reply = { id: number; result: unknown } | { id: number; error: { kind: ErrorKind; message: string } };

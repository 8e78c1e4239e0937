// The bytes of files inside layers, without unpacking: a file's header offset is known from its tree, so a plain layer in an
// archive on disk is read from right there; a compressed one is expanded up to that point and no further.
import { createReadStream } from 'node:fs';
import { createTarReader } from '../../engine/layers/tar-headers.ts';
import { cleanPath } from '../../engine/layers/tree-writer.ts';
import { NotFound } from '../../engine/wire/errors.ts';
import type { LayerPlace } from './thread-protocol.ts';
import { needExpander } from './layer-reader.ts';
import type { Located } from './session.ts';

export interface ContentSource {
  /** The content of a file of a layer. Leaving the loop ends the reading. @throws NotFound */
  read(layer: number, file: Located, signal?: AbortSignal): AsyncIterable<Buffer>;
  /** The uncompressed tar of a layer. @throws NotFound when it is not there */
  tar(layer: number, signal?: AbortSignal): AsyncIterable<Buffer>;
  /** A single file is reached only by reading what stands before it: many files are better taken from `tar` in one pass. */
  isSequential(layer: number): boolean;
}

/** Contents of an archive on disk. @param isCompressed the archive itself, so that offsets are not those of the file */
export function archiveContent(path: string, isCompressed: boolean, places: readonly (LayerPlace | undefined)[]): ContentSource {
  const placeOf = (layer: number): LayerPlace => {
    const place = places[layer];
    if (place === undefined) throw new NotFound(`layer ${layer} is not in the archive`);
    return place;
  };
  const layerBytes = (place: LayerPlace, from: number, signal?: AbortSignal): AsyncIterable<Buffer> => {
    if (isCompressed) return fileOfTar(decompressed(createReadStream(path, { highWaterMark: 1 << 20, signal }), sniffName(path)), (entry) => cleanPath(entry.path) === place.path, 0);
    const start = place.contentOffset + from;
    return createReadStream(path, { start, end: place.contentOffset + place.compressedBytes - 1, highWaterMark: 1 << 18, signal });
  };
  const tar = (layer: number, signal?: AbortSignal): AsyncIterable<Buffer> => {
    const place = placeOf(layer);
    return place.compression === 'none' ? layerBytes(place, 0, signal) : decompressed(layerBytes(place, 0, signal), place.compression);
  };
  return {
    tar,
    isSequential: (layer) => isCompressed || placeOf(layer).compression !== 'none',
    read(layer, file, signal) {
      const place = placeOf(layer);
      if (file.offset < 0) throw new NotFound(`no content of ${file.path} in layer ${layer}`);
      const isDirect = place.compression === 'none' && !isCompressed;
      return fileOfTar(isDirect ? layerBytes(place, file.offset, signal) : tar(layer, signal), (entry) => entry.headerOffset === (isDirect ? 0 : file.offset), file.sizeBytes);
    },
  };
}

function sniffName(path: string): 'gzip' | 'zstd' {
  return /\.(zst|tzst)$/.test(path) ? 'zstd' : 'gzip';
}

async function* decompressed(source: AsyncIterable<Buffer>, compression: 'gzip' | 'zstd'): AsyncGenerator<Buffer> {
  using expander = needExpander(compression);
  for await (const chunk of source) for (const piece of expander.write(chunk)) yield Buffer.from(piece); // whoever shows it keeps it for a while
}

/** The content of the first file of a tar stream that `wanted` names; what follows it is not read. @throws NotFound */
export async function* fileOfTar(source: AsyncIterable<Buffer>, wanted: (entry: { path: string; headerOffset: number }) => boolean, sizeBytes: number): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let isFound = false;
  let isOver = false;
  const reader = createTarReader({
    hash: false,
    onContent(entry) {
      if (isFound || !wanted(entry)) return undefined;
      isFound = true;
      return (piece) => void pieces.push(piece);
    },
    onEntry: () => { if (isFound) isOver = true; },
  });
  for await (const chunk of source) {
    reader.write(chunk);
    yield* pieces;
    pieces = [];
    if (isOver || reader.isDone) break;
  }
  reader.end();
  yield* pieces;
  if (!isFound && sizeBytes > 0) throw new NotFound('the file is not where its header was');
}

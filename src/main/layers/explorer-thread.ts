// The explorer's thread: one worker an opened image, so that reading, stacking and searching never hold up the app, and closing
// the image gives all its memory back. Speaks thread-protocol.ts.
import { parentPort, type MessagePort } from 'node:worker_threads';
import { analyseImage, type Analysis, type ReportInput } from '../../engine/layers/report.ts';
import { compareImages, flattenImage } from '../../engine/layers/tree-flatten.ts';
import { openTreeFile } from '../../engine/layers/tree-file.ts';
import { createTreeFileWriter } from '../../engine/layers/tree-writer.ts';
import { measureImage } from '../../engine/layers/tree-totals.ts';
import { reportToHtml } from '../../engine/layers/report-html.ts';
import { errorMessage, EngineError } from '../../engine/wire/errors.ts';
import { imagesOf } from './archive-image.ts';
import { readArchive, readArchivePath, type ReadArchive } from './archive-reader.ts';
import { archiveInput } from './image-input.ts';
import { createLayerReader, sniff, type Compression, type ReadLayer } from './layer-reader.ts';
import { createSession, type Session } from './session.ts';
import type { ArchiveFacts, Call, ImageMeta, Reply, ThreadApi } from './thread-protocol.ts';
import { warmUp } from './warm-up.ts';

const HEAD_BYTES = 512; // what tells a tar

const port = parentPort as MessagePort;
let analysis: Analysis | undefined;
let session: Session | undefined;
let feed: { push: (chunk: Buffer | undefined) => Promise<void>; source: AsyncIterable<Buffer> } | undefined;
let reading: Promise<ReadArchive> | undefined;
let readingTar: Promise<ReadLayer> | undefined;

function opened(): Session {
  if (session === undefined) throw new Error('no image is open');
  return session;
}

function open(input: ReportInput): void {
  analysis = analyseImage(input);
  session = createSession(analysis);
}

function factsOf(archive: ReadArchive, input: ReportInput & { paths: string[] }): ArchiveFacts {
  return {
    ...choicesOf(archive, input.imageId),
    meta: { ...input, layers: input.layers.map(({ tree: _, ...layer }) => layer) },
    isCompressed: archive.isCompressed,
    places: input.paths.map((path) => {
      const layer = archive.layers.get(path);
      return layer === undefined ? undefined : { contentOffset: layer.contentOffset, compressedBytes: layer.compressedBytes, compression: layer.compression, path };
    }),
  };
}

function choicesOf(archive: ReadArchive, chosenId: string): Pick<ArchiveFacts, 'choices'> {
  const images = new Map(imagesOf(archive).filter(({ imageId }) => imageId !== '').map((image) => [image.imageId, image])); // two names of one image are one choice
  if (images.size < 2) return {};
  return { choices: [...images.values()].map(({ imageId, names, config }) => ({ id: imageId, names, platform: [config.os, config.architecture, config.variant].filter(Boolean).join('/'), isChosen: imageId === chosenId })) };
}

const api: ThreadApi = {
  warmUp: async () => warmUp(),
  async openArchive({ path, title, wanted, platform, known, keepOpen }) {
    const archive = path === undefined ? await (reading as Promise<ReadArchive>) : await readArchivePath(path);
    const input = { ...archiveInput(archive, title, { wanted, platform }), known: known ?? [] };
    if (keepOpen) return { facts: factsOf(archive, input), trees: [] };
    open(input);
    const trees = input.paths.map((place) => archive.layers.get(place)?.bytes ?? createTreeFileWriter().finish({ entries: 0, bytes: 0 }).bytes);
    return { facts: factsOf(archive, input), trees };
  },
  async startFeed(kind = 'archive') {
    feed = createFeed();
    if (kind !== 'archive') readingTar = readOneLayer(feed.source, kind === 'tar' ? 'none' : undefined);
    else reading = readArchive(feed.source);
    reading?.catch(() => {}); // openArchive reports it
    readingTar?.catch(() => {}); // openTar reports it
  },
  async takeLayer() {
    const { bytes, compression, digest, diffId, compressedBytes, error } = await (readingTar as Promise<ReadLayer>);
    return { tree: bytes, compression, digest, diffId, compressedBytes, error };
  },
  async openTar({ title, config }) {
    const layer = await (readingTar as Promise<ReadLayer>);
    const facts = { digest: layer.digest, diffId: layer.diffId ?? '', compressedBytes: layer.compressedBytes, ...(layer.error === undefined ? {} : { error: layer.error }) };
    open({ image: title, imageId: '', config, layers: [{ ...facts, tree: layer.tree }] });
    return { facts: { meta: { image: title, imageId: '', config, layers: [facts] }, isCompressed: false, places: [{ path: '', contentOffset: 0, compressedBytes: layer.compressedBytes, compression: 'none' as const }] } };
  },
  feed: async (chunk) => feed?.push(chunk === undefined ? undefined : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)),
  async openTrees({ meta, trees }) {
    open(withTrees(meta, trees));
  },
  flatten: async () => flattenImage((analysis as Analysis).tree),
  async compare({ before, after, ignoreTimes, title }) {
    const tree = compareImages(before, after, { ignoreTimes });
    const totals = measureImage(tree);
    const { layers: _, waste: __, duplicates: ___, ...sums } = totals;
    const layers = totals.layers.map((layer, index) => ({
      index, digest: '', diffId: '', instruction: '', sizeBytes: layer.storedBytes, compressedBytes: 0, files: layer.files, reclaimableBytes: layer.reclaimableBytes,
    }));
    const report = { image: title, imageId: '', platform: '', layers, totals: { ...sums, compressedBytes: 0, userWastedFraction: 0 }, waste: [], duplicates: [], advice: [], history: [] };
    analysis = { tree, totals, report };
    session = createSession(analysis);
  },
  image: async () => opened().image(),
  rows: async (query) => opened().rows(query),
  place: async (query) => opened().place(query),
  details: async (node) => opened().details(node),
  find: async ({ path, isBytes }) => opened().find(path, isBytes),
  sizes: async ({ layer, scope, node }) => opened().sizes(layer, scope, node),
  waste: async (query) => opened().waste(query),
  locate: async ({ layer, node }) => opened().locate(layer, node),
  below: async ({ layer, node, scope }) => opened().below(layer, node, scope),
  export: async (format) => {
    const { report } = analysis as Analysis;
    return format === 'json' ? JSON.stringify(report, null, 2) : reportToHtml(report, new Date().toISOString());
  },
};

function withTrees(meta: ImageMeta, trees: Uint8Array[]): ReportInput {
  return { ...meta, layers: meta.layers.map((layer, index) => ({ ...layer, tree: openTreeFile(trees[index] as Uint8Array) })) };
}

/** @param compression undefined: told by the first bytes */
async function readOneLayer(source: AsyncIterable<Buffer>, compression: Compression | undefined): Promise<ReadLayer> {
  let reader = compression === undefined ? undefined : createLayerReader(compression);
  let head = Buffer.alloc(0);
  for await (const chunk of source) {
    if (reader) { reader.write(chunk); continue; }
    head = Buffer.concat([head, chunk]);
    if (head.length < HEAD_BYTES) continue;
    reader = createLayerReader(sniff(head) ?? 'none');
    reader.write(head);
  }
  if (reader) return reader.end();
  reader = createLayerReader(sniff(head) ?? 'none');
  reader.write(head);
  return reader.end();
}

/** Chunks pushed from outside, read as a stream; a push resolves when its chunk is taken. */
function createFeed() {
  const queue: { chunk: Buffer | undefined; taken: () => void }[] = [];
  let wake = () => {};
  let isOver = false; // the reader may give up early: nobody waits for it then
  return {
    push: async (chunk: Buffer | undefined) => {
      if (!isOver) await new Promise<void>((taken) => { queue.push({ chunk, taken }); wake(); });
    },
    source: (async function* () {
      try {
        for (;;) {
          const next = queue.shift();
          if (next === undefined) { await new Promise<void>((resolve) => (wake = resolve)); continue; }
          next.taken();
          if (next.chunk === undefined) return;
          yield next.chunk;
        }
      } finally {
        isOver = true;
        for (const next of queue) next.taken();
      }
    })(),
  };
}

port.on('message', ({ id, method, argument }: Call) => {
  void (async () => {
    let reply: Reply;
    try {
      reply = { id, result: await (api[method] as (argument: unknown) => Promise<unknown>)(argument) };
    } catch (error) {
      reply = { id, error: { kind: error instanceof EngineError ? error.kind : 'System', message: errorMessage(error) } };
    }
    port.postMessage(reply);
  })();
});

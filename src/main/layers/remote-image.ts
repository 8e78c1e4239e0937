// An image that is still in its registry, asked for by an engine of ours. Its configuration names every layer; the files of a layer
// are known when the engine has that layer already, when it was read here before (kept by digest), or once somebody opens it.
import type { ExplorerImage, ImageChoice, OpenStep } from '../contract/layers.ts';
import type { RemoteImage, RemotePlatform } from '../contract/registries.ts';
import { createTreeFileWriter } from '../../engine/layers/tree-writer.ts';
import { InvalidParameter, NotImplemented } from '../../engine/wire/errors.ts';
import type { DockerClient } from '../docker/client.ts';
import { engineInfo } from '../docker/version.ts';
import { archiveContent, type ContentSource } from './content.ts';
import type { CacheEntry } from './explorer-cache.ts';
import { progressQueue, tee } from './feed.ts';
import { gantryContent, gantryTree } from './gantry-source.ts';
import { ready, type Register } from './opened.ts';
import type { ExplorerThread } from './thread.ts';

export interface RemoteOptions {
  host: string;
  reference: string;
  platform?: string | undefined;
  /** layers whose files are wanted even if they must be transferred */
  layers: 'all' | readonly number[];
  /** credentials for the registry */
  headers: Record<string, string>;
  signal?: AbortSignal | undefined;
}

interface Parts { cache: { entry(id: string): CacheEntry }; threads: { take(): ExplorerThread }; register: Register }
type Layer = RemotePlatform['layers'][number];
interface Found { tree: Uint8Array; content: ContentSource; /** the layer's place in `content` */ index: number; isLocal?: boolean; error?: string | undefined }
interface Detail { RootFS?: { Layers?: string[] } }
interface Local { imageId: string; index: number }

const encoded = (reference: string) => reference.split('/').map(encodeURIComponent).join('/');
const platformOf = ({ platform: { os, architecture, variant } }: RemotePlatform) => [os, architecture, variant].filter(Boolean).join('/');

export async function* openRemote({ cache, threads, register }: Parts, client: DockerClient, options: RemoteOptions): AsyncGenerator<OpenStep> {
  const { host, reference, headers, signal } = options;
  const began = performance.now();
  await using undo = new AsyncDisposableStack();
  const thread = undo.use(threads.take());
  if ((await engineInfo(client, signal)).product !== 'gantry') throw new NotImplemented('this host’s engine cannot read images of a registry; choose a host that runs Gantry’s engine');
  const [remote, locals] = await Promise.all([client.json<RemoteImage>('GET', `/gantry/registry-image/${encoded(reference)}`, { headers, signal }), localLayers(client, signal)]);
  const chosen = choosePlatform(remote, options.platform);
  const diffIds = chosen.config.rootfs?.diff_ids ?? [];
  const fetch = (index: number, by: ExplorerThread, onProgress: (bytes: number) => void, stop?: AbortSignal) => {
    const layer = chosen.layers[index] as Layer;
    return fetchLayer(client, { ...options, signal: stop }, layer, diffIds[index], cache.entry(layer.digest), by, onProgress);
  };
  const found: (Found | undefined)[] = await Promise.all(chosen.layers.map((layer, index) => findLayer(client, locals.byDiffId.get(diffIds[index] ?? ''), cache.entry(layer.digest), signal)));

  const wanted = chosen.layers.flatMap((layer, index) => (found[index] === undefined && (options.layers === 'all' || options.layers.includes(index)) ? [{ layer, index }] : []));
  const totalBytes = wanted.reduce((sum, { layer }) => sum + layer.sizeBytes, 0);
  let done = 0;
  for (const { index, layer } of wanted) {
    const steps = progressQueue();
    const work = fetch(index, thread, steps.push, signal).finally(steps.close);
    work.catch(() => {}); // awaited below
    for await (const bytes of steps.values) yield { type: 'progress', bytes: done + bytes, totalBytes };
    found[index] = await work;
    done += layer.sizeBytes;
  }

  const meta = {
    image: reference, imageId: '', names: [reference], config: chosen.config, known: locals.known,
    layers: chosen.layers.map((layer, index) => ({ digest: layer.digest, diffId: diffIds[index] ?? '', compressedBytes: layer.sizeBytes, ...(found[index]?.error === undefined ? {} : { error: found[index].error }) })),
  };
  await thread.openTrees({ meta, trees: found.map((one) => one?.tree ?? emptyTree()) });
  const image: ExplorerImage = { ...(await ready(thread, began, false, choicesOf(remote, chosen))), remote: { host, reference } };
  for (const layer of image.layers) if (found[layer.index] === undefined) layer.isAbsent = true;
  const opened = await register({ thread, meta, image, content: contentOf(found, async (index, stop) => {
    await using reader = threads.take();
    return await fetch(index, reader, () => {}, stop);
  }), fetchAll: undefined, parts: undefined });
  undo.move();
  yield { type: 'ready', session: opened.id, image: opened.image };
}

/** The wanted platform, this machine's, or the first. @throws InvalidParameter */
function choosePlatform({ platforms, reference }: RemoteImage, wanted: string | undefined): RemotePlatform {
  const own = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const chosen = wanted === undefined ? (platforms.find((platform) => platformOf(platform).startsWith(own)) ?? platforms[0]) : platforms.find((platform) => platformOf(platform) === wanted);
  if (chosen === undefined) throw new InvalidParameter(wanted === undefined ? `${reference} is no image` : `${reference} has no image for ${wanted}`);
  return chosen;
}

function choicesOf({ platforms }: RemoteImage, chosen: RemotePlatform): ImageChoice[] | undefined {
  if (platforms.length < 2) return undefined;
  return platforms.map((platform) => ({ id: platformOf(platform), names: [], platform: platformOf(platform), isChosen: platform === chosen }));
}

/** Layers of the engine's own images, by diff id. */
async function localLayers(client: DockerClient, signal?: AbortSignal) {
  const rows = await client.json<{ Id: string; RepoTags?: string[] | null }[]>('GET', '/images/json', { signal });
  const byDiffId = new Map<string, Local>();
  const known = await Promise.all(rows.map(async (row) => {
    const detail = await client.json<Detail>('GET', `/images/${row.Id}/json`, { signal }).catch((error: unknown): Detail => {
      if ((error as { kind?: string }).kind === 'NotFound') return {}; // removed meanwhile
      throw error;
    });
    const diffIds = detail.RootFS?.Layers ?? [];
    for (const [index, diffId] of diffIds.entries()) byDiffId.set(diffId, { imageId: row.Id, index });
    return { names: (row.RepoTags ?? []).filter((tag) => !tag.startsWith('<none>')), diffIds };
  }));
  return { byDiffId, known: known.filter(({ names }) => names.length > 0) };
}

async function findLayer(client: DockerClient, local: Local | undefined, entry: CacheEntry, signal?: AbortSignal): Promise<Found | undefined> {
  if (local) return { tree: await gantryTree(client, local.imageId, local.index, signal), content: gantryContent(client, local.imageId), index: local.index, isLocal: true };
  const kept = await entry.read();
  const tree = kept?.trees[0];
  if (kept === undefined || tree === undefined) return undefined;
  return { tree, content: archiveContent(entry.archivePath, false, kept.facts.places), index: 0, error: kept.facts.meta.layers[0]?.error };
}

/** Transfers one layer into the cache. What does not match its digest is shown as it came, marked, and not kept for next time. */
async function fetchLayer(client: DockerClient, { reference, headers, signal }: RemoteOptions, layer: Layer, diffId: string | undefined, entry: CacheEntry, thread: ExplorerThread, onProgress: (bytes: number) => void): Promise<Found> {
  const body = await client.raw('GET', `/gantry/registry-blob/${encoded(reference)}`, { query: { digest: layer.digest }, headers, signal });
  await tee(body, entry.archivePath, thread, onProgress, signal, 'layer');
  const read = await thread.takeLayer();
  const places = [{ path: '', contentOffset: 0, compressedBytes: read.compressedBytes, compression: read.compression }];
  const error = read.error ?? wrong('digest', layer.digest, read.digest) ?? (diffId === undefined ? undefined : wrong('diff id', diffId, read.diffId));
  const facts = { digest: layer.digest, diffId: read.diffId ?? '', compressedBytes: read.compressedBytes };
  if (error === undefined) await entry.write({ meta: { image: layer.digest, imageId: '', config: {}, layers: [facts] }, isCompressed: false, places }, [read.tree]);
  return { tree: read.tree, content: archiveContent(entry.archivePath, false, places), index: 0, error };
}

function wrong(what: string, expected: string, got: string | undefined): string | undefined {
  return got === undefined || got === expected ? undefined : `content does not match its ${what}: it is ${got}`;
}

/** @param fetch the engine gives single files of its layers; a whole one comes from the registry */
function contentOf(found: readonly (Found | undefined)[], fetch: (layer: number, signal?: AbortSignal) => Promise<Found>): ContentSource {
  const at = (layer: number): Found => {
    const one = found[layer];
    if (one === undefined) throw new InvalidParameter(`layer ${layer} is still in the registry`);
    return one;
  };
  return {
    isSequential: (layer) => at(layer).content.isSequential(at(layer).index),
    read: (layer, file, signal) => at(layer).content.read(at(layer).index, file, signal),
    async *tar(layer, signal) {
      const { content, index } = at(layer).isLocal ? await fetch(layer, signal) : at(layer);
      yield* content.tar(index, signal);
    },
  };
}

function emptyTree(): Uint8Array {
  return createTreeFileWriter().finish({ entries: 0, bytes: 0 }).bytes;
}

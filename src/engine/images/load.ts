// `docker load`: docker-archive (manifest.json; layers as folders or as OCI blobs) and OCI layout (index.json), any compression.
// Sources: moby image/spec "Combined Image JSON + Filesystem Changeset Format"; image-spec v1.1 image-layout.md.
import { readFile } from 'node:fs/promises';
import { hexOf, type Digest } from '../base/digest.ts';
import type { EventBus } from '../base/events.ts';
import { MAGIC_BYTES, compressionOf, type Compression } from '../layers/decompress.ts';
import { familiar, parseReference, withDefaultTag, type Reference } from '../registry/reference.ts';
import { InvalidParameter, NotFound } from '../wire/errors.ts';
import { readArchive, type ArchiveParts } from './archive-parts.ts';
import { orCollect, type Collector } from './collect.ts';
import { LAYER_MEDIA, choosePlatform, hostPlatform, parseConfig, parseManifest, type Descriptor, type Index, type Manifest, type Platform } from './manifest.ts';
import { createProgress, type ProgressMessage } from './progress.ts';
import { registerImage, type Stores } from './register.ts';
import type { ImageRecord } from './store.ts';

export interface LoadNeeds { stores: Stores; collector: Collector; events: EventBus }

export interface LoadOptions {
  signal: AbortSignal;
  platform?: Platform;
  /** without a row of progress for each layer */
  isQuiet: boolean;
}

/** One image of the archive. */
interface Wanted {
  config: string;
  layers: string[];
  references: Reference[];
  manifest?: { bytes: Buffer; value: Manifest; digest: Digest };
}

/** Progress lines as the docker CLI shows them; the images are there when it ends, or none of its files are. */
export async function* loadImages({ stores, collector, events }: LoadNeeds, body: AsyncIterable<Buffer>, { signal, platform = hostPlatform(), isQuiet }: LoadOptions): AsyncGenerator<ProgressMessage> {
  const stop = new AbortController();
  const progress = createProgress();
  const onProgress = isQuiet ? undefined : (row: string, current: number, total: number) => progress.count(row, 'Loading layer', current, total);
  yield* progress.during(orCollect(collector, (async () => {
    await using parts = await readArchive(body, { content: stores.content, layers: stores.layers, signal: AbortSignal.any([signal, stop.signal]), ...(onProgress && { onProgress }) });
    const read = async (path: string): Promise<Buffer | undefined> => {
      const part = parts.find(path);
      if (part !== undefined) return part.ingest.sizeBytes > MAX_JSON_BYTES ? undefined : readFile(part.ingest.path);
      const digest = blobDigest(path);
      return digest !== undefined && parts.has(digest) ? stores.content.read(digest) : undefined;
    };
    for (const wanted of await wantedImages(read, platform)) {
      const record = await takeImage(stores, parts, wanted, read);
      if (wanted.references.length > 0) await stores.store.tag(record.id, wanted.references);
      events.publish('image', 'load', record.id, { name: wanted.references[0] === undefined ? record.id : familiar(wanted.references[0]) });
      for (const reference of wanted.references) progress.say({ stream: `Loaded image: ${familiar(reference)}\n` });
      if (wanted.references.length === 0) progress.say({ stream: `Loaded image ID: ${record.id}\n` });
    }
  })()), () => stop.abort());
}

const MAX_JSON_BYTES = 32 * 1024 * 1024;
type Read = (path: string) => Promise<Buffer | undefined>;
const blobPath = (digest: Digest) => `blobs/sha256/${hexOf(digest)}`;
const blobDigest = (path: string): Digest | undefined => {
  const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
};

async function wantedImages(read: Read, platform: Platform): Promise<Wanted[]> {
  const [list, index] = [await read('manifest.json'), await read('index.json')];
  const oci = index === undefined ? [] : await ociImages(read, parseList<Index>(index, 'index.json'), platform, list !== undefined);
  if (list === undefined) {
    if (index === undefined) throw new InvalidParameter('this is no image archive: it has neither manifest.json nor index.json. To make an image of a root file system use docker import');
    return oci;
  }
  const items = parseList<{ Config: string; RepoTags: string[] | null; Layers: string[] | null }[]>(list, 'manifest.json');
  if (!Array.isArray(items) || items.some((item) => typeof item?.Config !== 'string')) throw new InvalidParameter('the archive has a damaged manifest.json');
  return items.map((item) => {
    const same = oci.find((image) => image.config === item.Config);
    return {
      config: item.Config,
      layers: item.Layers ?? [],
      references: (item.RepoTags ?? []).map((name) => withDefaultTag(parseReference(name))),
      ...(same?.manifest && { manifest: same.manifest }),
    };
  });
}

function parseList<T>(bytes: Buffer, name: string): T {
  try {
    return JSON.parse(bytes.toString('utf8')) as T;
  } catch (error) {
    throw new InvalidParameter(`the archive has a damaged ${name}`, { cause: error });
  }
}

async function ociImages(read: Read, index: Index, platform: Platform, mayMiss: boolean): Promise<Wanted[]> {
  const images: Wanted[] = [];
  for (const descriptor of index.manifests ?? []) {
    const name = descriptor.annotations?.['io.containerd.image.name'] ?? descriptor.annotations?.['org.opencontainers.image.ref.name'];
    const found = await ociManifest(read, descriptor, platform, name ?? descriptor.digest, mayMiss);
    if (found === undefined) continue;
    images.push({
      config: blobPath(found.value.config.digest),
      layers: found.value.layers.map((layer) => blobPath(layer.digest)),
      references: name === undefined ? [] : referencesOf(name),
      manifest: found,
    });
  }
  return images;
}

/** `ref.name` may be a bare tag ("latest"), which names no repository: such an image is loaded by its id. */
function referencesOf(name: string): Reference[] {
  if (!/[/:]/.test(name)) return [];
  try {
    return [withDefaultTag(parseReference(name))];
  } catch {
    return []; // the annotation is free text for other tools
  }
}

async function ociManifest(read: Read, descriptor: Descriptor, platform: Platform, name: string, mayMiss: boolean): Promise<Wanted['manifest']> {
  const bytes = await read(blobPath(descriptor.digest));
  if (bytes === undefined) {
    if (mayMiss) return undefined;
    throw new InvalidParameter(`the archive lacks the manifest ${descriptor.digest} of ${name}`);
  }
  const parsed = parseManifest(bytes, name);
  if ('manifest' in parsed) return { bytes, value: parsed.manifest, digest: descriptor.digest };
  return ociManifest(read, choosePlatform(parsed.index, platform), platform, name, mayMiss);
}

async function takeImage(stores: Stores, parts: ArchiveParts, wanted: Wanted, read: Read): Promise<ImageRecord> {
  const bytes = await read(wanted.config);
  if (bytes === undefined) throw new InvalidParameter(`the archive lacks the image configuration ${wanted.config}`);
  const config = parseConfig(bytes, wanted.config);
  const diffIds = config.rootfs.diff_ids;
  if ((config.os ?? 'linux') !== 'linux') throw new InvalidParameter(`cannot load ${config.os} image on linux`);
  if (diffIds.length !== wanted.layers.length) throw new InvalidParameter(`invalid manifest, layers length mismatch: expected ${diffIds.length}, got ${wanted.layers.length}`);
  using holds = new DisposableStack();
  const blobs: (Descriptor | null)[] = [];
  for (const [index, diffId] of diffIds.entries()) {
    holds.use(stores.layers.hold(diffId));
    const blob = await takeLayer(stores, parts, wanted.layers[index] as string, diffId, index, holds);
    blobs.push(blob);
  }
  const manifest = wanted.manifest;
  const isWhole = manifest !== undefined && manifest.value.layers.every((layer, index) => layer.digest === blobs[index]?.digest);
  if (isWhole) await stores.content.put(manifest.bytes);
  return registerImage(stores, { config: bytes, blobs: isWhole ? manifest.value.layers : blobs, ...(isWhole && { manifests: [manifest.digest] }) });
}

async function takeLayer(stores: Stores, parts: ArchiveParts, path: string, diffId: Digest, index: number, holds: DisposableStack): Promise<Descriptor | null> {
  const { content, layers } = stores;
  const part = parts.find(path);
  if (part === undefined) {
    const digest = blobDigest(path);
    if (digest === undefined || !parts.has(digest)) {
      if (layers.has(diffId)) return null;
      throw new NotFound(`the archive lacks layer ${path}`);
    }
    holds.use(content.hold(digest));
    if (!layers.has(diffId)) await applyBlob(stores, digest, diffId, index);
    return { mediaType: LAYER_MEDIA[await compressionIn(stores, digest)], digest, size: content.sizeOf(digest) };
  }
  const digest = part.ingest.digest();
  holds.use(content.hold(digest));
  if (!layers.has(diffId)) {
    part.applying ??= layers.apply(part.ingest.path, { signal: new AbortController().signal });
    const applying = await part.applying;
    applying.available(part.ingest.sizeBytes, true, digest);
    checkDiffId((await applying.unpacked).diffId, diffId, index);
    await applying.commit();
  } else if (part.applying !== undefined) checkDiffId((await (await part.applying).unpacked).diffId, diffId, index);
  if (!content.has(digest)) await part.ingest.commit();
  return { mediaType: LAYER_MEDIA[part.compression], digest, size: part.ingest.sizeBytes };
}

async function compressionIn({ content }: Stores, digest: Digest): Promise<Compression> {
  for await (const start of content.open(digest, { end: MAGIC_BYTES - 1 }) as AsyncIterable<Buffer>) return compressionOf(start);
  return 'none';
}

async function applyBlob({ content, layers }: Stores, digest: Digest, diffId: Digest, index: number): Promise<void> {
  await using applying = await layers.apply(content.pathOf(digest), { signal: new AbortController().signal });
  applying.available(content.sizeOf(digest), true);
  checkDiffId((await applying.unpacked).diffId, diffId, index);
  await applying.commit();
}

function checkDiffId(got: Digest, expected: Digest, index: number): void {
  if (got !== expected) throw new InvalidParameter(`invalid diffID for layer ${index}: expected "${expected}", got "${got}"`);
}

// `docker save`: one tar that is a docker-archive (manifest.json) and an OCI layout (index.json) at once, as Docker 25+ writes it.
// Blobs go out as they are stored. The lists come first, so that a reader of the stream knows what it needs.
import { open } from 'node:fs/promises';
import { digestOf, hexOf, type Digest } from '../base/digest.ts';
import { TAR_END, tarHeader, tarPadding } from '../layers/tar-writer.ts';
import { canonical, familiar, familiarName, parseReference, type Reference } from '../registry/reference.ts';
import { ociLayer, ociManifest, ownManifest, storedBlob } from './layer-blobs.ts';
import { MEDIA, type Descriptor, type Platform } from './manifest.ts';
import type { Stores } from './register.ts';
import type { ImageRecord } from './store.ts';

export interface SavedImage { record: ImageRecord; references: Reference[] }

/** What the names mean: a tag, all tags of a repository, or an id (then nameless). @throws NotFound */
export function savedImages({ store }: Stores, names: readonly string[]): SavedImage[] {
  const saved = new Map<Digest, SavedImage>();
  const add = (record: ImageRecord, references: Reference[]) => {
    const before = saved.get(record.id);
    if (before === undefined) saved.set(record.id, { record, references });
    else before.references.push(...references.filter((one) => !before.references.some((other) => canonical(other) === canonical(one))));
  };
  for (const name of names) {
    const whole = isNameOnly(name) ? tagsOf(store, name) : [];
    if (whole.length > 0) for (const { record, reference } of whole) add(record, [reference]);
    else {
      const reference = store.referenceOf(name);
      add(store.resolve(name), reference?.tag === undefined ? [] : [reference]);
    }
  }
  return [...saved.values()];
}

function isNameOnly(name: string): boolean {
  try {
    const reference = parseReference(name);
    return reference.tag === undefined && reference.digest === undefined;
  } catch {
    return false; // an id
  }
}

function tagsOf(store: Stores['store'], name: string): { record: ImageRecord; reference: Reference }[] {
  const { domain, path } = parseReference(name);
  return store.list().flatMap((record) => store.referencesOf(record.id)
    .filter((reference) => reference.domain === domain && reference.path === path && reference.tag !== undefined)
    .map((reference) => ({ record, reference })));
}

/** The tar. Everything is checked before its first byte. @throws NotFound when a layer's bytes are gone */
export async function saveImages(stores: Stores, images: readonly SavedImage[], signal: AbortSignal): Promise<AsyncGenerator<Buffer>> {
  const { content } = stores;
  const holds = new DisposableStack();
  const blobs = new Map<Digest, Buffer | null>(); // null: in the content store
  const index: Descriptor[] = [];
  const list: unknown[] = [];
  const repositories: Record<string, Record<string, string>> = {};
  try {
    for (const { record, references } of images) {
      const layers = record.blobs.map((_, at) => storedBlob(stores, record, at));
      for (const digest of [record.id, ...layers.map((layer) => layer.digest)]) {
        holds.use(content.hold(digest));
        blobs.set(digest, null);
      }
      const own = await ownManifest(stores, record);
      const isOwn = own?.manifest.layers.every((layer, at) => layer.digest === layers[at]?.digest) === true;
      const bytes = isOwn ? own.bytes : ociManifest({ mediaType: MEDIA.ociConfig, digest: record.id, size: content.sizeOf(record.id) }, layers);
      const digest = digestOf(bytes);
      blobs.set(digest, bytes);
      index.push(...indexEntries(record, references, { mediaType: isOwn ? (own.manifest.mediaType ?? MEDIA.ociManifest) : MEDIA.ociManifest, digest, size: bytes.length }));
      list.push({ Config: blobPath(record.id), RepoTags: references.length === 0 ? null : references.map(familiar), Layers: layers.map((layer) => blobPath(layer.digest)), LayerSources: layerSources(record, layers) });
      for (const reference of references) (repositories[familiarName(reference)] ??= {})[reference.tag ?? 'latest'] = hexOf(record.config.rootfs.diff_ids.at(-1) ?? record.id);
    }
  } catch (error) {
    holds.dispose();
    throw error;
  }
  const lists: [string, Buffer][] = [
    ['oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}')],
    ['index.json', json({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: index })],
    ['manifest.json', json(list)],
    ...(Object.keys(repositories).length > 0 ? [['repositories', json(repositories)] as [string, Buffer]] : []),
  ];
  return write(stores, lists, blobs, holds, signal);
}

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);
const blobPath = (digest: Digest): string => `blobs/sha256/${hexOf(digest)}`;

function indexEntries({ config }: ImageRecord, references: readonly Reference[], manifest: Descriptor): Descriptor[] {
  const platform: Platform = { architecture: config.architecture, os: config.os, ...(config.variant !== undefined && { variant: config.variant }) };
  if (references.length === 0) return [{ ...manifest, platform }];
  return references.map((reference) => ({
    ...manifest, platform,
    annotations: { 'io.containerd.image.name': canonical(reference), 'org.opencontainers.image.ref.name': reference.tag ?? 'latest' },
  }));
}

/** What Docker 25+ adds, so that a reader knows each layer's media type without opening it. */
function layerSources({ config }: ImageRecord, layers: readonly Descriptor[]): Record<Digest, Descriptor> {
  return Object.fromEntries(config.rootfs.diff_ids.map((diffId, at) => [diffId, ociLayer(layers[at] as Descriptor)]));
}

const READ_BYTES = 1024 * 1024;

async function* write({ content }: Stores, lists: readonly [string, Buffer][], blobs: Map<Digest, Buffer | null>, holds: DisposableStack, signal: AbortSignal): AsyncGenerator<Buffer> {
  using _holds = holds;
  const header = (path: string, size: number) => tarHeader({ path, type: 'file', size, mode: 0o644, uid: 0, gid: 0, mtime: 0 });
  const folder = (path: string) => tarHeader({ path, type: 'dir', size: 0, mode: 0o755, uid: 0, gid: 0, mtime: 0 });
  for (const [path, bytes] of lists) yield Buffer.concat([header(path, bytes.length), bytes, tarPadding(bytes.length)]);
  yield Buffer.concat([folder('blobs/'), folder('blobs/sha256/')]);
  for (const [digest, bytes] of blobs) {
    if (bytes !== null) {
      yield Buffer.concat([header(blobPath(digest), bytes.length), bytes, tarPadding(bytes.length)]);
      continue;
    }
    const size = content.sizeOf(digest);
    yield header(blobPath(digest), size);
    await using file = await open(content.pathOf(digest), 'r');
    for (let position = 0; position < size;) {
      signal.throwIfAborted();
      const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, size - position));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) throw new Error(`blob ${digest} is shorter than it was`);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    const padding = tarPadding(size);
    if (padding.length > 0) yield padding;
  }
  yield TAR_END;
}

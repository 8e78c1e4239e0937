// Where a layer's bytes can be had: the blob it came in, another image's blob of the same layer, or its plain tar.
import type { Digest } from '../base/digest.ts';
import { NotFound } from '../wire/errors.ts';
import { MEDIA, parseManifest, type Descriptor, type Manifest } from './manifest.ts';
import type { Stores } from './register.ts';
import type { ImageRecord } from './store.ts';

/** The image's own manifest, byte for byte, when it came with one. Newest first. */
export async function ownManifest({ content }: Stores, record: ImageRecord): Promise<{ bytes: Buffer; manifest: Manifest; digest: Digest } | undefined> {
  for (const digest of record.manifests.toReversed()) {
    if (!content.has(digest)) continue;
    const bytes = await content.read(digest);
    const parsed = parseManifest(bytes, record.id);
    if ('manifest' in parsed && parsed.manifest.config.digest === record.id) return { bytes, manifest: parsed.manifest, digest };
  }
  return undefined;
}

/** A blob of the layer that is in the store. @throws NotFound when only its unpacked files are */
export function storedBlob(stores: Stores, record: ImageRecord, index: number): Descriptor {
  const diffId = record.config.rootfs.diff_ids[index] as Digest;
  const found = findBlob(stores, diffId, record.blobs[index]);
  if (found === undefined) throw new NotFound(`the bytes of layer ${diffId} are not in the store: pull the image again`);
  return found;
}

/**
 * The blob that an image's record names for a layer, so that the collector keeps it for this image: the wished one, or what another image has
 * of the same layer. null: the layer's plain tar, which is kept for every image, or nothing at all.
 */
export function keptBlob(stores: Stores, diffId: Digest, wished: Descriptor | null | undefined): Descriptor | null {
  const found = findBlob(stores, diffId, wished);
  return found === undefined || (found.digest === diffId && found !== wished) ? null : found;
}

function findBlob({ content, store }: Stores, diffId: Digest, wished: Descriptor | null | undefined): Descriptor | undefined {
  if (wished && content.has(wished.digest)) return wished;
  if (content.has(diffId)) return { mediaType: MEDIA.dockerLayer, digest: diffId, size: content.sizeOf(diffId) };
  for (const other of store.list()) {
    const at = other.config.rootfs.diff_ids.indexOf(diffId);
    const blob = at < 0 ? undefined : other.blobs[at];
    if (blob && content.has(blob.digest)) return blob;
  }
  return undefined;
}

/** Docker schema 2 for an image that came without a manifest. */
export function dockerManifest(config: Descriptor, layers: readonly Descriptor[]): Buffer {
  const plain = ({ mediaType, digest, size }: Descriptor) => ({ mediaType, size, digest });
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.dockerManifest, config: plain(config), layers: layers.map(plain) }, null, 3));
}

/** OCI form of the same, with OCI media types. */
export function ociManifest(config: Descriptor, layers: readonly Descriptor[]): Buffer {
  return Buffer.from(JSON.stringify({
    schemaVersion: 2, mediaType: MEDIA.ociManifest,
    config: { mediaType: MEDIA.ociConfig, digest: config.digest, size: config.size },
    layers: layers.map(ociLayer),
  }));
}

/** A layer's descriptor with OCI's media type. */
export const ociLayer = ({ mediaType, digest, size }: Descriptor): Descriptor => ({ mediaType: OCI_LAYER[mediaType] ?? mediaType, digest, size });

const OCI_LAYER: Record<string, string> = { [MEDIA.dockerLayer]: MEDIA.ociLayer, [MEDIA.dockerLayerGzip]: MEDIA.ociLayerGzip };

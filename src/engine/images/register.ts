// Where a configuration and its layers become an image: the last step of load, pull, import, commit and build.
import type { Digest } from '../base/digest.ts';
import { digestOf } from '../base/digest.ts';
import type { Content } from '../content/store.ts';
import type { OverlaySnapshots } from '../layers/snapshots.ts';
import type { Layers } from '../layers/store.ts';
import { NotFound } from '../wire/errors.ts';
import { keptBlob } from './layer-blobs.ts';
import { parseConfig, type Descriptor } from './manifest.ts';
import type { ImageRecord, ImageStore } from './store.ts';

export interface Stores {
  content: Content;
  layers: Layers;
  snapshots: OverlaySnapshots;
  store: ImageStore;
}

export interface Registration {
  /** the configuration, byte for byte */
  config: Uint8Array;
  /** what each layer came in, lowest first */
  blobs?: (Descriptor | null)[];
  manifests?: Digest[];
  parent?: Digest;
}

/** @throws NotFound when a layer is missing */
export async function registerImage(stores: Stores, { config: bytes, blobs, manifests = [], parent }: Registration): Promise<ImageRecord> {
  const { content, layers, snapshots, store } = stores;
  const id = digestOf(bytes);
  const config = parseConfig(bytes, id);
  const diffIds = config.rootfs.diff_ids;
  const absent = diffIds.find((diffId) => !layers.has(diffId));
  if (absent !== undefined) throw new NotFound(`no such layer: ${absent}`);
  using _config = content.hold(id);
  await content.put(bytes);
  const record = await store.add({
    id, config, manifests,
    blobs: diffIds.map((diffId, index) => keptBlob(stores, diffId, blobs?.[index])),
    ...(parent !== undefined && { parent }),
    sizeBytes: diffIds.reduce((sum, diffId) => sum + layers.get(diffId).sizeBytes, 0),
    createdAtMs: Date.now(),
  });
  snapshots.learn(diffIds);
  return record;
}

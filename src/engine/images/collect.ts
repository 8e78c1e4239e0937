// Garbage: what no image, snapshot, build or running transfer can reach. Marking is pure; sweeping asks the holds last.
import { chainIds, type ChainId, type Digest } from '../base/digest.ts';
import type { Stores } from './register.ts';
import type { ImageRecord } from './store.ts';

export interface Roots {
  images: readonly Pick<ImageRecord, 'id' | 'blobs' | 'manifests' | 'config'>[];
  /** layers that snapshots and builds stand on */
  layers: readonly Digest[];
}

export interface Reachable { blobs: Set<Digest>; layers: Set<Digest> }

/** What must stay. A layer's plain tar has the layer's own digest, so a reachable layer keeps the blob of that name too. */
export function mark({ images, layers }: Roots): Reachable {
  const reachable: Reachable = { blobs: new Set(layers), layers: new Set(layers) };
  for (const image of images) {
    reachable.blobs.add(image.id);
    for (const digest of image.manifests) reachable.blobs.add(digest);
    for (const blob of image.blobs) if (blob !== null) reachable.blobs.add(blob.digest);
    for (const diffId of image.config.rootfs.diff_ids) {
      reachable.layers.add(diffId);
      reachable.blobs.add(diffId);
    }
  }
  return reachable;
}

export interface Swept { layers: Digest[]; blobs: Digest[]; bytes: number }

export interface Collector extends AsyncDisposable {
  /** Removes everything unreachable and unheld. Runs that are asked for while one runs share the next one. */
  collect(): Promise<Swept>;
  /**
   * The stacks, uppermost first, that nothing needs any more now that an image with these layers is gone. What Docker reports as deleted.
   */
  released(diffIds: readonly Digest[]): ChainId[];
}

/** @param chainsInUse stacks that builds still want; asked anew each time */
export function createCollector({ content, layers, snapshots, store }: Stores, chainsInUse: () => Iterable<ChainId>): Collector {
  let running: Promise<Swept> | undefined;
  let queued: Promise<Swept> | undefined;

  const sweep = async (): Promise<Swept> => {
    const wanted = new Set(chainsInUse());
    const kept = snapshots.roots();
    const fromChains: Digest[] = [];
    const imageChains = new Set<ChainId>();
    for (const chain of kept.chains) {
      if (wanted.has(chain) || snapshots.isFresh(chain)) fromChains.push(...snapshots.layersOf(chain));
      else imageChains.add(chain);
    }
    for (const chain of imageChains) await snapshots.forget(chain);
    const reachable = mark({ images: store.list(), layers: [...kept.snapshots.flat(), ...fromChains] });
    const swept: Swept = { layers: [], blobs: [], bytes: 0 };
    for (const layer of layers.list()) {
      if (reachable.layers.has(layer.diffId) || layers.isHeld(layer.diffId)) continue;
      swept.layers.push(layer.diffId);
      swept.bytes += layer.sizeBytes;
      await layers.remove(layer.diffId);
    }
    for (const digest of content.list()) {
      if (reachable.blobs.has(digest) || content.isHeld(digest)) continue;
      swept.blobs.push(digest);
      await content.remove(digest);
    }
    return swept;
  };

  const run = (): Promise<Swept> => {
    running = sweep().finally(() => { running = undefined; });
    return running;
  };

  const collect = (): Promise<Swept> => {
    if (running === undefined) return run();
    queued ??= running.catch(() => {}).then(() => { // its own caller hears of that failure
      queued = undefined;
      return run();
    });
    return queued;
  };

  return {
    collect,
    released(diffIds) {
      const wanted = [...chainsInUse()].flatMap((chain) => { try { return [snapshots.layersOf(chain)]; } catch { return []; } }); // not built here
      const keptLayers = Math.max(0, ...[...store.list().map((record) => record.config.rootfs.diff_ids), ...snapshots.roots().snapshots, ...wanted].map((other) => commonLength(diffIds, other)));
      return chainIds(diffIds).slice(keptLayers).reverse();
    },
    async [Symbol.asyncDispose]() {
      await (queued ?? running)?.catch(() => {}); // told to whoever asked for it
    },
  };
}

/** Does the work; when it fails, what it had stored already is removed before the failure is told. */
export async function orCollect<T>(collector: Collector, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await collector.collect().catch(() => {}); // the first failure counts; what is left is swept after the next removal and at the start
    throw error;
  }
}

/** How many layers from the bottom two stacks have in common. */
function commonLength(a: readonly Digest[], b: readonly Digest[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

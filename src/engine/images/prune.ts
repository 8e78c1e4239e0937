// `docker image prune` and the image part of `docker system df`.
import type { EventBus } from '../base/events.ts';
import type { Collector } from './collect.ts';
import type { Layers } from '../layers/store.ts';
import { familiar } from '../registry/reference.ts';
import type { ImageUser, Removed } from './remove.ts';
import { selectImages, type ImageFilters } from './show.ts';
import type { ImageRecord, ImageStore } from './store.ts';

export interface PruneNeeds { store: ImageStore; layers: Layers; collector: Collector; events: EventBus; users: () => readonly ImageUser[] }

/** Images that a prune takes: dangling ones, or (`dangling=false`) all that no container uses. */
export function prunable({ store, users }: Pick<PruneNeeds, 'store' | 'users'>, filters: ImageFilters): ImageRecord[] {
  const used = new Set(users().map((user) => user.imageId));
  const onlyDangling = filters.dangling !== false;
  const { dangling: _dangling, ...others } = filters;
  const chosen = selectImages(store, onlyDangling ? { ...others, dangling: true } : others, { all: true }).map(({ record }) => record).filter((record) => !used.has(record.id));
  const going = new Set(chosen.map((record) => record.id));
  const keepsParent = new Set(store.list().filter((record) => !going.has(record.id)).map((record) => record.parent));
  return chosen.filter((record) => !keepsParent.has(record.id));
}

export async function pruneImages(needs: PruneNeeds, filters: ImageFilters): Promise<{ ImagesDeleted: Removed[] | null; SpaceReclaimed: number }> {
  const { store, collector, events } = needs;
  const removed: Removed[] = [];
  for (const record of prunable(needs, filters)) {
    const names = store.referencesOf(record.id).map(familiar);
    await store.delete(record.id);
    for (const name of names) {
      removed.push({ Untagged: name });
      events.publish('image', 'untag', record.id, { name });
    }
    removed.push({ Deleted: record.id });
    events.publish('image', 'delete', record.id, { name: record.id });
    for (const chain of collector.released(record.config.rootfs.diff_ids)) removed.push({ Deleted: chain });
  }
  const swept = await collector.collect();
  events.publish('image', 'prune', '', { reclaimed: String(swept.bytes) });
  return { ImagesDeleted: removed.length === 0 ? null : removed, SpaceReclaimed: swept.bytes };
}

/** Bytes of all layers that images use, each once. */
export function layersSize({ store, layers }: { store: ImageStore; layers: Layers }): number {
  const seen = new Set(store.list().flatMap((record) => record.config.rootfs.diff_ids));
  let bytes = 0;
  for (const diffId of seen) if (layers.has(diffId)) bytes += layers.get(diffId).sizeBytes;
  return bytes;
}

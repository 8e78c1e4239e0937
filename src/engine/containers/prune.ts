// POST /containers/prune: removes stopped containers that the filters choose.
import type { Parts } from './parts.ts';
import { sizeOf } from './inspect.ts';
import type { ListFilters } from './list.ts';
import { isUp } from './record.ts';
import { removeContainer } from './remove.ts';

/** @param untilMs only those created before */
export async function pruneContainers(parts: Parts, filters: ListFilters, untilMs: number | undefined): Promise<{ ContainersDeleted: string[]; SpaceReclaimed: number }> {
  const deleted: string[] = [];
  let reclaimed = 0;
  for (const container of parts.store.all()) {
    const { record } = container;
    if (isUp(record) || record.state === 'restarting' || record.state === 'removing') continue;
    if ((untilMs !== undefined && record.createdAtMs >= untilMs) || !filters.matchesLabels(record.config.Labels)) continue;
    try {
      const { SizeRw } = await sizeOf(parts, record);
      await removeContainer(parts, container, { force: false, volumes: false });
      deleted.push(record.id);
      reclaimed += SizeRw;
    } catch (error) {
      parts.log.warn('prune left a container', { id: record.id, error });
    }
  }
  parts.events.publish('container', 'prune', '', { reclaimed: String(reclaimed) });
  return { ContainersDeleted: deleted, SpaceReclaimed: reclaimed };
}

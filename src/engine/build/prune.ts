// The build cache as `docker system df` and `docker builder prune` see it: one entry per step that made a layer, one per cache mount.
import type { BuildCache } from '@docker/node-sdk';
import { InvalidParameter } from '../wire/errors.ts';
import type { Builder } from './builder.ts';
import type { StepRecord } from './cache-store.ts';
import { bytesOf } from './dockerfile/mount.ts';
import { durationNs } from './dockerfile/arguments.ts';

export interface PruneOptions {
  /** also what an image still uses: here a step is shared with images either way, so it only makes future builds slower */
  all: boolean;
  /** stop when no more than this is kept */
  keepBytes: number | undefined;
  /** only what was last used before this */
  unusedSinceMs: number | undefined;
  /** only entries whose id begins so */
  id: string | undefined;
}

/** @throws InvalidParameter for an unknown filter */
export function pruneOptions(query: URLSearchParams): Omit<PruneOptions, 'all'> {
  const keep = query.get('keep-storage') ?? query.get('reserved-space') ?? query.get('max-used-space');
  const filters = filtersOf(query.get('filters'));
  let unusedSinceMs: number | undefined;
  for (const key of Object.keys(filters)) if (!['until', 'unused-for', 'id'].includes(key)) throw new InvalidParameter(`invalid filter '${key}'`);
  const until = filters['until']?.[0] ?? filters['unused-for']?.[0];
  if (until !== undefined) {
    const ns = durationNs(until);
    const at = ns === undefined ? (/^\d+$/.test(until) ? Number(until) * 1000 : Date.parse(until)) : Date.now() - ns / 1e6;
    if (Number.isNaN(at)) throw new InvalidParameter(`invalid filter until=${until}`);
    unusedSinceMs = at;
  }
  return { keepBytes: keep === null || keep === '' || keep === '0' ? undefined : bytesOf(keep), unusedSinceMs, id: filters['id']?.[0] };
}

function filtersOf(text: string | null): Record<string, string[]> {
  if (text === null || text === '') return {};
  try {
    const parsed = JSON.parse(text) as Record<string, string[] | Record<string, boolean>>;
    return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, Array.isArray(value) ? value : Object.keys(value)]));
  } catch (error) {
    throw new InvalidParameter('filters is not JSON', { cause: error });
  }
}

export async function cacheEntries(builder: Builder): Promise<BuildCache[]> {
  const steps = builder.cache.records().map(({ key, parent, text, sizeBytes, created, usedAtMs, uses }): BuildCache => ({
    ID: key.slice(0, 25), Parents: [parent.slice(0, 25)], Type: 'regular', Description: text, InUse: false, Shared: false, Size: sizeBytes,
    CreatedAt: created, LastUsedAt: new Date(usedAtMs).toISOString(), UsageCount: uses,
  }));
  const mounts = (await builder.cacheMounts.list()).map(({ id, name, sizeBytes, createdAtMs, usedAtMs, inUse }): BuildCache => ({
    ID: id, Type: 'exec.cachemount', Description: `cache mount ${name}`, InUse: inUse, Shared: false, Size: sizeBytes,
    CreatedAt: new Date(createdAtMs).toISOString(), LastUsedAt: new Date(usedAtMs).toISOString(), UsageCount: 1,
  }));
  return [...steps, ...mounts];
}

/** Removes entries, least recently used first. Layers that nothing else needs are collected by their owner afterwards. */
export async function pruneCache(builder: Builder, options: PruneOptions): Promise<{ removed: string[]; reclaimedBytes: number }> {
  const mounts = (await builder.cacheMounts.list()).map((mount) => ({ id: mount.id, sizeBytes: mount.sizeBytes, usedAtMs: mount.usedAtMs, step: undefined as StepRecord | undefined }));
  const steps = builder.cache.records().map((step) => ({ id: step.key.slice(0, 25), sizeBytes: step.sizeBytes, usedAtMs: step.usedAtMs, step: step as StepRecord | undefined }));
  const all = [...mounts, ...steps].sort((a, b) => a.usedAtMs - b.usedAtMs);
  let kept = all.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  const removed: string[] = [];
  const keys = new Set<string>();
  let reclaimedBytes = 0;
  for (const entry of all) {
    if (options.keepBytes !== undefined && kept <= options.keepBytes) break;
    if (options.unusedSinceMs !== undefined && entry.usedAtMs >= options.unusedSinceMs) continue;
    if (options.id !== undefined && !entry.id.startsWith(options.id)) continue;
    if (entry.step) keys.add(entry.step.key);
    else if (!(await builder.cacheMounts.remove(entry.id))) continue;
    kept -= entry.sizeBytes;
    reclaimedBytes += entry.sizeBytes;
    removed.push(entry.id);
  }
  if (keys.size > 0) {
    await builder.cache.remove(keys);
    await builder.collect();
  }
  return { removed, reclaimedBytes };
}

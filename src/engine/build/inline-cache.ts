// Cache that travels inside an image: `BUILDKIT_INLINE_CACHE=1` (as a build arg) writes the keys of the image's steps into its
// configuration, `--cache-from IMAGE` takes them over. Keys are hashes; whoever names an image there trusts what it says.
import { chainIds } from '../base/digest.ts';
import type { Image } from '../needs.ts';
import type { CacheStore, StepRecord } from './cache-store.ts';

const FIELD = 'gantry.build.cache.v1';

/** One step: its keys, and how many of the image's layers lie below its end. */
interface InlineStep { key: string; parent: string; layers: number; isLayer: boolean; sizeBytes: number; created: string; text: string }

/** What to add to an image's configuration. @param firstLayers layers of the base image */
export function inlineCache(records: readonly StepRecord[], firstLayers: number): Record<string, unknown> {
  let layers = firstLayers;
  const steps = records.map(({ key, parent, diffId, sizeBytes, created, text }): InlineStep => {
    if (diffId !== null) layers++;
    return { key, parent, layers, isLayer: diffId !== null, sizeBytes, created, text };
  });
  return { [FIELD]: steps };
}

/** Makes the steps of an image known to the cache. @returns how many were new */
export function importInlineCache(cache: CacheStore, image: Image): number {
  const steps = image.config[FIELD];
  if (!Array.isArray(steps)) return 0;
  const diffIds = image.config.rootfs.diff_ids;
  const chains = chainIds(diffIds);
  let added = 0;
  for (const step of steps as Partial<InlineStep>[]) {
    const { key, parent, layers, isLayer, sizeBytes, created, text } = step;
    if (typeof key !== 'string' || typeof parent !== 'string' || typeof created !== 'string' || typeof layers !== 'number' || layers > diffIds.length || cache.find(key)) continue;
    cache.add({
      key, parent, chainId: chains[layers - 1] ?? null, diffId: isLayer ? (diffIds[layers - 1] ?? null) : null,
      sizeBytes: sizeBytes ?? 0, created, text: text ?? '', usedAtMs: Date.now(), uses: 0,
    });
    added++;
  }
  return added;
}

export const withoutInlineCache = ({ [FIELD]: _inline, ...rest }: Record<string, unknown>): Record<string, unknown> => rest;

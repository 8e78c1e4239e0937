// Which layers all images of an engine are made of, and what each weighs: the base of "shared with", exact prune sums and the space map.
// An image never changes, so what was read of it is kept per connection; only new images cost requests.
import type { HistoryStep, ImageDetail, ImageRow, LayerMap } from '../contract/images.ts';
import type { DockerClient } from '../docker/client.ts';
import { isNotFound } from './not-found.ts';

export interface ImageLayer { diffId: string; sizeBytes: number; createdBy: string }

const AT_ONCE = 8;
const known = new WeakMap<DockerClient, Map<string, ImageLayer[]>>();

export async function layerMap(client: DockerClient, signal: AbortSignal | undefined): Promise<LayerMap> {
  const rows = await client.json<ImageRow[]>('GET', '/images/json', { signal });
  const kept = known.get(client) ?? new Map<string, ImageLayer[]>();
  known.set(client, kept);
  const ids = [...new Set(rows.map((row) => row.Id))];
  const missing = ids.filter((id) => !kept.has(id));
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let id = missing.pop(); id !== undefined; id = missing.pop()) {
      const layers = await readLayers(client, id, signal);
      if (layers) kept.set(id, layers);
    }
  }));
  for (const id of kept.keys()) if (!ids.includes(id)) kept.delete(id);
  return numbered(ids.flatMap((id) => (kept.has(id) ? [{ id, layers: kept.get(id) as ImageLayer[] }] : [])));
}

async function readLayers(client: DockerClient, id: string, signal: AbortSignal | undefined): Promise<ImageLayer[] | undefined> {
  try {
    const [detail, history] = await Promise.all([
      client.json<ImageDetail>('GET', `/images/${id}/json`, { signal }),
      client.json<HistoryStep[]>('GET', `/images/${id}/history`, { signal }),
    ]);
    return layersOf(detail.RootFS?.Layers ?? [], history);
  } catch (error) {
    if (isNotFound(error)) return undefined; // removed while we read
    throw error;
  }
}

/**
 * Tells which history step made which layer. `GET /images/{name}/history` does not say which steps are empty; steps with bytes have a
 * layer for sure, and when layers are left over they are the zero-byte steps that look like file system work.
 * @param history newest first, as the engine gives it
 */
export function layersOf(diffIds: string[], history: HistoryStep[]): ImageLayer[] {
  const steps = history.toReversed();
  const weighty = steps.filter((step) => step.Size > 0).length;
  let spare = diffIds.length - weighty;
  const made = steps.filter((step) => {
    if (step.Size > 0) return true;
    if (spare <= 0 || !mayWriteFiles(step.CreatedBy)) return false;
    spare--;
    return true;
  });
  return diffIds.map((diffId, index) => ({ diffId, sizeBytes: made[index]?.Size ?? 0, createdBy: made[index]?.CreatedBy ?? '' }));
}

const WITHOUT_FILES = /^(?:\/bin\/sh -c #\(nop\)\s+)?(?:ENV|CMD|LABEL|EXPOSE|ENTRYPOINT|USER|VOLUME|ARG|STOPSIGNAL|HEALTHCHECK|SHELL|MAINTAINER|ONBUILD)\b/;

function mayWriteFiles(createdBy: string): boolean {
  return !WITHOUT_FILES.test(createdBy);
}

/** Layers with the same stack below them become one. */
export function numbered(images: { id: string; layers: ImageLayer[] }[]): LayerMap {
  const layers: ImageLayer[] = [];
  const numbers = new Map<string, number>();
  return {
    images: images.map((image) => {
      let below = -1;
      return {
        id: image.id,
        layers: image.layers.map((layer) => {
          const chain = `${below} ${layer.diffId}`;
          const number = numbers.get(chain) ?? layers.push(layer) - 1;
          numbers.set(chain, number);
          below = number;
          return number;
        }),
      };
    }),
    layers,
  };
}

// Questions about shared layers, answered from the layer map of one host.
import type { LayerMap } from '../../main/contract/images.ts';

export interface Share { sharedBytes: number; uniqueBytes: number }

/** How many images use each layer. */
export function users(map: LayerMap): number[] {
  const counts = map.layers.map(() => 0);
  for (const image of map.images) for (const layer of image.layers) counts[layer] = (counts[layer] ?? 0) + 1;
  return counts;
}

/** Bytes of each image that others use too, and bytes that only it holds. */
export function shares(map: LayerMap): Map<string, Share> {
  const counts = users(map);
  return new Map(map.images.map((image) => {
    const share: Share = { sharedBytes: 0, uniqueBytes: 0 };
    for (const layer of image.layers) share[(counts[layer] ?? 0) > 1 ? 'sharedBytes' : 'uniqueBytes'] += map.layers[layer]?.sizeBytes ?? 0;
    return [image.id, share];
  }));
}

/** Bytes that go when exactly these images are removed: layers that no other image holds, each once. */
export function bytesFreed(map: LayerMap, ids: ReadonlySet<string>): number {
  const kept = new Set(map.images.filter((image) => !ids.has(image.id)).flatMap((image) => image.layers));
  const gone = new Set(map.images.filter((image) => ids.has(image.id)).flatMap((image) => image.layers.filter((layer) => !kept.has(layer))));
  return [...gone].reduce((sum, layer) => sum + (map.layers[layer]?.sizeBytes ?? 0), 0);
}

/** For each layer of an image, lowest first: what it is, and which other images hold it. */
export function stackOf(map: LayerMap, id: string): { index: number; diffId: string; sizeBytes: number; createdBy: string; sharedWith: string[] }[] {
  const own = map.images.find((image) => image.id === id)?.layers ?? [];
  return own.flatMap((index) => {
    const layer = map.layers[index];
    return layer ? [{ index, ...layer, sharedWith: map.images.filter((image) => image.id !== id && image.layers.includes(index)).map((image) => image.id) }] : [];
  });
}

/** Layers that several images hold, the largest first. */
export function sharedLayers(map: LayerMap): { diffId: string; sizeBytes: number; createdBy: string; images: string[] }[] {
  const holders = map.layers.map((): string[] => []);
  for (const image of map.images) for (const layer of image.layers) holders[layer]?.push(image.id);
  return map.layers.flatMap((layer, index) => ((holders[index]?.length ?? 0) > 1 ? [{ ...layer, images: holders[index] as string[] }] : [])).toSorted((a, b) => b.sizeBytes - a.sizeBytes);
}

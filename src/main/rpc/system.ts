// The engine as a whole, over the contract.
import type { DiskUsage, DockerEvent, SystemInfo } from '../contract/system.ts';
import type { LayerMap } from '../contract/images.ts';
import { engineInfo } from '../docker/version.ts';
import { rpc } from './base.ts';
import { layerMap } from './image-layers.ts';
import { live } from './live.ts';
import { load } from './load.ts';

export const systemRouter = rpc.system.router({
  engine: rpc.system.engine.handler(async ({ context, input, signal }) => engineInfo(await context.client(input.host, signal), signal)),
  info: rpc.system.info.handler(async ({ context, input, signal }) => (await context.client(input.host, signal)).json<SystemInfo>('GET', '/info', { signal })),
  diskUsage: rpc.system.diskUsage.handler(async ({ context, input, signal }) => {
    const client = await context.client(input.host, signal);
    const df = await client.json<Df>('GET', '/system/df', { signal });
    return usage(df, (df.Images?.length ?? 0) <= MAPPED_IMAGES ? await layerMap(client, signal) : undefined);
  }),
  live: rpc.system.live.handler(({ context, input, signal }) => live(context.hosts, input.host, signal)),
  recentEvents: rpc.system.recentEvents.handler(async ({ context, input, signal }) => {
    const client = await context.client(input.host, signal);
    const now = Date.now() / 1000;
    return Array.fromAsync(client.lines<DockerEvent>('GET', '/events', { query: { since: (now - input.seconds).toFixed(3), until: now.toFixed(3) }, signal }));
  }),
  load: rpc.system.load.handler(async function* ({ context, input, signal }) {
    yield* load(await context.client(input.host, signal), signal);
  }),
});

/** Reading which layers an image has costs requests (once each); beyond so many images the sum of their own bytes must do. */
const MAPPED_IMAGES = 500;

/** Engine API v1.43, GET /system/df; lists may be null. */
export interface Df {
  LayersSize?: number;
  Images?: { Id: string; Containers: number; Size: number; SharedSize: number }[] | null;
  Containers?: { State: string; SizeRw?: number }[] | null;
  Volumes?: { UsageData?: { Size: number; RefCount: number } | null }[] | null;
  BuildCache?: { InUse: boolean; Shared: boolean; Size: number }[] | null;
}

/**
 * The sums of `docker system df`, but for what unused images would give back: docker counts every layer that two images share as
 * reclaimable, although it stays as long as one of them is used.
 */
export function usage(df: Df, map: LayerMap | undefined): DiskUsage {
  const images = df.Images ?? [];
  const containers = df.Containers ?? [];
  const volumes = df.Volumes ?? [];
  const cache = df.BuildCache ?? [];
  const sum = <T>(list: T[], size: (item: T) => number) => list.reduce((total, item) => total + Math.max(0, size(item)), 0);
  const isRunning = (container: { State: string }) => container.State === 'running' || container.State === 'paused';
  const unused = images.filter((image) => image.Containers <= 0);
  const layers = df.LayersSize ?? sum(images, (image) => image.Size);
  return {
    images: { count: images.length, active: images.filter((image) => image.Containers > 0).length, sizeBytes: layers, reclaimableBytes: map ? bytesOnlyIn(map, new Set(unused.map((image) => image.Id))) : sum(unused, (image) => image.Size - Math.max(0, image.SharedSize)) },
    containers: {
      count: containers.length,
      active: containers.filter(isRunning).length,
      sizeBytes: sum(containers, (container) => container.SizeRw ?? 0),
      reclaimableBytes: sum(containers.filter((container) => !isRunning(container)), (container) => container.SizeRw ?? 0),
    },
    volumes: {
      count: volumes.length,
      active: volumes.filter((volume) => (volume.UsageData?.RefCount ?? 0) > 0).length,
      sizeBytes: sum(volumes, (volume) => volume.UsageData?.Size ?? 0),
      reclaimableBytes: sum(volumes.filter((volume) => (volume.UsageData?.RefCount ?? 0) === 0), (volume) => volume.UsageData?.Size ?? 0),
    },
    buildCache: {
      count: cache.length,
      active: cache.filter((item) => item.InUse).length,
      sizeBytes: sum(cache.filter((item) => !item.Shared), (item) => item.Size),
      reclaimableBytes: sum(cache.filter((item) => !item.InUse && !item.Shared), (item) => item.Size),
    },
  };
}

/** Bytes of the layers that no other image holds, each once. */
function bytesOnlyIn({ images, layers }: LayerMap, ids: ReadonlySet<string>): number {
  const kept = new Set(images.filter(({ id }) => !ids.has(id)).flatMap((image) => image.layers));
  const gone = new Set(images.filter(({ id }) => ids.has(id)).flatMap((image) => image.layers.filter((layer) => !kept.has(layer))));
  return [...gone].reduce((total, layer) => total + (layers[layer]?.sizeBytes ?? 0), 0);
}

// The engine as a whole, over the contract.
import type { DiskUsage, DockerEvent, SystemInfo } from '../contract/system.ts';
import { engineInfo } from '../docker/version.ts';
import { rpc } from './base.ts';
import { live } from './live.ts';
import { load } from './load.ts';

export const systemRouter = rpc.system.router({
  engine: rpc.system.engine.handler(async ({ context, input, signal }) => engineInfo(await context.client(input.host, signal), signal)),
  info: rpc.system.info.handler(async ({ context, input, signal }) => (await context.client(input.host, signal)).json<SystemInfo>('GET', '/info', { signal })),
  diskUsage: rpc.system.diskUsage.handler(async ({ context, input, signal }) => usage(await (await context.client(input.host, signal)).json<Df>('GET', '/system/df', { signal }))),
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

/** Engine API v1.43, GET /system/df; lists may be null. */
interface Df {
  LayersSize?: number;
  Images?: { Containers: number; Size: number; SharedSize: number }[] | null;
  Containers?: { State: string; SizeRw?: number }[] | null;
  Volumes?: { UsageData?: { Size: number; RefCount: number } | null }[] | null;
  BuildCache?: { InUse: boolean; Shared: boolean; Size: number }[] | null;
}

/** The same sums as `docker system df` shows. */
export function usage(df: Df): DiskUsage {
  const images = df.Images ?? [];
  const containers = df.Containers ?? [];
  const volumes = df.Volumes ?? [];
  const cache = df.BuildCache ?? [];
  const sum = <T>(list: T[], size: (item: T) => number) => list.reduce((total, item) => total + Math.max(0, size(item)), 0);
  const isRunning = (container: { State: string }) => container.State === 'running' || container.State === 'paused';
  const usedImages = sum(images.filter((image) => image.Containers > 0), (image) => image.Size - Math.max(0, image.SharedSize));
  const layers = df.LayersSize ?? sum(images, (image) => image.Size);
  return {
    images: { count: images.length, active: images.filter((image) => image.Containers > 0).length, sizeBytes: layers, reclaimableBytes: Math.max(0, layers - usedImages) },
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

// GET /system/df: what images, containers, volumes and build cache take. Engine API v1.47, "SystemDataUsage".
// Each owner gives its own list; `type` asks for some of them only.
import { layersSize } from '../../images/prune.ts';
import { layerUse, selectImages, summary } from '../../images/show.ts';
import type { ImageDomain } from '../../images/images.ts';
import { InvalidParameter } from '../../wire/errors.ts';
import { json } from '../reply.ts';
import { get, type Route } from '../router.ts';

export interface DiskUsageNeeds {
  images: ImageDomain;
  /** ContainerSummary with SizeRw and SizeRootFs */
  containers: () => Promise<readonly unknown[]>;
  /** Volume with UsageData */
  volumes: () => Promise<readonly unknown[]>;
  /** BuildCache */
  buildCache: () => Promise<readonly unknown[]>;
}

const TYPES = ['container', 'image', 'volume', 'build-cache'];

export function diskUsageRoutes({ images, containers, volumes, buildCache }: DiskUsageNeeds): Route[] {
  const { store, layers } = images.stores;
  return [
    get('/system/df', async (call) => {
      const types = call.query.getAll('type');
      const unknown = types.find((type) => !TYPES.includes(type));
      if (unknown !== undefined) throw new InvalidParameter(`unknown object type: ${unknown}`);
      const wants = (type: string) => types.length === 0 || types.includes(type);
      const [containerList, volumeList, cacheList] = await Promise.all([
        wants('container') ? containers() : null, wants('volume') ? volumes() : null, wants('build-cache') ? buildCache() : null,
      ]);
      const all = wants('image') ? selectImages(store, { labels: () => true, references: [] }, { all: false }) : null;
      const use = layerUse(store);
      const users = images.users();
      return json({
        LayersSize: all === null ? 0 : layersSize({ store, layers }),
        Images: all?.map((image) => summary({ layers }, image, { shared: use, users }, call.apiVersion)) ?? null,
        Containers: containerList,
        Volumes: volumeList,
        BuildCache: cacheList,
        ...(call.apiVersion[0] === 1 && call.apiVersion[1] < 42 && { BuilderSize: 0 }),
      });
    }),
  ];
}

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
  const { store, layers, snapshots } = images.stores;
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
      return json({
        LayersSize: all === null ? 0 : layersSize({ store, layers }),
        Images: all?.map((image) => summary({ store, layers, snapshots, users: images.users }, image, use, call.apiVersion)) ?? null,
        Containers: containerList,
        Volumes: volumeList,
        BuildCache: cacheList,
        BuilderSize: 0,
      });
    }),
  ];
}

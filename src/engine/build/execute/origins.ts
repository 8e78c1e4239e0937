// Trees that `--from` names: finished stages, images, named contexts. Each is mounted once per build, when it is first read.
import type { ChainId } from '../../base/digest.ts';
import type { BaseImages } from '../base-images.ts';
import { diskTree } from '../context/disk-tree.ts';
import type { SourceTree } from '../context/source-tree.ts';
import type { Origin } from '../graph.ts';
import type { Platform } from '../platform.ts';
import type { BuildRequest } from '../request.ts';
import type { OriginFiles } from './execution.ts';
import type { LayerMaker } from './layer.ts';

export interface Origins extends AsyncDisposable {
  get(origin: Origin, progress: (message: unknown) => void): Promise<OriginFiles>;
  /** A stage's result, as soon as it is known. */
  setStage(index: number, chain: Promise<ChainId | null>): void;
}

export function openOrigins({ layers, bases, target, request }: { layers: LayerMaker; bases: BaseImages; target: Platform; request: BuildRequest }): Origins {
  const stages = new Map<number, Promise<ChainId | null>>();
  const views = new Map<ChainId | null, Promise<{ rootfs: string } & AsyncDisposable>>();
  const treeOf = async (chain: ChainId | null): Promise<SourceTree> => {
    const known = views.get(chain) ?? layers.view(chain);
    views.set(chain, known);
    return diskTree((await known).rootfs);
  };
  const chainOf = async (origin: Origin, progress: (message: unknown) => void): Promise<ChainId | null> => {
    switch (origin.kind) {
      case 'scratch': return null;
      case 'stage': return stages.get(origin.index) ?? null;
      case 'image': return (await bases.get(origin.reference, target, progress)).chainId;
      case 'named': return (await bases.get(request.namedContexts.get(origin.name) as string, target, progress)).chainId;
    }
  };
  return {
    setStage: (index, chain) => void stages.set(index, chain),
    async get(origin, progress) {
      const chainId = await chainOf(origin, progress);
      return { chainId, tree: () => treeOf(chainId) };
    },
    async [Symbol.asyncDispose]() {
      const opened = await Promise.allSettled(views.values());
      views.clear();
      const closed = await Promise.allSettled(opened.flatMap((view) => (view.status === 'fulfilled' ? [view.value[Symbol.asyncDispose]()] : [])));
      const errors = closed.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      if (errors.length > 0) throw new AggregateError(errors, 'views of a build could not be closed');
    },
  };
}

// Where in its Dockerfile each line of an image's history was written: known when the image was built on its host and the build is
// still in the host's history.
import { queryOptions } from '@tanstack/react-query';
import type { ExplorerImage } from '../../main/contract/layers.ts';
import { applyEvent, emptyBuild, imageSteps } from '../builds/build-model.ts';
import { rpc } from '../rpc.ts';

export interface DockerfileLines {
  /** address of the build in the app */
  href: string;
  file: string;
  /** by index of the image's history */
  lines: ReadonlyMap<number, { first: number; last: number }>;
}

export function dockerfileLines(host: string, { imageId, history }: Pick<ExplorerImage, 'imageId' | 'history'>) {
  return queryOptions({
    queryKey: [host, 'layers-dockerfile', imageId] as const,
    queryFn: async ({ signal }): Promise<DockerfileLines | null> => {
      const built = (await rpc.builds.list({ host }, { signal })).filter((row) => row.imageId === imageId && row.state === 'done').toSorted((a, b) => b.startedAtMs - a.startedAtMs)[0];
      if (built === undefined) return null;
      const build = emptyBuild(built.id);
      for await (const event of await rpc.builds.follow({ host, id: built.id }, { signal })) if (event.type !== 'log' && event.type !== 'progress') applyEvent(build, event);
      const made = imageSteps(build);
      const base = history.length - made.length; // lines of the base image come first
      if (base < 0) return null; // the build squashed its steps
      return { href: `/builds/${host}/${encodeURIComponent(built.id)}`, file: built.request.dockerfile || 'Dockerfile', lines: new Map(made.map(({ plan }, index) => [base + index, { first: plan.startLine, last: plan.endLine }])) };
    },
  });
}

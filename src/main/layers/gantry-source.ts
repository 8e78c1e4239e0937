// Images of our own engine: it made the tree files while it unpacked, and its layers are folders (api/routes/layers.ts).
import type { DockerClient } from '../docker/client.ts';
import { NotFound } from '../../engine/wire/errors.ts';
import type { ContentSource } from './content.ts';
import type { ImageMeta } from './thread-protocol.ts';

const path = (image: string, rest: string) => `/gantry/images/${image.split('/').map(encodeURIComponent).join('/')}/layers${rest}`;

/** All of an image's tree files, fetched side by side. @throws DockerError */
export async function gantryTrees(client: DockerClient, image: string, signal?: AbortSignal): Promise<{ meta: ImageMeta; trees: Uint8Array[] }> {
  const meta = await client.json<ImageMeta>('GET', path(image, '/meta'), { signal });
  const trees = await Promise.all(meta.layers.map((_, index) => gantryTree(client, image, index, signal)));
  return { meta, trees };
}

/** The tree file of one layer. @throws DockerError */
export async function gantryTree(client: DockerClient, image: string, index: number, signal?: AbortSignal): Promise<Uint8Array> {
  const body = await client.raw('GET', path(image, `/${index}/tree`), { signal });
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function gantryContent(client: DockerClient, imageId: string): ContentSource {
  return {
    async *read(layer, file, signal) {
      const path64 = Buffer.from(file.bytePath, 'latin1').toString('base64url');
      const body = await client.raw('GET', path(imageId, `/${layer}/file`), { query: { path64 }, signal });
      try {
        yield* body as AsyncIterable<Buffer>;
      } finally {
        body.destroy();
      }
    },
    isSequential: () => false,
    tar: () => { throw new NotFound('this engine gives files, not whole layers'); },
  };
}

// Builds over the contract.
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { InvalidParameter } from '../../engine/wire/errors.ts';
import { describeFolder, folderPath } from '../builds/context-folder.ts';
import { checkDockerfile } from '../builds/dockerfile-check.ts';
import { rpc } from './base.ts';

interface WireCache { ID?: string; Type?: string; Description?: string; Size?: number; UsageCount?: number; LastUsedAt?: string | null; InUse?: boolean }

export const buildsRouter = rpc.builds.router({
  list: rpc.builds.list.handler(async ({ context, input, signal }) => context.builds.list(input.host, await context.client(input.host, signal), signal)),
  start: rpc.builds.start.handler(async ({ context, input, signal }) => context.builds.start(input.host, await context.client(input.host, signal), input.source, input.options)),
  follow: rpc.builds.follow.handler(async function* ({ context, input, signal }) {
    yield* context.builds.follow(input.host, await context.client(input.host, signal), input.id, signal);
  }),
  cancel: rpc.builds.cancel.handler(async ({ context, input, signal }) => context.builds.cancel(input.host, await context.client(input.host, signal), input.id)),
  remove: rpc.builds.remove.handler(async ({ context, input, signal }) => context.builds.remove(input.host, await context.client(input.host, signal), input.id)),
  check: rpc.builds.check.handler(({ input }) => checkDockerfile(input.text)),
  folder: rpc.builds.folder.handler(({ input }) => describeFolder(input.path)),
  readFile: rpc.builds.readFile.handler(async ({ input }) => ({ text: await readFile(inside(input.path, input.name), 'utf8') })),
  writeFile: rpc.builds.writeFile.handler(({ input }) => writeFile(inside(input.path, input.name), input.text)),
  cache: rpc.builds.cache.handler(async ({ context, input, signal }) => {
    const { BuildCache } = await (await context.client(input.host, signal)).json<{ BuildCache?: WireCache[] | null }>('GET', '/system/df', { query: { type: 'build-cache' }, signal });
    return (BuildCache ?? []).map((entry) => ({
      id: entry.ID ?? '', kind: entry.Type ?? '', description: entry.Description ?? '', sizeBytes: entry.Size ?? 0, uses: entry.UsageCount ?? 0,
      lastUsedAtMs: entry.LastUsedAt ? Date.parse(entry.LastUsedAt) : 0, inUse: entry.InUse ?? false,
    }));
  }),
  prune: rpc.builds.prune.handler(async ({ context, input, signal }) => {
    const query = { all: input.all, ...(input.id === undefined ? {} : { filters: JSON.stringify({ id: [input.id] }) }) };
    const result = await (await context.client(input.host, signal)).json<{ CachesDeleted?: string[] | null; SpaceReclaimed?: number }>('POST', '/build/prune', { query, signal });
    return { removed: result.CachesDeleted?.length ?? 0, reclaimedBytes: result.SpaceReclaimed ?? 0 };
  }),
});

/** A file directly or deeper in the folder. @throws InvalidParameter for a path that leads out of it */
function inside(path: string, name: string): string {
  const folder = folderPath(path);
  const file = join(folder, name);
  if (relative(folder, file).startsWith('..')) throw new InvalidParameter(`${name} is not in ${folder}`);
  return file;
}

// Files in and out of containers, and images made of them.
// Engine API v1.47: /containers/{id}/archive, /containers/{id}/export, /commit.
import type { ContainerConfig } from '@docker/node-sdk';
import { exportRoot, readArchive, statPath, writeArchive } from '../../containers/archive.ts';
import { listFolder, removeFile, renameFile } from '../../containers/browse.ts';
import type { CommitOptions } from '../../containers/commit.ts';
import type { ContainerRoot } from '../../containers/container-root.ts';
import { InvalidParameter } from '../../wire/errors.ts';
import { empty, json, noContent, reusedStream } from '../reply.ts';
import { boolQuery, del, get, head, post, put, type Call, type Route } from '../router.ts';

interface FilesNeeds {
  isRootless: boolean;
  /** The container's files, mounted for as long as the result is open. @throws NotFound */
  openRoot(idOrName: string): Promise<ContainerRoot>;
  /** says in the events what was copied, exported */
  tell(idOrName: string, action: 'archive-path' | 'extract-to-dir' | 'export'): void;
  /** id of the new image. @throws NotFound, InvalidParameter */
  commit(idOrName: string, options: CommitOptions & { pause: boolean }): Promise<string>;
}

const STAT_HEADER = 'X-Docker-Container-Path-Stat';

export function containerFileRoutes(needs: FilesNeeds): Route[] {
  return [
    head('/containers/{id}/archive', async (call) => {
      await using root = await needs.openRoot(idOf(call));
      return empty(200, { [STAT_HEADER]: encode(statPath(root, pathOf(call))) });
    }),
    get('/containers/{id}/archive', async (call) => {
      await using undo = new AsyncDisposableStack();
      const root = undo.use(await needs.openRoot(idOf(call)));
      const stat = encode(statPath(root, pathOf(call)));
      const open = undo.move();
      needs.tell(idOf(call), 'archive-path');
      return reusedStream(closing(readArchive(root, pathOf(call), call.signal), open), 'application/x-tar', { [STAT_HEADER]: stat });
    }),
    put('/containers/{id}/archive', async (call) => {
      await using root = await needs.openRoot(idOf(call));
      await writeArchive(root, pathOf(call), call.body as AsyncIterable<Buffer>, {
        keepsKinds: boolQuery(call.query, 'noOverwriteDirNonDir'), isRootless: needs.isRootless, signal: call.signal,
      });
      needs.tell(idOf(call), 'extract-to-dir');
      return empty(200);
    }),
    get('/containers/{id}/export', async (call) => {
      const root = await needs.openRoot(idOf(call));
      needs.tell(idOf(call), 'export');
      return reusedStream(closing(exportRoot(root.rootfs, call.signal), root), 'application/octet-stream');
    }),
    get('/gantry/containers/{id}/files', async (call) => {
      await using root = await needs.openRoot(idOf(call));
      return json(await listFolder(root, pathOf(call)));
    }),
    post('/gantry/containers/{id}/files/rename', async (call) => {
      const to = call.query.get('to');
      if (!to) throw new InvalidParameter('the parameter to is missing');
      await using root = await needs.openRoot(idOf(call));
      await renameFile(root, pathOf(call), to);
      return noContent();
    }),
    del('/gantry/containers/{id}/files', async (call) => {
      await using root = await needs.openRoot(idOf(call));
      await removeFile(root, pathOf(call));
      return noContent();
    }),
    post('/commit', async (call) => {
      const { query } = call;
      const config = await call.json<ContainerConfig | null>();
      const container = query.get('container');
      if (!container) throw new InvalidParameter('the parameter container is missing');
      const repository = query.get('repo');
      const tag = query.get('tag') || 'latest';
      const id = await needs.commit(container, {
        ...(repository ? { reference: `${repository}:${tag}` } : {}),
        comment: query.get('comment') ?? '',
        author: query.get('author') ?? '',
        config: config ?? undefined,
        changes: query.getAll('changes'),
        pause: boolQuery(query, 'pause', true),
        signal: call.signal,
      });
      return json({ Id: id }, 201);
    }),
  ];
}

const idOf = (call: Call): string => call.params['id'] as string;

function pathOf(call: Call): string {
  const path = call.query.get('path');
  if (!path) throw new InvalidParameter('path cannot be empty');
  return path;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

async function* closing(source: AsyncIterable<Buffer>, open: AsyncDisposable): AsyncGenerator<Buffer> {
  await using _open = open;
  yield* source;
}

// Images over the contract: each procedure is one call of the Engine API; archives travel by transfer addresses.
import { EngineError } from '../../engine/wire/errors.ts';
import type { HistoryStep, ImageDetail, ImageRow, Progress, UploadProgress } from '../contract/images.ts';
import { filters, type CallOptions, type DockerClient } from '../docker/client.ts';
import { rpc } from './base.ts';
import { layerMap } from './image-layers.ts';
import { authHeaders, registryOf } from './registry-auth.ts';
import type { Transfers } from './transfers.ts';

/** Image names keep their slashes in the path (Engine API); everything else is encoded. */
export const imagePath = (name: string, verb: string) => `/images/${name.split('/').map(encodeURIComponent).join('/')}${verb}`;

export const imagesRouter = rpc.images.router({
  list: rpc.images.list.handler(async ({ context, input, signal }) => (await context.client(input.host, signal)).json<ImageRow[]>('GET', '/images/json', { query: { 'shared-size': true }, signal })),
  inspect: rpc.images.inspect.handler(async ({ context, input, signal }) => (await context.client(input.host, signal)).json<ImageDetail>('GET', imagePath(input.id, '/json'), { signal })),
  history: rpc.images.history.handler(async ({ context, input, signal }) => (await context.client(input.host, signal)).json<HistoryStep[]>('GET', imagePath(input.id, '/history'), { signal })),
  layers: rpc.images.layers.handler(async ({ context, input, signal }) => layerMap(await context.client(input.host, signal), signal)),
  pull: rpc.images.pull.handler(async function* ({ context, input, signal }) {
    const { name, tag } = splitReference(input.reference);
    const query = input.allTags ? { fromImage: name, platform: input.platform } : { fromImage: name, tag: tag ?? 'latest', platform: input.platform };
    const headers = await authHeaders(context.credentials, registryOf(name));
    yield* progress(await context.client(input.host, signal), '/images/create', { query, headers, signal });
  }),
  push: rpc.images.push.handler(async function* ({ context, input, signal }) {
    const { name, tag } = splitReference(input.reference);
    const headers = await authHeaders(context.credentials, registryOf(name));
    yield* progress(await context.client(input.host, signal), imagePath(name, '/push'), { query: { tag }, headers, signal });
  }),
  load: rpc.images.load.handler(async function* ({ context, input, signal }) {
    yield* uploading(await context.client(input.host, signal), context.transfers, '/images/load', {}, signal);
  }),
  import: rpc.images.import.handler(async function* ({ context, input, signal }) {
    const { name, tag } = splitReference(input.reference ?? '');
    const query = { fromSrc: '-', repo: name, tag, changes: input.changes, message: input.message };
    yield* uploading(await context.client(input.host, signal), context.transfers, '/images/create', query, signal);
  }),
  save: rpc.images.save.handler(async ({ context, input }) => {
    const fileName = `${(input.ids.length === 1 ? (input.ids[0] as string) : 'images').replace(/[^\w.-]+/g, '_')}.tar`;
    const url = context.transfers.download(fileName, async (signal) => {
      const client = await context.client(input.host, signal);
      return { stream: await client.raw('GET', '/images/get', { query: { names: input.ids }, signal }), contentType: 'application/x-tar' };
    });
    return { url, fileName };
  }),
  tag: rpc.images.tag.handler(async ({ context, input, signal }) =>
    (await context.client(input.host, signal)).json<void>('POST', imagePath(input.id, '/tag'), { query: { repo: input.repository, tag: input.tag }, signal })),
  remove: rpc.images.remove.handler(async ({ context, input, signal }) =>
    (await context.client(input.host, signal)).json<{ Untagged?: string; Deleted?: string }[]>('DELETE', imagePath(input.id, ''), { query: { force: input.force }, signal })),
  prune: rpc.images.prune.handler(async ({ context, input, signal }) => {
    const client = await context.client(input.host, signal);
    const query = { filters: filters({ dangling: [input.all ? 'false' : 'true'] }) };
    const result = await client.json<{ ImagesDeleted?: { Untagged?: string; Deleted?: string }[] | null; SpaceReclaimed?: number }>('POST', '/images/prune', { query, signal });
    return { deleted: (result.ImagesDeleted ?? []).map((item) => item.Deleted ?? item.Untagged ?? ''), reclaimedBytes: result.SpaceReclaimed ?? 0 };
  }),
});

interface WireProgress { id?: string; status?: string; stream?: string; aux?: unknown; error?: string; errorDetail?: { message?: string }; progressDetail?: { current?: number; total?: number } }

/** @throws EngineError with the engine's words when the stream says `error` */
async function* progress(client: DockerClient, path: string, call: CallOptions): AsyncGenerator<Progress> {
  for await (const line of client.lines<WireProgress>('POST', path, call)) {
    if (line.error !== undefined || line.errorDetail) throw new EngineError('System', line.errorDetail?.message ?? line.error ?? 'the engine reported an error');
    yield {
      ...(line.id === undefined ? {} : { id: line.id }),
      ...(line.status === undefined ? {} : { status: line.status }),
      ...(line.stream === undefined ? {} : { stream: line.stream }),
      ...(line.aux === undefined ? {} : { aux: line.aux }),
      ...(line.progressDetail?.current === undefined ? {} : { current: line.progressDetail.current }),
      ...(line.progressDetail?.total === undefined ? {} : { total: line.progressDetail.total }),
    };
  }
}

async function* uploading(client: DockerClient, transfers: Transfers, path: string, query: NonNullable<CallOptions['query']>, signal: AbortSignal | undefined): AsyncGenerator<UploadProgress> {
  const { url, body } = transfers.upload({ signal });
  yield { type: 'upload', url };
  for await (const step of progress(client, path, { query, body, signal })) yield { type: 'progress', progress: step };
}

/** `host:5000/a/b:tag` and `a@sha256:…` cut at the tag or digest; a registry's port is not a tag. */
export function splitReference(reference: string): { name: string; tag?: string } {
  const at = reference.indexOf('@');
  if (at >= 0) return { name: reference.slice(0, at), tag: reference.slice(at + 1) };
  const colon = reference.lastIndexOf(':');
  return colon > reference.lastIndexOf('/') ? { name: reference.slice(0, colon), tag: reference.slice(colon + 1) } : { name: reference };
}

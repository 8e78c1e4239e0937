// Copies an image from one host to another through the app, without a registry.
// Layers the other side has already stay at home: both Docker (tarexport/load.go looks a layer up by chain before it opens its
// file) and Gantry accept an archive without them. Only archives in OCI layout name their layers by digest (Docker >= 25,
// Gantry); an older Docker's archive travels whole. Should the partial archive be refused, the whole one is sent.

import { Readable } from 'node:stream';
import { NotFound, System } from '../../engine/wire/errors.ts';
import type { RemoteProgress } from '../contract/remote.ts';
import type { DockerClient } from '../docker/client.ts';
import { withoutEntries } from './transfer-tar.ts';

interface ImageDetail { Id: string; Size?: number; RepoTags?: string[] | null; RootFS?: { Layers?: string[] | null } }

export interface CopyOptions { signal: AbortSignal | undefined }

const SEARCH_AT_ONCE = 6;

/**
 * Copy; the last progress has `done`. Calling it again after it was cut off sends only what is still missing.
 * @throws NotFound when the source has no such image, System when what arrived is not what was sent
 */
export async function* copyImage(from: DockerClient, to: DockerClient, reference: string, { signal }: CopyOptions): AsyncGenerator<RemoteProgress> {
  yield { phase: 'compare', detail: reference };
  const image = await inspect(from, reference, signal);
  if (!image) throw new NotFound(`no such image: ${reference}`);
  const there = await inspect(to, image.Id, signal);
  if (!there) {
    const present = await presentLayers(to, image, signal);
    try {
      yield* send(from, to, reference, image, present, signal);
    } catch (error) {
      if (present.size === 0 || signal?.aborted) throw error;
      yield { phase: 'send-all', detail: '' };
      yield* send(from, to, reference, image, new Set(), signal);
    }
  } else {
    await nameIt(to, image.Id, reference, signal);
  }
  yield { phase: 'check', detail: image.Id };
  const arrived = await inspect(to, image.Id, signal) ?? await inspect(to, reference, signal);
  const layers = (detail: ImageDetail): string => (detail.RootFS?.Layers ?? []).join();
  if (!arrived || layers(arrived) !== layers(image)) throw new System(`the copy of ${reference} differs from the original`);
  yield { phase: 'done', detail: arrived.Id, done: true };
}

async function* send(from: DockerClient, to: DockerClient, reference: string, image: ImageDetail, present: ReadonlySet<string>, signal: AbortSignal | undefined): AsyncGenerator<RemoteProgress> {
  const archive = await from.raw('GET', '/images/get', { query: { names: reference }, signal });
  const left = { entries: 0, bytes: 0 };
  const counter = { bytes: 0 };
  const body = Readable.from(counted(withoutEntries(archive as AsyncIterable<Buffer>, (path) => present.has(path), left), counter), { objectMode: false, highWaterMark: 1 << 20 });
  const totalBytes = image.Size ?? 0;
  let failure: string | undefined;
  let isLoaded = false;
  const loading = (async () => {
    for await (const line of to.lines<{ error?: string; errorDetail?: { message?: string } }>('POST', '/images/load', { query: { quiet: true }, body, signal })) failure ??= line.errorDetail?.message ?? line.error;
  })().finally(() => { isLoaded = true; });
  loading.catch(() => {}); // awaited below; this keeps an early failure from being unhandled
  try {
    for (let last = -1; !isLoaded;) {
      const bytes = counter.bytes + left.bytes;
      if (bytes !== last) yield { phase: 'send', detail: '', ...(left.entries > 0 ? { layersKept: left.entries } : {}), bytes, totalBytes: Math.max(totalBytes, bytes) };
      last = bytes;
      await Promise.race([loading, new Promise((resolve) => setTimeout(resolve, PROGRESS_MS))]);
    }
    await loading;
  } finally {
    archive.destroy();
    body.destroy();
  }
  if (failure !== undefined) throw new System(`the image was not taken: ${failure}`);
}

const PROGRESS_MS = 200;

async function* counted(source: AsyncIterable<Buffer>, counter: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    counter.bytes += chunk.length;
    yield chunk;
  }
}

/** Archive paths of layers that the other host has as the lower part of one of its images: only a whole chain counts. */
async function presentLayers(to: DockerClient, image: ImageDetail, signal: AbortSignal | undefined): Promise<Set<string>> {
  const wanted = image.RootFS?.Layers ?? [];
  const ids = (await to.json<{ Id: string }[]>('GET', '/images/json', { signal })).map(({ Id }) => Id);
  let common = 0;
  for (let at = 0; at < ids.length; at += SEARCH_AT_ONCE) {
    const found = await Promise.all(ids.slice(at, at + SEARCH_AT_ONCE).map((id) => inspect(to, id, signal)));
    for (const other of found) {
      const layers = other?.RootFS?.Layers ?? [];
      let same = 0;
      while (same < wanted.length && layers[same] === wanted[same]) same += 1;
      common = Math.max(common, same);
    }
  }
  return new Set(wanted.slice(0, common).map((digest) => `blobs/sha256/${digest.replace('sha256:', '')}`));
}

async function nameIt(to: DockerClient, id: string, reference: string, signal: AbortSignal | undefined): Promise<void> {
  if (reference.startsWith('sha256:') || reference.includes('@')) return;
  const colon = reference.lastIndexOf(':');
  const [repo, tag] = colon > reference.lastIndexOf('/') ? [reference.slice(0, colon), reference.slice(colon + 1)] : [reference, 'latest'];
  await to.json('POST', `/images/${id}/tag`, { query: { repo, tag }, signal });
}

async function inspect(client: DockerClient, name: string, signal: AbortSignal | undefined): Promise<ImageDetail | undefined> {
  try {
    return await client.json<ImageDetail>('GET', `/images/${name.split('/').map(encodeURIComponent).join('/')}/json`, { signal });
  } catch (error) {
    if ((error as { kind?: string }).kind === 'NotFound') return undefined;
    throw error;
  }
}

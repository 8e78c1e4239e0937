// `docker pull`: resolve the name, choose the platform, fetch layers side by side, store the image, point the names at it.
// Lines and their order are the docker CLI's: it draws one row per layer from `id`, `status` and `progressDetail`.
import type { Digest } from '../base/digest.ts';
import { shortId } from '../base/ids.ts';
import type { EventBus } from '../base/events.ts';
import { credentialsFromHeader, type Credentials } from '../registry/auth.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Registries } from '../registry/registries.ts';
import { canonical, familiar, familiarName, parseReference, type Reference } from '../registry/reference.ts';
import { EngineError, InvalidParameter, NotFound } from '../wire/errors.ts';
import { orCollect, type Collector } from './collect.ts';
import { fromAny, type LayerFetcher } from './fetch-layer.ts';
import { NoSuchPlatform, choosePlatform, hostPlatform, parseConfig, parseManifest, platformText, suits, type Descriptor, type Manifest, type Platform } from './manifest.ts';
import { createProgress, type ProgressChannel, type ProgressMessage } from './progress.ts';
import { registerImage, type Stores } from './register.ts';

export interface PullNeeds { stores: Stores; collector: Collector; registries: Registries; fetcher: LayerFetcher; events: EventBus }

export interface PullRequest {
  reference: Reference;
  platform?: Platform;
  credentials?: Credentials;
  signal: AbortSignal;
}

/** @throws NotFound, Unauthorized, RegistryFailure before the first line; aborting leaves nothing half-made */
export async function* pullImage(needs: PullNeeds, request: PullRequest): AsyncGenerator<ProgressMessage> {
  const isNew = yield* pullOne(needs, request);
  yield { status: statusLine(isNew, request.reference) };
}

/** Without the last line. @returns whether the image was not here before */
async function* pullOne(needs: PullNeeds, { reference, platform, credentials, signal }: PullRequest): AsyncGenerator<ProgressMessage, boolean> {
  const sources = await needs.registries.sources(reference.domain, credentials);
  const pulling = { status: `Pulling from ${familiarName(reference).replace(/^[^/]*[.:][^/]*\//, '')}`, id: reference.digest === undefined ? (reference.tag ?? '') : familiar(reference) };
  let found: ResolvedManifest;
  try {
    found = await resolveManifest(sources, reference, platform, signal);
  } catch (error) {
    if (error instanceof NoSuchPlatform) yield pulling; // dockerd has said it by then
    throw error;
  }
  const stop = new AbortController();
  const progress = createProgress();
  progress.say(pulling);
  const work = orCollect(needs.collector, fetchImage(needs, sources, reference, found, platform, progress, AbortSignal.any([signal, stop.signal])));
  yield* progress.during(work, () => stop.abort());
  return work;
}

const statusLine = (isNew: boolean, reference: Reference): string =>
  `Status: ${isNew ? 'Downloaded newer image' : 'Image is up to date'} for ${reference.domain === 'docker.io' ? familiar(reference) : canonical(reference)}`;

/** The same for every tag of the repository. */
export async function* pullAllTags(needs: PullNeeds, request: PullRequest): AsyncGenerator<ProgressMessage> {
  const { reference: { domain, path }, credentials, signal } = request;
  const client = await needs.registries.client(domain, credentials);
  const tags = await client.tags(path, signal).catch((error: unknown) => {
    if (error instanceof NotFound) throw new NotFound(error.message.replace(/^.*? not found/, `repository ${familiarName({ domain, path })} not found`));
    throw translated(error, { domain, path });
  });
  if (tags.length === 0) throw new NotFound(`${familiarName({ domain, path })} has no tags`);
  let isAnyNew = false;
  for (const tag of tags.sort()) isAnyNew = (yield* pullOne(needs, { ...request, reference: { domain, path, tag } })) || isAnyNew;
  yield { status: statusLine(isAnyNew, { domain, path }) };
}

/** @param registryAuth Docker's X-Registry-Auth header */
export function pullRequest(name: string, platform: Platform | undefined, registryAuth: string | undefined, signal: AbortSignal): PullRequest {
  const credentials = credentialsFromHeader(registryAuth);
  const reference = parseReference(name);
  return { reference: reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: 'latest' } : reference, ...(platform && { platform }), ...(credentials && { credentials }), signal };
}

export interface ResolvedManifest {
  manifest: Manifest;
  bytes: Buffer;
  digest: Digest;
  /** the index it was chosen from */
  index?: { bytes: Buffer; digest: Digest };
}

/** @throws NotFound with Docker's words for what a registry does not have or does not show */
export async function resolveManifest(sources: readonly RegistryClient[], reference: Reference, platform: Platform | undefined, signal: AbortSignal): Promise<ResolvedManifest> {
  const name = familiar(reference);
  try {
    const first = await fromAny(sources, (client) => client.manifest(reference.path, reference.digest ?? reference.tag ?? 'latest', signal));
    const parsed = parseManifest(first.bytes, name);
    if ('manifest' in parsed) return { manifest: parsed.manifest, bytes: first.bytes, digest: first.digest };
    const chosen = choosePlatform(parsed.index, platform ?? hostPlatform());
    const second = await fromAny(sources, (client) => client.manifest(reference.path, chosen.digest, signal));
    const inner = parseManifest(second.bytes, name);
    if (!('manifest' in inner)) throw new InvalidParameter(`${name} is an index of indexes, which Docker does not run either`);
    return { manifest: inner.manifest, bytes: second.bytes, digest: second.digest, index: { bytes: first.bytes, digest: first.digest } };
  } catch (error) {
    throw translated(error, reference);
  }
}

/** With Docker's words for what a registry does not have or does not show. */
function translated(error: unknown, reference: Reference): unknown {
  if (!(error instanceof EngineError)) return error;
  if (error.kind === 'Unauthorized' || error.kind === 'Forbidden') {
    return new NotFound(`pull access denied for ${familiarName(reference)}, repository does not exist or may require 'docker login'`, { cause: error });
  }
  if (error.kind === 'NotFound' && error.message.startsWith('manifest for')) return new NotFound(`manifest for ${familiar(reference)} not found: manifest unknown: manifest unknown`);
  return error;
}

async function fetchImage(needs: PullNeeds, sources: readonly RegistryClient[], reference: Reference, found: ResolvedManifest, platform: Platform | undefined, progress: ProgressChannel, signal: AbortSignal): Promise<boolean> {
  const { stores, events } = needs;
  const { content, layers, store } = stores;
  const { manifest, index } = found;
  using holds = new DisposableStack();
  for (const digest of [found.digest, manifest.config.digest, ...manifest.layers.map((layer) => layer.digest), ...(index ? [index.digest] : [])]) holds.use(content.hold(digest));
  const configBytes = content.has(manifest.config.digest) ? await content.read(manifest.config.digest) : await fromAny(sources, (client) => client.blobBytes(reference.path, manifest.config.digest, signal));
  const config = parseConfig(configBytes, familiar(reference));
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) throw new InvalidParameter(`${familiar(reference)} is not an image that can run: it has ${manifest.layers.length} layers and ${diffIds.length} diff ids`);
  if (platform !== undefined && !suits(config, platform)) {
    throw new NotFound(`image with reference ${familiar(reference)} was found but does not match the specified platform: wanted ${platformText(platform)}, actual: ${platformText(config)}`);
  }
  for (const diffId of diffIds) holds.use(layers.hold(diffId));
  const failed = new AbortController();
  const each = AbortSignal.any([signal, failed.signal]);
  const isHere = store.get(manifest.config.digest) !== undefined; // then the CLI shows no rows
  const tasks = isHere ? [] : manifest.layers.map((blob, at) => pullLayer(needs, sources, reference.path, blob, diffIds[at] as Digest, progress, each));
  const results = await Promise.allSettled(tasks.map((task) => task.catch((error: unknown) => {
    failed.abort(error); // one broken layer ends the others
    throw error;
  })));
  const broken = results.find((result) => result.status === 'rejected');
  signal.throwIfAborted();
  if (broken !== undefined) throw failed.signal.reason;
  await content.put(found.bytes);
  if (index) await content.put(index.bytes);
  const before = reference.tag === undefined ? undefined : store.idOf(reference);
  const record = await registerImage(stores, { config: configBytes, blobs: manifest.layers, manifests: [...(index ? [index.digest] : []), found.digest] });
  const digest = index?.digest ?? found.digest;
  const { domain, path } = reference;
  const byDigest: Reference = { domain, path, digest };
  const hadDigest = store.idOf(byDigest) === record.id;
  const byTag: Reference | undefined = reference.tag === undefined || reference.digest !== undefined ? undefined : { domain, path, tag: reference.tag };
  await store.tag(record.id, byTag === undefined ? [byDigest] : [byTag, byDigest]);
  events.publish('image', 'pull', familiar(byTag ?? byDigest), { name: familiarName(reference), ...config.config?.Labels });
  progress.say({ status: `Digest: ${digest}` });
  return byTag === undefined ? !hadDigest : before !== record.id;
}

async function pullLayer({ stores, fetcher }: PullNeeds, sources: readonly RegistryClient[], path: string, blob: Descriptor, diffId: Digest, progress: ProgressChannel, signal: AbortSignal): Promise<void> {
  const id = shortId(blob.digest);
  if (stores.layers.has(diffId)) {
    progress.say({ status: 'Already exists', progressDetail: {}, id });
    return;
  }
  progress.say({ status: 'Pulling fs layer', progressDetail: {}, id });
  await fetcher.fetch({ sources, path, blob, diffId }, {
    signal,
    onStage: (stage, bytes) => {
      if (stage === 'downloading') progress.count(id, 'Downloading', bytes, blob.size);
      else if (stage === 'extracting') progress.count(id, 'Extracting', bytes, blob.size);
      else for (const status of ['Verifying Checksum', 'Download complete']) progress.say({ status, progressDetail: {}, id });
    },
  });
  progress.say({ status: 'Pull complete', progressDetail: {}, id });
}

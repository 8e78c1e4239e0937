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
import { fromAny, type LayerFetcher } from './fetch-layer.ts';
import { choosePlatform, hostPlatform, parseConfig, parseManifest, platformText, suits, type Descriptor, type Manifest, type Platform } from './manifest.ts';
import { createProgress, type ProgressChannel, type ProgressMessage } from './progress.ts';
import { registerImage, type Stores } from './register.ts';

export interface PullNeeds { stores: Stores; registries: Registries; fetcher: LayerFetcher; events: EventBus }

export interface PullRequest {
  reference: Reference;
  platform?: Platform;
  credentials?: Credentials;
  signal: AbortSignal;
}

/** @throws NotFound, Unauthorized, Unavailable before the first line; aborting leaves nothing half-made */
export async function* pullImage(needs: PullNeeds, { reference, platform, credentials, signal }: PullRequest): AsyncGenerator<ProgressMessage> {
  const sources = await needs.registries.sources(reference.domain, credentials);
  const found = await resolveManifest(sources, reference, platform, signal);
  const stop = new AbortController();
  const progress = createProgress();
  progress.say({ status: `Pulling from ${familiarName(reference).replace(/^[^/]*[.:][^/]*\//, '')}`, id: reference.tag ?? reference.digest ?? '' });
  const work = fetchImage(needs, sources, reference, found, platform, progress, AbortSignal.any([signal, stop.signal]));
  yield* progress.during(work, () => stop.abort());
}

/** The same for every tag of the repository. */
export async function* pullAllTags(needs: PullNeeds, request: PullRequest): AsyncGenerator<ProgressMessage> {
  const { reference, credentials, signal } = request;
  const client = await needs.registries.client(reference.domain, credentials);
  const tags = await client.tags(reference.path, signal);
  if (tags.length === 0) throw new NotFound(`${familiarName(reference)} has no tags`);
  for (const tag of tags) yield* pullImage(needs, { ...request, reference: { domain: reference.domain, path: reference.path, tag } });
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
    const chosen = choosePlatform(parsed.index, platform ?? hostPlatform(), name);
    const second = await fromAny(sources, (client) => client.manifest(reference.path, chosen.digest, signal));
    const inner = parseManifest(second.bytes, name);
    if (!('manifest' in inner)) throw new InvalidParameter(`${name} is an index of indexes, which Docker does not run either`);
    return { manifest: inner.manifest, bytes: second.bytes, digest: second.digest, index: { bytes: first.bytes, digest: first.digest } };
  } catch (error) {
    if (error instanceof EngineError && (error.kind === 'Unauthorized' || error.kind === 'Forbidden')) {
      throw new NotFound(`pull access denied for ${familiarName(reference)}, repository does not exist or may require 'docker login'`, { cause: error });
    }
    if (error instanceof EngineError && error.kind === 'NotFound' && error.message.startsWith('manifest for')) throw new NotFound(`manifest for ${name} not found: manifest unknown: manifest unknown`);
    throw error;
  }
}

async function fetchImage(needs: PullNeeds, sources: readonly RegistryClient[], reference: Reference, found: ResolvedManifest, platform: Platform | undefined, progress: ProgressChannel, signal: AbortSignal): Promise<void> {
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
    throw new NotFound(`image with reference ${familiar(reference)} was found but its platform (${platformText(config)}) does not match the specified platform (${platformText(platform)})`);
  }
  for (const diffId of diffIds) holds.use(layers.hold(diffId));
  const failed = new AbortController();
  const each = AbortSignal.any([signal, failed.signal]);
  const tasks = manifest.layers.map((blob, at) => pullLayer(needs, sources, reference.path, blob, diffIds[at] as Digest, progress, each));
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
  const isNew = byTag === undefined ? !hadDigest : before !== record.id;
  progress.say({ status: `Digest: ${digest}` });
  progress.say({ status: `Status: ${isNew ? 'Downloaded newer image' : 'Image is up to date'} for ${reference.domain === 'docker.io' ? familiar(reference) : canonical(reference)}` });
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
      else progress.say({ status: 'Download complete', progressDetail: {}, id });
    },
  });
  progress.say({ status: 'Pull complete', progressDetail: {}, id });
}

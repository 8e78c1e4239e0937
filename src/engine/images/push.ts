// `docker push`: layers side by side (already there, mounted from another repository, or uploaded), then configuration and manifest.
// An image that was pulled goes up byte for byte; one that was made here gets a Docker schema 2 manifest and gzip layers.
import type { Digest } from '../base/digest.ts';
import type { EventBus } from '../base/events.ts';
import { shortId } from '../base/ids.ts';
import { limit } from '../base/locks.ts';
import type { Credentials } from '../registry/auth.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { Registries } from '../registry/registries.ts';
import { canonical, familiar, familiarName, type Reference } from '../registry/reference.ts';
import { InvalidParameter, NotFound } from '../wire/errors.ts';
import { dockerManifest, ownManifest, storedBlob } from './layer-blobs.ts';
import { MEDIA, type Descriptor } from './manifest.ts';
import { createProgress, type ProgressChannel, type ProgressMessage } from './progress.ts';
import type { Stores } from './register.ts';
import type { ImageRecord } from './store.ts';
import { compressedSource, storedSource, uploadBlob } from './upload.ts';

export interface PushNeeds { stores: Stores; registries: Registries; events: EventBus }

const UPLOADS = 4;

/**
 * @param reference a repository with a tag, or without one: then every tag of it goes.
 * All failures come after the first line, as dockerd has it.
 */
export async function* pushImage(needs: PushNeeds, reference: Reference, credentials: Credentials | undefined, signal: AbortSignal): AsyncGenerator<ProgressMessage> {
  const client = await needs.registries.client(reference.domain, credentials);
  const stop = new AbortController();
  const progress = createProgress();
  progress.say({ status: `The push refers to repository [${reference.domain}/${reference.path}]` });
  const work = (async () => {
    for (const one of pushedReferences(needs.stores, reference)) await pushOne(needs, client, one, progress, AbortSignal.any([signal, stop.signal]));
  })();
  yield* progress.during(work, () => stop.abort());
}

async function pushOne({ stores, events }: PushNeeds, client: RegistryClient, reference: Reference, progress: ProgressChannel, signal: AbortSignal): Promise<void> {
  const { content, store } = stores;
  const id = store.idOf(reference);
  const record = id === undefined ? undefined : store.get(id);
  if (record === undefined) throw new NotFound(`tag does not exist: ${familiar(reference)}`);
  using holds = new DisposableStack();
  for (const digest of [record.id, ...record.config.rootfs.diff_ids, ...record.blobs.flatMap((blob) => (blob ? [blob.digest] : []))]) holds.use(content.hold(digest));
  const own = await ownManifest(stores, record);
  const failed = new AbortController();
  const upload: Upload = { stores, client, path: reference.path, repositories: repositoriesOf(stores, reference), progress, signal: AbortSignal.any([signal, failed.signal]) };
  const config: Descriptor = { mediaType: MEDIA.dockerConfig, digest: record.id, size: content.sizeOf(record.id) };
  const hasConfig = await client.hasBlob(reference.path, record.id, { forPush: true, signal }); // whoever may not push hears it before gigabytes are compressed
  const topDown = record.config.rootfs.diff_ids.map((diffId, index) => ({ diffId, index })).reverse(); // the order of the docker CLI's rows
  for (const { diffId } of topDown) progress.say({ status: 'Preparing', progressDetail: {}, id: shortId(diffId) });
  const slots = limit(UPLOADS);
  const results = await Promise.allSettled(topDown.map(({ index }) => slots(() => pushLayer(upload, record, index)).catch((error: unknown) => {
    failed.abort(error);
    throw error;
  })));
  signal.throwIfAborted();
  if (results.some((result) => result.status === 'rejected')) throw failed.signal.reason;
  const layers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])).reverse();
  if (!hasConfig) await uploadBlob(client, reference.path, storedSource(content, config), upload.signal);
  const isOwn = own?.manifest.layers.every((layer, index) => layer.digest === layers[index]?.digest) === true;
  const bytes = isOwn ? own.bytes : dockerManifest(config, layers);
  const mediaType = isOwn ? (own.manifest.mediaType ?? MEDIA.ociManifest) : MEDIA.dockerManifest;
  const digest = await client.putManifest(reference.path, reference.tag ?? reference.digest ?? 'latest', bytes, mediaType, signal);
  if (!isOwn) { // the next push of these layers finds them by these digests
    await store.add({ ...record, blobs: layers, manifests: [await content.put(bytes)] });
  }
  await store.tag(record.id, [{ domain: reference.domain, path: reference.path, digest }]);
  events.publish('image', 'push', familiar(reference), { name: familiarName(reference) });
  progress.say({ status: `${reference.tag ?? reference.digest}: digest: ${digest} size: ${bytes.length}` });
  progress.say({ progressDetail: {}, aux: { Tag: reference.tag ?? '', Digest: digest, Size: bytes.length } });
}

interface Upload {
  stores: Stores;
  client: RegistryClient;
  path: string;
  /** paths of the same registry that layers may be mounted from, by layer */
  repositories: Map<Digest, Set<string>>;
  progress: ProgressChannel;
  signal: AbortSignal;
}

/** Which repositories of this registry hold which blob, as far as our own images tell. */
function repositoriesOf({ store }: Stores, target: Reference): Map<Digest, Set<string>> {
  const found = new Map<Digest, Set<string>>();
  for (const record of store.list()) {
    const paths = store.referencesOf(record.id).filter((reference) => reference.domain === target.domain && reference.path !== target.path && reference.digest !== undefined).map((reference) => reference.path);
    if (paths.length === 0) continue;
    for (const blob of record.blobs) {
      if (blob === null) continue;
      let set = found.get(blob.digest);
      if (set === undefined) found.set(blob.digest, (set = new Set()));
      for (const path of paths) set.add(path);
    }
  }
  return found;
}

async function pushLayer(upload: Upload, record: ImageRecord, index: number): Promise<Descriptor> {
  const { stores, client, path, progress, signal } = upload;
  const diffId = record.config.rootfs.diff_ids[index] as Digest;
  const row = shortId(diffId);
  const known = record.blobs[index];
  const isCompressed = known && known.mediaType !== MEDIA.dockerLayer && known.mediaType !== MEDIA.ociLayer;
  if (known && (isCompressed || known.mediaType === MEDIA.ociLayer)) {
    if (await client.hasBlob(path, known.digest, { forPush: true, signal })) {
      progress.say({ status: 'Layer already exists', progressDetail: {}, id: row });
      return known;
    }
    for (const from of upload.repositories.get(known.digest) ?? []) {
      const answer = await client.mountBlob(path, known.digest, from, signal);
      if (!answer.isMounted) break; // the registry does not mount or may not show it
      progress.say({ status: `Mounted from ${from}`, progressDetail: {}, id: row });
      return known;
    }
  }
  const stored = storedBlob(stores, record, index);
  const isPlain = stored.digest === diffId;
  const isAsItIs = !isPlain || known?.mediaType === MEDIA.ociLayer;
  const onSent = (bytes: number) => progress.count(row, 'Pushing', bytes, stored.size);
  const source = isAsItIs ? storedSource(stores.content, stored, onSent) : compressedSource(stores.content.pathOf(diffId), onSent, signal);
  const sent = await uploadBlob(client, path, source, signal);
  const pushed: Descriptor = isAsItIs ? stored : { mediaType: MEDIA.dockerLayerGzip, digest: sent.digest, size: sent.sizeBytes };
  progress.say({ status: 'Pushed', progressDetail: {}, id: row });
  return pushed;
}

/** The names that `push NAME` means: one tag, or without a tag every tag of the repository. @throws NotFound, InvalidParameter with Docker's words */
function pushedReferences({ store }: Stores, { domain, path, tag, digest }: Reference): Reference[] {
  if (digest !== undefined) throw new InvalidParameter('cannot push a digest reference');
  const all = store.list().flatMap((record) => store.referencesOf(record.id)).filter((reference) => reference.domain === domain && reference.path === path && reference.tag !== undefined);
  if (all.length === 0) throw new NotFound(`An image does not exist locally with the tag: ${familiarName({ domain, path })}`);
  if (tag !== undefined) return [{ domain, path, tag }];
  return all.sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));
}

// The image domain put together: stores, collector, and the `Images` that containers and builds see.
import { join } from 'node:path';
import type { ChainId } from '../base/digest.ts';
import type { EventBus } from '../base/events.ts';
import type { Log } from '../base/log.ts';
import { openContent } from '../content/store.ts';
import { openSnapshots } from '../layers/snapshots.ts';
import { openLayers } from '../layers/store.ts';
import type { Images, Snapshots } from '../needs.ts';
import { familiar, familiarName, parseReference, withDefaultTag } from '../registry/reference.ts';
import { openCredentials, type CredentialStore } from '../registry/credentials.ts';
import { openRegistries, type Registries } from '../registry/registries.ts';
import { InvalidParameter } from '../wire/errors.ts';
import { createCollector, orCollect, type Collector } from './collect.ts';
import { createLayerFetcher, type LayerFetcher } from './fetch-layer.ts';
import { parsePlatform } from './manifest.ts';
import { pullImage, pullRequest } from './pull.ts';
import { registerImage, type Stores } from './register.ts';
import type { ImageUser } from './remove.ts';
import { openImageStore, type ImageRecord } from './store.ts';

export interface ImageDomain extends AsyncDisposable {
  registries: Registries;
  credentials: CredentialStore;
  fetcher: LayerFetcher;
  images: Images;
  snapshots: Snapshots;
  stores: Stores;
  collector: Collector;
  events: EventBus;
  log: Log;
  users: () => readonly ImageUser[];
}

export interface ImageDomainOptions {
  dataRoot: string;
  isRootless: boolean;
  events: EventBus;
  log: Log;
  /** containers that use images: they protect them from removal */
  users: () => readonly ImageUser[];
  /** stacks that builds still want: they protect their layers */
  chainsInUse: () => Iterable<ChainId>;
  /** proxies (HTTP_PROXY…) and DOCKER_CONFIG */
  environment: Record<string, string | undefined>;
}

export async function openImages({ dataRoot, isRootless, events, log, users, chainsInUse, environment }: ImageDomainOptions): Promise<ImageDomain> {
  const credentials = openCredentials(join(environment['DOCKER_CONFIG'] ?? join(environment['HOME'] ?? '/root', '.docker'), 'config.json'));
  const registries = await openRegistries({ file: `${dataRoot}/registries.json`, proxyEnv: environment, certFolders: ['/etc/docker/certs.d', '/etc/gantry/certs.d'], stored: (domain) => credentials.get(domain).catch((error: unknown) => {
    log.warn('going on without stored credentials', { domain, error: (error as Error).message });
    return undefined;
  }) });
  const content = openContent(`${dataRoot}/content`, log);
  const layers = openLayers({ root: dataRoot, isRootless, log });
  const snapshots = openSnapshots({ root: dataRoot, layers, content, isRootless, log });
  const store = openImageStore({ root: dataRoot, log });
  for (const record of store.list()) snapshots.learn(record.config.rootfs.diff_ids);
  const stores: Stores = { content, layers, snapshots, store };
  const collector = createCollector(stores, chainsInUse);
  const images: Images = {
    resolve: (name) => store.view(store.resolve(name)),
    list: () => store.list().map((record) => store.view(record)),
    async create(config, options = {}) {
      const record = await orCollect(collector, registerImage(stores, { config: Buffer.from(JSON.stringify(config)), ...(options.parent !== undefined && { parent: options.parent }) }));
      events.publish('image', 'create', record.id, {});
      for (const name of options.references ?? []) await tagImage({ stores, events }, record, name);
      return store.view(record);
    },
    async tag(id, name) {
      await tagImage({ stores, events }, store.resolve(id), name);
    },
    pull: (name, { platform, registryAuth, signal }) => pullImage(domain, pullRequest(name, platform === undefined ? undefined : parsePlatform(platform), registryAuth, signal)),
  };
  const domain: ImageDomain = {
    images, snapshots, stores, collector, registries, credentials, events, log, users, fetcher: createLayerFetcher(stores),
    async [Symbol.asyncDispose]() {
      registries[Symbol.dispose]();
      await collector[Symbol.asyncDispose]();
      await layers[Symbol.asyncDispose]();
    },
  };
  return domain;
}

/** @throws InvalidParameter for a name that is no tag */
export async function tagImage({ stores, events }: { stores: Stores; events: EventBus }, record: ImageRecord, name: string): Promise<void> {
  const reference = withDefaultTag(parseReference(name));
  if (reference.digest !== undefined) throw new InvalidParameter('refusing to create a tag with a digest reference');
  if (/^sha(256|384|512)$/.test(familiarName(reference))) throw new InvalidParameter('refusing to create an ambiguous tag using digest algorithm as name');
  await stores.store.tag(record.id, [reference], true);
  events.publish('image', 'tag', record.id, { name: familiar(reference) });
}

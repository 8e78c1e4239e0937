// POST /containers/create: from the create body to a record in state `created`. Nothing is mounted and no process exists yet.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { ContainerConfig, EndpointSettings, HostConfig, MountPoint } from '@docker/node-sdk';
import { randomId, type ContainerId } from '../base/ids.ts';
import { checkFields } from '../base/shape.ts';
import type { Image, NetworkedContainer } from '../needs.ts';
import { checkEndpointShape } from '../networks/body-shape.ts';
import { firstEndpoints } from '../networks/plan.ts';
import { InvalidParameter, NotFound, NotImplemented } from '../wire/errors.ts';
import type { Container } from './container.ts';
import { onlineCpus } from './machine.ts';
import { checkConfigShape, checkHostShape, words } from './body-shape.ts';
import { mergeConfig, mergeHostConfig } from './merge.ts';
import { checkName, randomName } from './names.ts';
import { publish, type Parts } from './parts.ts';
import type { ContainerRecord } from './record.ts';
import { validateCreate } from './validate.ts';

/** What `--platform` asks for; the variant is not looked at. */
export interface Platform { os: string; architecture: string }

export interface CreateBody extends ContainerConfig {
  HostConfig?: HostConfig;
  NetworkingConfig?: { EndpointsConfig?: Record<string, EndpointSettings> | null };
}

/** @throws NotFound (image), Conflict (name), InvalidParameter, NotImplemented */
export async function createContainer(parts: Parts, body: CreateBody | undefined, givenName: string | null, platform?: Platform): Promise<Container> {
  checkConfigShape(body);
  checkHostShape(body?.HostConfig);
  checkFields('NetworkingConfig.', body?.NetworkingConfig, { 'object map': 'EndpointsConfig' });
  for (const [network, wish] of Object.entries(body?.NetworkingConfig?.EndpointsConfig ?? {})) checkEndpointShape(`EndpointsConfig.${network}.`, wish);
  const { HostConfig, NetworkingConfig: networking, ...asked } = body as CreateBody;
  const hostWish: HostConfig = { ...HostConfig, ...lists(HostConfig ?? {}, ['CapAdd', 'CapDrop']) };
  const wish: ContainerConfig = { ...asked, ...lists(asked, ['Cmd', 'Entrypoint']) };
  const { machine, store, folders } = parts;
  const requestedName = givenName === null || givenName === '' ? undefined : checkName(givenName);
  validateCreate(wish, hostWish, machine.facts, onlineCpus());
  const image = imageOf(parts, wish.Image ?? '', platform);
  const id = randomId() as ContainerId;
  const name = requestedName ?? randomName((candidate) => store.isNameTaken(candidate));
  const hostConfig = mergeHostConfig(hostWish, { runtime: machine.runtime.name, cgroupVersion: machine.facts.cgroupVersion });
  for (const link of hostWish.Links ?? []) if (link.split(':').length > 2) throw new InvalidParameter(`bad format for links: ${link}`);
  if (hostWish.Links?.length && ['default', 'bridge'].includes(hostConfig.NetworkMode ?? '')) hostConfig.Links = hostWish.Links.map((link) => linkOf(parts, link, name));
  const config = mergeConfig(wish, image.config.config, id, { hostNetwork: hostConfig.NetworkMode === 'host' || hostConfig.UTSMode === 'host', hostname: hostname() });
  const args = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  if (args.length === 0) throw new InvalidParameter('no command specified');
  for (const mode of [hostConfig.PidMode, hostConfig.IpcMode]) if (mode?.startsWith('container:')) checkJoined(parts, mode.slice('container:'.length));
  if (hostConfig.NetworkMode?.startsWith('container:')) hostConfig.NetworkMode = `container:${sharedWith(parts, hostConfig.NetworkMode)}`;

  await using undo = new AsyncDisposableStack();
  store.reserve(name, id);
  undo.defer(() => store.release(name, id));
  await mkdir(folders.persist(id), { recursive: true, mode: 0o700 });
  undo.defer(() => rm(folders.data(id), { recursive: true, force: true }));
  const record: ContainerRecord = {
    id, name, createdAtMs: Date.now(), imageId: image.id, image: wish.Image ?? '', config, hostConfig,
    endpoints: firstEndpoints({ hostConfig }, networking?.EndpointsConfig), mounts: [], args, state: 'created',
    history: [{ from: null, to: 'created', atMs: Date.now(), cause: 'create' }],
    pid: 0, pidStartTicks: '', bootId: '', exitCode: 0, error: '', oomKilled: false, startedAtMs: 0, finishedAtMs: 0, restartCount: 0, manuallyStopped: false,
  };
  if (parts.networks) {
    undo.defer(() => parts.networks?.forget(id));
    await parts.networks.validate(networked(parts, record));
  } else if (!['none', 'host'].includes(hostConfig.NetworkMode ?? '') && !hostConfig.NetworkMode?.startsWith('container:')) {
    throw new NotImplemented(`this engine cannot make the network ${hostConfig.NetworkMode}: use --network none or host`);
  }
  await parts.snapshots.prepare(id, image.chainId);
  undo.defer(() => parts.snapshots.remove(id));
  if (parts.volumes) {
    undo.defer(() => parts.volumes?.release(id, { anonymous: true }));
    record.mounts = await parts.volumes.resolve({ id, name, config, hostConfig }, (other) => mountsOf(parts, other));
  } else if (hostConfig.Binds?.length || hostConfig.Mounts?.length || hostConfig.VolumesFrom?.length) {
    throw new NotImplemented('this engine has no volumes');
  }
  await writeFile(folders.log(id), '', { mode: 0o640 });
  const container = await store.add(record);
  undo.move();
  publish(parts, container, 'create');
  return container;
}

/** @throws InvalidParameter where there is no such container: NotFound would read as a missing image */
function mountsOf({ store }: Parts, name: string): readonly MountPoint[] {
  checkJoined({ store }, name);
  return store.find(name).record.mounts;
}

/** `--link db:alias` in the form of records, `/db:/web/alias`. @throws InvalidParameter */
function linkOf({ store }: Parts, link: string, name: string): string {
  const [other = '', alias = other] = link.replace(/^\//, '').split(':');
  try {
    return `/${store.find(other).record.name}:/${name}/${alias.split('/').at(-1) ?? alias}`;
  } catch (error) {
    throw error instanceof NotFound ? new InvalidParameter(`could not get container for ${other}: ${error.message}`, { cause: error }) : error;
  }
}

/** Docker's lists that may also come as one string. */
function lists<K extends string>(holder: Partial<Record<K, string | string[] | null>>, keys: readonly K[]): Partial<Record<K, string[]>> {
  return Object.fromEntries(keys.flatMap((key) => {
    const list = words(holder[key]);
    return list === undefined ? [] : [[key, list]];
  })) as Partial<Record<K, string[]>>;
}

/** @throws InvalidParameter where there is no container whose namespace could be joined */
function checkJoined({ store }: Pick<Parts, 'store'>, name: string): void {
  try {
    store.find(name);
  } catch (error) {
    throw error instanceof NotFound ? new InvalidParameter(error.message, { cause: error }) : error;
  }
}

/** The id behind `container:NAME`, which a later rename does not change; a name that nobody has yet is looked up at start. @throws InvalidParameter */
function sharedWith({ store }: Parts, networkMode: string): string {
  const name = networkMode.slice('container:'.length);
  if (name === '') throw new InvalidParameter('Invalid network mode: invalid container format container:<name|id>');
  try {
    return store.find(name).record.id;
  } catch (error) {
    if (error instanceof NotFound) return name;
    throw error;
  }
}

function imageOf(parts: Parts, name: string, wanted: Platform | undefined): Image {
  const image = parts.images.resolve(name);
  const { os, architecture } = image.config;
  if (wanted && (wanted.os !== os || wanted.architecture !== architecture)) {
    throw new NotFound(`image with reference ${name} was found but does not match the specified platform: wanted ${wanted.os}/${wanted.architecture}, actual: ${os}/${architecture}`);
  }
  return image;
}

/** The container as networking sees it. */
export function networked(parts: Parts, record: ContainerRecord): NetworkedContainer {
  return { id: record.id, name: record.name, config: record.config, hostConfig: record.hostConfig, endpoints: record.endpoints, folder: parts.folders.data(record.id) };
}

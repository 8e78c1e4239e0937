// Moves a container to another host: its image, its volumes, and a container made from the same wish.
// The original is stopped while its volumes are copied, and stays where it is: removing it is the person's decision.

import { Conflict, InvalidParameter, NotFound } from '../../engine/wire/errors.ts';
import type { RemoteProgress } from '../contract/remote.ts';
import type { DockerClient } from '../docker/client.ts';
import { copyImage, type CopyOptions } from './transfer-image.ts';
import { copyVolume } from './transfer-volume.ts';

interface Mount { Type: string; Name?: string; Source?: string; Destination: string }
export interface ContainerDetail {
  Id: string;
  Name: string;
  Image: string;
  State: { Running: boolean };
  Config: Record<string, unknown> & { Image: string; Hostname?: string };
  HostConfig: Record<string, unknown> & { NetworkMode?: string };
  Mounts?: Mount[];
  NetworkSettings?: { Networks?: Record<string, { Aliases?: string[] | null; IPAMConfig?: unknown }> };
}

/** What `POST /containers/create` wants, from what inspect shows; ids and addresses of the old host are left behind. */
export function createBodyOf(container: ContainerDetail): Record<string, unknown> {
  const { Hostname, ...config } = container.Config;
  const networks = Object.entries(container.NetworkSettings?.Networks ?? {});
  const short = container.Id.slice(0, 12);
  return {
    ...config,
    // Docker's default host name is the old container's id.
    ...(Hostname && Hostname !== short ? { Hostname } : {}),
    HostConfig: { ...container.HostConfig, ContainerIDFile: '' },
    NetworkingConfig: { EndpointsConfig: Object.fromEntries(networks.filter(([name]) => isUserNetwork(name)).map(([name, { Aliases }]) => [name, { Aliases: (Aliases ?? []).filter((alias) => alias !== short) }])) },
  };
}

/** What cannot come along: files of the old host's own file system, and other containers' namespaces. */
export function obstacles(container: ContainerDetail): string[] {
  const binds = (container.Mounts ?? []).filter(({ Type }) => Type === 'bind').map(({ Source }) => `folder ${Source} of the old host`);
  const mode = container.HostConfig.NetworkMode ?? '';
  return [...binds, ...(mode.startsWith('container:') ? ['another container\'s network'] : [])];
}

/**
 * Migrate; the last progress has `done`. When it fails or is given up the other host is as it was (but for the image), and the
 * original runs again if it did.
 * @throws InvalidParameter when something of it cannot come along, Conflict when the name is taken there
 */
export async function* migrateContainer(from: DockerClient, to: DockerClient, id: string, { start, volumes, signal }: CopyOptions & { start: boolean; volumes: boolean }): AsyncGenerator<RemoteProgress> {
  const container = await from.json<ContainerDetail>('GET', `/containers/${encodeURIComponent(id)}/json`, { signal });
  const name = container.Name.replace(/^\//, '');
  const stuck = obstacles(container);
  if (stuck.length > 0) throw new InvalidParameter(`${name} uses what cannot be moved: ${stuck.join(', ')}`);
  if (await exists(to, `/containers/${encodeURIComponent(name)}/json`, signal)) throw new Conflict(`there is a container ${name} on the other host already`);

  for await (const step of copyImage(from, to, container.Config.Image, { signal })) yield { ...step, phase: `image-${step.phase}`, done: false };
  // None of these listens to the signal: it may be why they run.
  await using undo = new AsyncDisposableStack();
  for (const network of Object.keys(container.NetworkSettings?.Networks ?? {}).filter(isUserNetwork)) {
    if (await exists(to, `/networks/${encodeURIComponent(network)}`, signal)) continue;
    yield { phase: 'network', detail: network };
    await to.json('POST', '/networks/create', { json: { Name: network, CheckDuplicate: true }, signal });
    undo.defer(async () => { await to.json('DELETE', `/networks/${encodeURIComponent(network)}`); });
  }
  if (container.State.Running) {
    yield { phase: 'stop', detail: name };
    undo.defer(async () => { await from.json('POST', `/containers/${container.Id}/start`); });
    await from.json('POST', `/containers/${container.Id}/stop`, { signal });
  }
  const named = volumes ? (container.Mounts ?? []).filter(({ Type, Name }) => Type === 'volume' && Name) : [];
  for (const { Name } of named) {
    for await (const step of copyVolume(from, to, Name!, Name!, { signal })) yield { ...step, phase: `volume-${step.phase}`, detail: step.detail || Name!, done: false };
    undo.defer(async () => { await to.json('DELETE', `/volumes/${encodeURIComponent(Name!)}`, { query: { force: true } }); });
  }
  yield { phase: 'create', detail: name };
  const { Id } = await to.json<{ Id: string }>('POST', '/containers/create', { query: { name }, json: createBodyOf(container), signal });
  undo.defer(async () => { await to.json('DELETE', `/containers/${Id}`, { query: { force: true } }); });
  if (start) {
    yield { phase: 'start', detail: name };
    await to.json('POST', `/containers/${Id}/start`, { signal });
  }
  undo.move(); // whole: there is nothing to take back
  yield { phase: 'done', detail: Id, done: true };
}

function isUserNetwork(name: string): boolean {
  return !['bridge', 'host', 'none', 'default', 'podman'].includes(name);
}

async function exists(client: DockerClient, path: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await client.json('GET', path, { signal });
    return true;
  } catch (error) {
    if (error instanceof NotFound || (error as { kind?: string }).kind === 'NotFound') return false;
    throw error;
  }
}

// A volume's files as a tar stream, out and in, on any engine. Gantry's own engine has routes for it; every other engine shows a
// volume only through a container's archive endpoint, which works on a container that was created and never started. Its image
// is an empty one, imported for the purpose, so that nothing is pulled.
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { System } from '../../engine/wire/errors.ts';
import type { DockerClient } from '../docker/client.ts';
import { engineInfo } from '../docker/version.ts';
import { isNotFound } from '../rpc/not-found.ts';
import { HELPER_IMAGE, HELPER_LABEL, owner, OWNER_LABEL } from './helpers-left.ts';

export interface VolumeAccess extends AsyncDisposable {
  read(): Promise<AsyncIterable<Buffer>>;
  /** The same already compressed, where the engine's machine can; undefined when it cannot. */
  readCompressed?(): Promise<Compressed | undefined>;
  write(tar: Readable): Promise<void>;
  /** Exchanges the content for that of `tar`; a failure leaves the old. Only where the engine can. */
  replace?(tar: Readable): Promise<void>;
}

/** `contentBytes`: the length of the tar, known when all was read. */
export interface Compressed { zstd: AsyncIterable<Buffer>; contentBytes(): number }

const MOUNT = '/volume';
const EMPTY_TAR = Buffer.alloc(1024);

export async function openVolume(client: DockerClient, volume: string, signal: AbortSignal | undefined): Promise<VolumeAccess> {
  if ((await engineInfo(client, signal)).product === 'gantry') return direct(client, volume, signal);
  return throughContainer(client, volume, signal);
}

export async function volumeExists(client: DockerClient, name: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await client.json('GET', `/volumes/${encodeURIComponent(name)}`, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

function direct(client: DockerClient, volume: string, signal: AbortSignal | undefined): VolumeAccess {
  const path = `/gantry/volumes/${encodeURIComponent(volume)}/archive`;
  return {
    read: async () => await client.raw('GET', path, { signal }) as AsyncIterable<Buffer>,
    async readCompressed() {
      const response = await client.raw('GET', path, { query: { compression: 'zstd' }, signal });
      if (response.headers['content-type'] !== 'application/zstd') {
        response.destroy();
        return undefined;
      }
      return { zstd: response as AsyncIterable<Buffer>, contentBytes: () => Number(response.trailers['x-gantry-content-length'] ?? 0) };
    },
    write: async (tar) => void await client.json('PUT', path, { body: tar, signal }),
    replace: async (tar) => void await client.json('PUT', path, { query: { replace: true }, body: tar, signal }),
    async [Symbol.asyncDispose]() {},
  };
}

/** The volume seen through a container that is never started; it goes with the access. */
export async function throughContainer(client: DockerClient, volume: string, signal: AbortSignal | undefined): Promise<VolumeAccess & { container: string; path: string }> {
  const tag = randomUUID().slice(0, 8);
  await using undo = new AsyncDisposableStack();
  let image = `${HELPER_IMAGE}:${tag}`;
  undo.defer(async () => { await client.json('DELETE', `/images/${image}`, { query: { force: true } }).catch(ignoreMissing); });
  for await (const line of client.lines<{ error?: string; status?: string }>('POST', '/images/create', { query: { fromSrc: '-', repo: HELPER_IMAGE, tag }, body: EMPTY_TAR, signal })) {
    if (line.error) throw new System(`an empty image cannot be made: ${line.error}`);
    if (line.status?.startsWith('sha256:')) image = line.status;
  }
  // Podman 4 names what it imports `latest`, whatever tag was asked for; elsewhere this changes nothing.
  if (image.startsWith('sha256:')) await client.json('POST', `/images/${image}/tag`, { query: { repo: HELPER_IMAGE, tag }, signal });
  const { Id } = await client.json<{ Id: string }>('POST', '/containers/create', {
    json: {
      Image: `${HELPER_IMAGE}:${tag}`, Cmd: ['none'], Labels: { [HELPER_LABEL]: volume, [OWNER_LABEL]: owner() },
      HostConfig: { NetworkMode: 'none', Mounts: [{ Type: 'volume', Source: volume, Target: MOUNT, VolumeOptions: { NoCopy: true } }] },
    }, signal,
  });
  undo.defer(async () => { await client.json('DELETE', `/containers/${Id}`, { query: { force: true } }).catch(ignoreMissing); });
  const later = undo.move();
  return {
    container: Id, path: MOUNT,
    read: async () => await client.raw('GET', `/containers/${Id}/archive`, { query: { path: `${MOUNT}/.` }, signal }) as AsyncIterable<Buffer>,
    write: async (tar) => void await client.json('PUT', `/containers/${Id}/archive`, { query: { path: MOUNT }, body: tar, signal }),
    [Symbol.asyncDispose]: () => later.disposeAsync(),
  };
}

/** Cleaning up after an interruption: what never came into being need not go. */
function ignoreMissing(error: unknown): void {
  if (!isNotFound(error)) throw error;
}

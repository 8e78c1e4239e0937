// The containers through which the app sees volumes (access.ts) go when it is done with them; those of an app that was killed stay.
// Each names its owner, so that the next app on the same machine knows which of them nobody will remove any more.
import { hostname } from 'node:os';
import type { DockerClient } from '../docker/client.ts';
import { filters } from '../docker/client.ts';
import { isNotFound } from '../rpc/not-found.ts';

export const HELPER_LABEL = 'gantry.volume-access';
export const OWNER_LABEL = 'gantry.volume-access.owner';
export const HELPER_IMAGE = 'gantry.local/volume-access';

const BEGAN_MS = Date.now(); // process ids come round again
const YOUNG_SECONDS = 3600; // an image without a container may be about to get one

export const owner = (): string => `${process.pid} ${BEGAN_MS} ${hostname()}`;

/** True: made by an app of this machine that does not run any more. */
export function isOrphan(label: string | undefined, isAlive: (pid: number) => boolean = alive): boolean {
  const [pid = '', began = '', ...host] = (label ?? '').split(' ');
  if (host.join(' ') !== hostname()) return false;
  return Number(pid) === process.pid ? Number(began) !== BEGAN_MS : !isAlive(Number(pid));
}

const swept = new WeakSet<DockerClient>();

/** Once for each connection; after a failure again at the next call. */
export async function removeHelpersLeft(client: DockerClient, signal: AbortSignal | undefined): Promise<void> {
  if (swept.has(client)) return;
  swept.add(client);
  try {
    await sweep(client, signal);
  } catch (error) {
    swept.delete(client);
    throw error;
  }
}

async function sweep(client: DockerClient, signal: AbortSignal | undefined): Promise<void> {
  const remove = (path: string) => client.json('DELETE', path, { query: { force: true }, signal }).catch((error: unknown) => { if (!isNotFound(error)) throw error; });
  const containers = await client.json<{ Id: string; Image: string; Labels?: Record<string, string> | null }[]>('GET', '/containers/json', { query: { all: true, filters: filters({ label: [HELPER_LABEL] }) }, signal });
  const left = containers.filter(({ Labels }) => isOrphan(Labels?.[OWNER_LABEL]));
  for (const { Id } of left) await remove(`/containers/${Id}`);
  const used = new Set(containers.filter((one) => !left.includes(one)).map(({ Image }) => Image));
  const images = await client.json<{ Created: number; RepoTags?: string[] | null }[]>('GET', '/images/json', { query: { filters: filters({ reference: [HELPER_IMAGE] }) }, signal });
  const names = images.filter(({ Created }) => Created < Date.now() / 1000 - YOUNG_SECONDS).flatMap(({ RepoTags }) => RepoTags ?? []);
  for (const name of [...new Set([...left.map(({ Image }) => Image), ...names])]) if (!used.has(name) && name.startsWith(`${HELPER_IMAGE}:`)) await remove(`/images/${name}`);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's: it lives
  }
}

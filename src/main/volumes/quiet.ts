// Keeps the containers that use a volume still while it is read, and lets them go on afterwards whatever happened.
import type { ContainerRow } from '../contract/containers.ts';
import type { BackupMode } from '../contract/volumes.ts';
import { filters, type DockerClient } from '../docker/client.ts';

/** Pauses or stops the running users of a volume; disposing lets them go on, and also works after an abort. */
export async function keepQuiet(client: DockerClient, volume: string, mode: BackupMode, signal: AbortSignal | undefined): Promise<AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  if (mode !== 'live') {
    const users = await client.json<ContainerRow[]>('GET', '/containers/json', { query: { filters: filters({ volume: [volume], status: ['running'] }) }, signal });
    const [still, again] = mode === 'pause' ? ['pause', 'unpause'] : ['stop', 'start'];
    for (const { Id } of users) {
      undo.defer(async () => { await client.json('POST', `/containers/${Id}/${again}`); });
      await client.json('POST', `/containers/${Id}/${still}`, { signal });
    }
  }
  const later = undo.move();
  return { [Symbol.asyncDispose]: () => later.disposeAsync() };
}

// Volumes, their backups and schedules over the contract.
import { NotFound } from '../../engine/wire/errors.ts';
import type { VolumeRow } from '../contract/volumes.ts';
import { filters } from '../docker/client.ts';
import { throughContainer } from '../volumes/access.ts';
import { backUp, clone, restore } from '../volumes/backup.ts';
import { removeHelpersLeft } from '../volumes/helpers-left.ts';
import { rpc } from './base.ts';

const path = (name: string) => `/volumes/${encodeURIComponent(name)}`;
const keyName = (host: string, volume: string) => `volume-key ${host} ${volume}`;

export const volumesRouter = rpc.volumes.router({
  list: rpc.volumes.list.handler(async ({ context, input, signal }) => {
    const client = await context.client(input.host, signal);
    await removeHelpersLeft(client, signal).catch(() => {}); // they hide nothing, and the list is what was asked for
    return (await client.json<{ Volumes?: VolumeRow[] | null }>('GET', '/volumes', { signal })).Volumes ?? [];
  }),
  inspect: rpc.volumes.inspect.handler(async ({ context, input, signal }) => (await context.client(input.host, signal)).json<VolumeRow>('GET', path(input.name), { signal })),
  sizes: rpc.volumes.sizes.handler(async ({ context, input, signal }) => {
    const { Volumes } = await (await context.client(input.host, signal)).json<{ Volumes?: { Name: string; UsageData?: { Size: number } | null }[] | null }>('GET', '/system/df', { query: { type: 'volume' }, signal });
    return Object.fromEntries((Volumes ?? []).map(({ Name, UsageData }) => [Name, UsageData?.Size ?? -1]));
  }),
  create: rpc.volumes.create.handler(async ({ context, input, signal }) => {
    const client = await context.client(input.host, signal);
    const row = await client.json<VolumeRow>('POST', '/volumes/create', { json: { Name: input.name ?? '', Driver: input.driver ?? 'local', DriverOpts: input.options ?? {}, Labels: input.labels ?? {} }, signal });
    if (input.key !== undefined) {
      await client.json('POST', `/gantry${path(row.Name)}/unlock`, { json: { key: input.key }, signal });
      await context.secrets.set(keyName(input.host, row.Name), input.key);
    }
    return row;
  }),
  remove: rpc.volumes.remove.handler(async ({ context, input, signal }) => {
    await (await context.client(input.host, signal)).json('DELETE', path(input.name), { query: { force: input.force }, signal });
    await context.secrets.delete(keyName(input.host, input.name));
  }),
  prune: rpc.volumes.prune.handler(async ({ context, input, signal }) => {
    const { VolumesDeleted, SpaceReclaimed } = await (await context.client(input.host, signal)).json<{ VolumesDeleted?: string[] | null; SpaceReclaimed?: number }>('POST', '/volumes/prune', { query: { filters: filters(input.all ? { all: ['true'] } : {}) }, signal });
    return { deleted: VolumesDeleted ?? [], reclaimedBytes: SpaceReclaimed ?? 0 };
  }),
  unlock: rpc.volumes.unlock.handler(async ({ context, input, signal }) => {
    const key = input.key ?? context.secrets.get(keyName(input.host, input.name));
    if (key === undefined) throw new NotFound(`the key of volume ${input.name} is not known here`);
    await (await context.client(input.host, signal)).json('POST', `/gantry${path(input.name)}/unlock`, { json: { key }, signal });
    await context.secrets.set(keyName(input.host, input.name), key);
  }),
  lock: rpc.volumes.lock.handler(async ({ context, input, signal }) => void await (await context.client(input.host, signal)).json('POST', `/gantry${path(input.name)}/lock`, { signal })),
  clone: rpc.volumes.clone.handler(async function* ({ context, input, signal }) {
    yield* clone(await context.client(input.host, signal), { host: input.host, source: input.name, target: input.target }, context.backups, signal);
  }),
  backup: rpc.volumes.backup.handler(async function* ({ context, input, signal }) {
    yield* backUp(await context.client(input.host, signal), { host: input.host, volume: input.name, mode: input.mode }, context.backups, signal);
  }),
  restore: rpc.volumes.restore.handler(async function* ({ context, input, signal }) {
    yield* restore(await context.client(input.host, signal), input, context.backups, signal);
  }),
  files: rpc.volumes.files.handler(async function* ({ context, input, signal }) {
    await using access = await throughContainer(await context.client(input.host, signal), input.name, signal);
    yield { container: access.container, path: access.path };
    await new Promise<void>((resolve) => { if (signal?.aborted) resolve(); else signal?.addEventListener('abort', () => resolve(), { once: true }); });
  }),
  incomplete: rpc.volumes.incomplete.handler(({ context, input }) => context.backups.incomplete(input.host)),
  backups: rpc.volumes.backups.handler(({ context, input }) => context.backups.list(input.host, input.volume)),
  verify: rpc.volumes.verify.handler(async ({ context, input }) => {
    const entry = await context.backups.find(input.id);
    return { matches: entry.state === 'whole' && await context.backups.checksum(entry) === entry.sha256 };
  }),
  removeBackup: rpc.volumes.removeBackup.handler(({ context, input }) => context.backups.remove(input.id)),
  schedules: rpc.volumes.schedules.handler(({ context }) => context.schedules.list()),
  saveSchedule: rpc.volumes.saveSchedule.handler(({ context, input: { name, ...rest } }) => context.schedules.save({ ...rest, volume: name })),
  removeSchedule: rpc.volumes.removeSchedule.handler(({ context, input }) => context.schedules.remove(input.host, input.name)),
});

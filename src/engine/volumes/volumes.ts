// The volumes of the engine: records, drivers, who uses what; the door to the containers and to the API.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventBus } from '../base/events.ts';
import { randomId } from '../base/ids.ts';
import { keyedLocks } from '../base/locks.ts';
import type { Log } from '../base/log.ts';
import type { ContainerVolumes, VolumeUser } from '../needs.ts';
import { run } from '../tools/run.ts';
import { Conflict, NotFound, NotImplemented, Unavailable } from '../wire/errors.ts';
import { mountPoints, resolveMounts, unmountSubpaths, type MountingVolumes } from './container-mounts.ts';
import { ANONYMOUS_LABEL, type VolumeDriver, type VolumeRecord } from './driver.ts';
import { createEncryption } from './encryption.ts';
import { openLocalDriver } from './local-driver.ts';
import { checkVolumeName } from './mount-syntax.ts';
import { createVolumePlugins } from './plugin.ts';
import { openVolumeStore } from './store.ts';

export interface VolumesOptions {
  dataRoot: string;
  runRoot: string;
  /** where Docker's volume plugins put their sockets and specs */
  pluginFolders: readonly string[];
  events: EventBus;
  /** every container, with what it mounts */
  users: () => readonly VolumeUser[];
  log: Log;
}

export interface VolumeView { record: VolumeRecord; mountpoint: string; scope: 'local' | 'global'; status?: Record<string, unknown> }

export interface VolumeWish { name?: string | undefined; driver?: string | undefined; options?: Record<string, string> | undefined; labels?: Record<string, string> | undefined }

export interface Volumes {
  forContainers: ContainerVolumes;
  /** Every volume; drivers that do not answer become warnings. */
  list(): Promise<{ volumes: VolumeView[]; warnings: string[] }>;
  inspect(name: string): Promise<VolumeView>;
  /** Makes it, or returns the one that is there with the same driver and options. @throws Conflict, InvalidParameter, NotFound (driver) */
  create(wish: VolumeWish): Promise<VolumeView>;
  /** @throws Conflict when a container uses it; `force`: a volume that is not there is no error */
  remove(name: string, options: { force: boolean }): Promise<void>;
  /** Removes what nobody uses; anonymous volumes only, unless `all`. */
  prune(all: boolean, matches: (record: VolumeRecord) => boolean): Promise<{ names: string[]; bytes: number }>;
  /** Bytes on disk per local volume, and how many containers use it. */
  usage(): Promise<Map<string, { sizeBytes: number; users: number }>>;
  /** The key of an encrypted volume. @throws Forbidden when it is wrong */
  unlock(name: string, key: string): Promise<void>;
  lock(name: string): Promise<void>;
  /** Uses the volume's folder while `work` runs. */
  withFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T>;
  /** Exchanges all content for what `fill` writes; a failure leaves the old. @throws Conflict while a container runs with it, NotImplemented for volumes with options */
  replaceContent(name: string, fill: (folder: string) => Promise<void>): Promise<void>;
  /** After an engine restart: takes down mounts that no running container needs. */
  adopt(): Promise<void>;
  usersOf(name: string): VolumeUser[];
}

export async function openVolumes({ dataRoot, runRoot, pluginFolders, events, users, log }: VolumesOptions): Promise<Volumes> {
  const folder = join(dataRoot, 'volumes');
  const store = await openVolumeStore(join(folder, 'records'));
  const encryption = createEncryption();
  const local = await openLocalDriver(join(folder, 'data'), encryption, log);
  const plugins = createVolumePlugins(pluginFolders);
  const locks = keyedLocks();
  const runFolder = join(runRoot, 'volumes');
  /** what create has promised to containers whose record is not written yet */
  const promised = new Map<string, Set<string>>();

  const driverOf = async (name: string): Promise<VolumeDriver> => (name === 'local' ? local : plugins.get(name));
  const say = (action: string, name: string, attributes: Record<string, string>) => void events.publish('volume', action, name, attributes);
  const usersOf = (name: string) => users().filter(({ points }) => points.some((point) => point.Type === 'volume' && point.Name === name));
  const view = (record: VolumeRecord, driver: VolumeDriver): VolumeView => {
    const status = driver.status?.(record);
    return { record, mountpoint: driver.path(record), scope: driver.scope, ...(status && { status }) };
  };

  const create = (wish: VolumeWish): Promise<VolumeView> => {
    const name = wish.name || randomId();
    const driverName = wish.driver || 'local';
    const options = wish.options ?? {};
    return locks.run(name, async () => {
      const existing = store.get(name) ?? (wish.name && !wish.driver ? await findInPlugins(name).catch(unknownVolume) : undefined);
      const driver = await driverOf(existing?.driver ?? driverName).catch((error: unknown) => { throw error instanceof NotFound ? new NotFound(`create ${name}: ${error.message}`, { cause: error.cause }) : error; });
      if (existing) {
        const differs = (wish.driver && wish.driver !== existing.driver) || (Object.keys(options).length > 0 && JSON.stringify(sorted(options)) !== JSON.stringify(sorted(existing.options)));
        if (differs) throw new Conflict(`a volume named ${name} already exists with the ${existing.driver} driver${wish.driver && wish.driver !== existing.driver ? '' : ' and other options'}: choose a different volume name`);
        return view(existing, driver);
      }
      checkVolumeName(name, driverName);
      const labels = { ...wish.labels, ...(wish.name ? {} : { [ANONYMOUS_LABEL]: '' }) };
      const record: VolumeRecord = { name, driver: driverName, createdAt: new Date().toISOString().replace(/\.\d+Z$/, 'Z'), labels, options };
      await driver.create(record);
      await store.save(record);
      say('create', name, { driver: driverName });
      return view(record, driver);
    });
  };
  const find = async (name: string): Promise<{ record: VolumeRecord; driver: VolumeDriver }> => {
    const record = store.get(name) ?? await findInPlugins(name);
    return { record, driver: await driverOf(record.driver) };
  };
  const findInPlugins = async (name: string): Promise<VolumeRecord> => {
    for (const plugin of await plugins.list()) {
      const inventory = await plugins.get(plugin).then((driver) => driver.inventory()).catch(() => []); // a silent plugin has no say in a look-up
      const found = inventory.find(({ Name }) => Name === name);
      if (found) return { name, driver: plugin, createdAt: found.CreatedAt ?? '', labels: {}, options: {} };
    }
    throw new NotFound(`get ${name}: no such volume`);
  };
  const drop = (name: string, { force } = { force: false }) => locks.run(name, async () => {
    const record = store.get(name) ?? await findInPlugins(name);
    const holders = [...usersOf(name).map(({ id }) => id), ...promised.get(name) ?? []];
    if (holders.length > 0) throw new Conflict(`remove ${name}: volume is in use - [${[...new Set(holders)].join(', ')}]`);
    try {
      await (await driverOf(record.driver)).remove(record);
    } catch (error) {
      // forced: the record of a plugin that is gone goes too; what the plugin kept is the plugin's
      if (!(force && record.driver !== 'local' && (error instanceof NotFound || error instanceof Unavailable))) throw error;
      log.warn('a volume was removed without its plugin', { name, driver: record.driver, error });
    }
    await store.remove(name);
    say('destroy', name, { driver: record.driver });
  });
  const sizes = async (records: readonly VolumeRecord[]): Promise<Map<string, number>> => {
    const locals = records.filter(({ driver }) => driver === 'local');
    if (locals.length === 0) return new Map();
    const paths = new Map(locals.map((record) => [local.path(record), record.name]));
    const { stdout } = await run(['du', '--summarize', '--one-file-system', '--block-size=1', '--null', '--', ...paths.keys()], { accept: [0, 1] });
    return new Map(stdout.split('\0').filter(Boolean).map((line) => {
      const [bytes = '0', path = ''] = line.split('\t');
      return [paths.get(path) ?? '', Number(bytes)];
    }));
  };

  const mounting: MountingVolumes = {
    runFolder,
    say,
    ensure: async (wish) => (await create(wish)).record,
    async pathOf(record) { return (await driverOf(record.driver)).path(record); },
    async mountVolume(name, containerId) {
      const { record, driver } = await find(name);
      return locks.run(name, () => driver.mount(record, containerId));
    },
  };
  const mountedBy = new Map<string, Set<string>>();
  const namesOf = (points: readonly { Type?: string; Name?: string }[]) => points.flatMap(({ Type, Name }) => (Type === 'volume' && Name ? [Name] : []));

  const forContainers: ContainerVolumes = {
    async resolve(container, mountsOf) {
      const points = await resolveMounts(container, mountsOf, mounting);
      for (const name of namesOf(points)) promised.set(name, (promised.get(name) ?? new Set()).add(container.id));
      return points;
    },
    async mount(container, points, rootfs) {
      mountedBy.set(container.id, new Set(namesOf(points)));
      for (const name of namesOf(points)) if (!store.get(name)) await find(name);
      return mountPoints(container, points, rootfs, mounting);
    },
    async unmount(containerId) {
      const names = mountedBy.get(containerId) ?? namesOf(users().find(({ id }) => id === containerId)?.points ?? []);
      mountedBy.delete(containerId);
      await unmountSubpaths(runFolder, containerId);
      const failures: unknown[] = [];
      for (const name of new Set(names)) {
        const record = store.get(name);
        if (!record) continue;
        try {
          const driver = await driverOf(record.driver);
          await locks.run(name, () => driver.unmount(record, containerId));
          say('unmount', name, { driver: record.driver, container: containerId });
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, `volumes of container ${containerId} could not be unmounted`);
    },
    async release(containerId, { anonymous }) {
      const held = [...promised].filter(([, ids]) => ids.delete(containerId)).map(([name]) => name);
      const names = new Set([...held, ...namesOf(users().find(({ id }) => id === containerId)?.points ?? [])]);
      if (!anonymous) return;
      for (const name of names) {
        const record = store.get(name);
        const isShared = usersOf(name).some(({ id }) => id !== containerId) || (promised.get(name)?.size ?? 0) > 0;
        if (!record || !(ANONYMOUS_LABEL in record.labels) || isShared) continue;
        await locks.run(name, async () => {
          await (await driverOf(record.driver)).remove(record);
          await store.remove(name);
        });
        say('destroy', name, { driver: record.driver });
      }
    },
  };

  return {
    forContainers, create, usersOf,
    async list() {
      const warnings: string[] = [];
      const known = store.list();
      const byDriver = await Promise.all((await plugins.list()).map(async (plugin) => {
        try {
          const driver = await plugins.get(plugin);
          return (await driver.inventory()).map(({ Name, Mountpoint = '', CreatedAt = '' }): VolumeView =>
            ({ record: store.get(Name) ?? { name: Name, driver: plugin, createdAt: CreatedAt, labels: {}, options: {} }, mountpoint: Mountpoint, scope: driver.scope }));
        } catch (error) {
          if (!(error instanceof NotFound)) warnings.push((error as Error).message);
          return [];
        }
      }));
      const listed = byDriver.flat();
      const others = known.filter(({ name }) => !listed.some(({ record }) => record.name === name));
      return { volumes: [...others.map((record) => (record.driver === 'local' ? view(record, local) : { record, mountpoint: '', scope: 'local' as const })), ...listed], warnings };
    },
    async inspect(name) {
      const { record, driver } = await find(name);
      return view(record, driver);
    },
    async remove(name, { force }) {
      try {
        await drop(name, { force });
      } catch (error) {
        if (!(force && error instanceof NotFound)) throw error;
      }
    },
    async prune(all, matches) {
      const idle = store.list().filter((record) => record.driver === 'local' && (all || ANONYMOUS_LABEL in record.labels) && matches(record) && usersOf(record.name).length === 0 && !promised.get(record.name)?.size);
      const bytes = await sizes(idle);
      for (const { name } of idle) await drop(name);
      const reclaimed = [...bytes.values()].reduce((sum, size) => sum + size, 0);
      say('prune', '', { reclaimed: String(reclaimed) });
      return { names: idle.map(({ name }) => name), bytes: reclaimed };
    },
    async usage() {
      const bytes = await sizes(store.list());
      return new Map(store.list().map(({ name }) => [name, { sizeBytes: bytes.get(name) ?? -1, users: usersOf(name).length }]));
    },
    async unlock(name, key) {
      await encryption.unlock(store.find(name), join(folder, 'data', name), key);
      say('update', name, { driver: 'local' });
    },
    async lock(name) {
      const record = store.find(name);
      if (usersOf(name).some(({ isRunning }) => isRunning)) throw new Conflict(`volume ${name} is in use: stop its containers before locking it`);
      encryption.forget(name);
      await local.unmount(record, '');
      say('update', name, { driver: 'local' });
    },
    async withFolder(name, work) {
      const user = `work-${randomId()}`;
      const { record, driver } = await find(name);
      const path = await locks.run(name, () => driver.mount(record, user));
      try {
        return await work(path);
      } finally {
        await locks.run(name, () => driver.unmount(record, user));
      }
    },
    replaceContent: (name, fill) => locks.run(name, async () => {
      const record = store.find(name);
      if (record.driver !== 'local' || Object.keys(record.options).length > 0) throw new NotImplemented(`volume ${name} has a driver or options of its own: its content cannot be exchanged at once`);
      const running = usersOf(name).filter(({ isRunning }) => isRunning);
      if (running.length > 0) throw new Conflict(`volume ${name} is in use: stop ${running.map((user) => user.name).join(', ')} first`);
      await local.replace(record, fill);
      say('update', name, { driver: 'local' });
    }),
    async adopt() {
      local.reconcile(store.list().filter(({ driver }) => driver === 'local'), (name) => usersOf(name).filter(({ isRunning }) => isRunning).map(({ id }) => id));
      const alive = new Set(users().filter(({ isRunning }) => isRunning).map(({ id }) => id));
      for (const id of await readdir(runFolder).catch(() => [] as string[])) if (!alive.has(id)) await unmountSubpaths(runFolder, id);
    },
  };
}

/** A name that no plugin knows either is free. */
function unknownVolume(error: unknown): undefined {
  if (!(error instanceof NotFound)) throw error;
}

const sorted = (options: Record<string, string>) => Object.entries(options).toSorted(([one], [other]) => (one < other ? -1 : 1));

// The networks of the engine: opens everything, keeps the door to the containers and to the API.
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { NetworkCreateRequest } from '@docker/node-sdk';
import type { EventBus } from '../base/events.ts';
import { randomId } from '../base/ids.ts';
import { keyedLocks } from '../base/locks.ts';
import type { Log } from '../base/log.ts';
import type { ContainerNetworks, NetworkUsers , NetworkedContainer } from '../needs.ts';
import { Conflict, Forbidden, InvalidParameter, NotFound } from '../wire/errors.ts';
import { attach, detach, type AttachNeeds } from './attach.ts';
import { networkSettings } from './inspect.ts';
import { createMembership, type Membership } from './membership.ts';
import { createNameService } from './name-service.ts';
import { sweepNamespaces } from './namespace.ts';
import { createParentPorts } from './parent-ports.ts';
import { ensureParent, removeParent } from './parent.ts';
import { checkWish, networkMode, wishedNetworks } from './plan.ts';
import { portWishes } from './published-ports.ts';
import { isUserDefined, type NetworkRecord, type Sandbox } from './record.ts';
import { createRelays } from './relay.ts';
import { checkNetworkName, networkFromRequest, withConfiguration } from './request.ts';
import { openSandboxes } from './sandboxes.ts';
import { openNetworkStore, routedSubnets } from './store.ts';
import { createTopology } from './topology.ts';

export interface NetworksOptions {
  dataRoot: string;
  runRoot: string;
  events: EventBus;
  users: () => NetworkUsers;
  /** state folder of the rootlesskit that the engine runs in */
  rootlesskitState?: string | undefined;
  log: Log;
}

export interface Networks extends AsyncDisposable, Membership {
  forContainers: ContainerNetworks;
  list(): NetworkRecord[];
  find(nameOrId: string): NetworkRecord;
  sandboxes(): Iterable<Sandbox>;
  create(request: NetworkCreateRequest): Promise<NetworkRecord>;
  /** @throws Forbidden when it is predefined or has endpoints */
  remove(nameOrId: string): Promise<void>;
  /** Networks that no container uses. Returns their names. */
  prune(matches: (record: NetworkRecord) => boolean): Promise<string[]>;
  /** containers, running or not, that belong to a network */
  membersOf(record: NetworkRecord): string[];
}

const LINGER_MS = 2000;

/** @throws System when the data root cannot be used */
export async function openNetworks({ dataRoot, runRoot, events, users, rootlesskitState, log }: NetworksOptions): Promise<Networks> {
  const owner = await ownKernelNames(runRoot);
  const netnsFolder = join(runRoot, 'netns');
  await mkdir(netnsFolder, { recursive: true, mode: 0o711 });
  const store = await openNetworkStore(join(dataRoot, 'networks'), owner.bridge);
  const sandboxes = await openSandboxes(join(runRoot, 'networks'));
  const topology = createTopology({ table: owner.table, recordOf: (id) => store.byId(id), sandboxes: () => sandboxes.values(), log, lingerMs: LINGER_MS });
  const names = createNameService({
    sandboxes: { [Symbol.iterator]: () => sandboxes.values()[Symbol.iterator]() }, recordOf: (id) => store.byId(id), isInternal: (id) => store.byId(id)?.internal ?? false,
  }, log);
  const relays = createRelays(log, rootlesskitState === undefined ? undefined : createParentPorts(rootlesskitState, log));
  const needs: AttachNeeds = { store, sandboxes, topology, relays, names, users, netnsFolder, log };
  const locks = keyedLocks();
  const membership = createMembership(needs, events);

  const membersOf = (record: NetworkRecord) => users().list().filter((container) => networkMode(container).kind === 'networks'
    && wishedNetworks(container).some(([name]) => name === record.name || name === record.id)).map(({ name }) => name);
  const configurationOf = (name: string) => {
    const found = store.byName(name);
    if (!found) throw new NotFound(`configuration network ${JSON.stringify(name)} does not exist`);
    return found;
  };
  const say = (action: string, record: NetworkRecord, container?: string) =>
    events.publish('network', action, record.id, { name: record.name, type: record.driver, ...(container !== undefined && { container }) });
  /** containers that run on `host` or `none`: networks without endpoints, whose members docker tells all the same */
  const plain = new Map<string, NetworkRecord>();
  const notePlain = (container: NetworkedContainer) => {
    const { kind } = networkMode(container);
    const record = kind === 'host' || kind === 'none' ? store.byName(kind) : undefined;
    if (record) plain.set(container.id, record);
  };
  const sayMembership = (action: string, containerId: string) => {
    const whole = plain.get(containerId);
    if (whole) return void say(action, whole, containerId);
    for (const { networkId } of sandboxes.get(containerId)?.endpoints ?? []) {
      const record = store.byId(networkId);
      if (record) say(action, record, containerId);
    }
  };
  const remove = async (record: NetworkRecord) => {
    const inside = [...sandboxes.values()].find(({ endpoints }) => endpoints.some(({ networkId }) => networkId === record.id));
    if (inside) throw new Forbidden(`error while removing network: network ${record.name} has active endpoints (name:"${inside.containerName}" id:"${inside.containerId.slice(0, 12)}")`);
    await topology.sweep();
    if (record.ownsParent) await removeParent(record, { log });
    await store.remove(record.id);
    say('destroy', record);
  };

  const forContainers: ContainerNetworks = {
    async validate(container) {
      const mode = networkMode(container);
      const { PortBindings, PublishAllPorts, Links } = container.hostConfig;
      if (mode.kind === 'container') {
        if (container.config.Hostname && container.config.Hostname !== container.id.slice(0, 12)) throw new InvalidParameter('conflicting options: hostname and the network mode');
        if (Object.keys(PortBindings ?? {}).length > 0 || PublishAllPorts) throw new InvalidParameter('conflicting options: port publishing and the container type network mode');
        if (Links?.length) throw new InvalidParameter('conflicting options: container type network can\'t be used with links. This would result in undefined behavior');
        return;
      }
      portWishes({ portBindings: PortBindings, publishAll: PublishAllPorts, exposed: container.config.ExposedPorts });
      if (mode.kind !== 'networks') return;
      for (const [name, wish] of wishedNetworks(container)) {
        const record = store.byName(name) ?? store.byId(name); // one that is not there yet may be when the container starts
        if (record) checkWish(record, wish);
      }
    },
    async attach(container, options) {
      const attachment = await attach(needs, container, options);
      notePlain(container);
      sayMembership('connect', container.id);
      return attachment;
    },
    async detach(containerId) {
      sayMembership('disconnect', containerId);
      plain.delete(containerId);
      await detach(needs, containerId);
    },
    async adopt(running) {
      for (const container of running) notePlain(container);
      const ids = new Set(running.map(({ id }) => id));
      for (const { containerId } of [...sandboxes.values()].filter((sandbox) => !ids.has(sandbox.containerId))) {
        await detach(needs, containerId).catch((error: unknown) => log.warn('a dead container\'s network could not be taken down', { containerId, error }));
      }
      await sweepNamespaces(netnsFolder, (id) => sandboxes.get(id) !== undefined);
      const used = new Set([...sandboxes.values()].flatMap(({ endpoints }) => endpoints.map(({ networkId }) => networkId)));
      await topology.repair(store.list().filter(({ id }) => used.has(id)));
      for (const sandbox of sandboxes.values()) {
        if (sandbox.resolvers !== null && sandbox.netns !== null) names.reopen(sandbox);
        await relays.open(sandbox.containerId, sandbox.ports).catch((error: unknown) => log.warn('a published port could not be held again', { container: sandbox.containerName, error }));
      }
    },
    forget: (containerId) => detach(needs, containerId),
    settings: (container) => networkSettings(container, sandboxes.get(container.id) ?? undefined, store),
  };

  return {
    forContainers, membersOf, ...membership,
    list: () => store.list(),
    find: (nameOrId) => store.find(nameOrId),
    sandboxes: () => sandboxes.values(),
    create: (request) => locks.run('networks', async () => {
      checkNetworkName(request.Name ?? '');
      if (store.byName(request.Name)) throw new Conflict(`network with name ${request.Name} already exists`);
      const ours = store.subnets();
      const record = networkFromRequest(request.ConfigFrom?.Network ? withConfiguration(request, configurationOf(request.ConfigFrom.Network)) : request, { id: randomId(), now: new Date(), ours, used: [...ours, ...await routedSubnets()], random40: randomBytes(5).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) });
      const rival = record.driver === 'bridge' ? store.list().find(({ device }) => device === record.device) : undefined;
      if (rival) throw new Forbidden(`cannot create network ${record.id} (${record.device ?? ''}): conflicts with network ${rival.id} (${rival.device ?? ''}): networks have same bridge name`);
      if (record.driver === 'macvlan' || record.driver === 'ipvlan') record.ownsParent = await ensureParent(record, { log });
      await store.save(record);
      say('create', record);
      return record;
    }),
    remove: (nameOrId) => locks.run('networks', async () => {
      const record = store.find(nameOrId);
      if (!isUserDefined(record)) throw new Forbidden(`${record.name} is a pre-defined network and cannot be removed`);
      await remove(record);
    }),
    prune: (matches) => locks.run('networks', async () => {
      const idle = store.list().filter((record) => isUserDefined(record) && matches(record) && membersOf(record).length === 0);
      for (const record of idle) await remove(record);
      events.publish('network', 'prune', '', { reclaimed: '0' });
      return idle.map(({ name }) => name);
    }),
    async [Symbol.asyncDispose]() {
      names.closeAll();
      relays.closeAll();
      await topology.close();
      owner[Symbol.dispose]();
    },
  };
}

/**
 * The names of our kernel objects. An abstract socket, which belongs to the network namespace and dies with its owner, says
 * whether another live engine has the plain names here; then ours get a suffix made of the run root.
 */
async function ownKernelNames(runRoot: string): Promise<{ bridge: string; table: string } & Disposable> {
  const server = createServer();
  server.unref();
  const isOurs = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)); // in use: another engine lives in this network namespace
    server.listen('\0gantry-networks', () => resolve(true));
  });
  const suffix = createHash('sha256').update(runRoot).digest('hex').slice(0, 6);
  return {
    ...(isOurs ? { bridge: 'gantry0', table: 'gantry' } : { bridge: `gantry-${suffix}`, table: `gantry_${suffix}` }),
    [Symbol.dispose]: () => void (isOurs && server.close()),
  };
}


// A container joins its networks: plan and reserve in one synchronous step, then make namespace, rules and files side by side.
import type { Log } from '../base/log.ts';
import type { NetworkAttachment, NetworkedContainer, NetworkUsers } from '../needs.ts';
import { Conflict, InvalidParameter, NotFound } from '../wire/errors.ts';
import { copyHostFiles, fileMounts, forwardersFor, hostResolvers, resolvConfFor, writeContainerFiles } from './container-files.ts';
import { linkedContainers, type Linked } from './linked.ts';
import { makeNamespace, netnsFile, removeNamespace, type Wiring } from './namespace.ts';
import type { NameService } from './name-service.ts';
import { networkMode, planEndpoint, wishedNetworks } from './plan.ts';
import { PortBusy, withHolder } from './port-reservation.ts';
import { claimPorts, forgetConversations, frontRecord, onlyExposed, targetOf, wishesOn } from './publication.ts';
import { isUserDefined, poolsOf, type NetworkRecord, type Sandbox } from './record.ts';
import type { Relays } from './relay.ts';
import type { Sandboxes } from './sandboxes.ts';
import type { NetworkStore } from './store.ts';
import type { Topology } from './topology.ts';
import { formatAddress } from './addresses.ts';

export interface AttachNeeds {
  store: NetworkStore;
  sandboxes: Sandboxes;
  topology: Topology;
  relays: Relays;
  names: NameService;
  users: () => NetworkUsers;
  netnsFolder: string;
  log: Log;
}

export async function attach(needs: AttachNeeds, container: NetworkedContainer, options: { signal?: AbortSignal | undefined }): Promise<NetworkAttachment> {
  const mode = networkMode(container);
  if (mode.kind === 'container') return joinOther(needs, container, mode.container);
  const { sandboxes } = needs;
  if (sandboxes.get(container.id)) await detach(needs, container.id); // a crash between its end and our notice
  if (mode.kind === 'host') {
    await sandboxes.save(emptySandbox(container, null));
    return { netns: null, mounts: await copyHostFiles(container) };
  }
  if (mode.kind === 'none') {
    // An empty namespace needs nothing of us: the runtime makes it, and it goes with the container's last process.
    await sandboxes.save(emptySandbox(container, null));
    const resolvConf = resolvConfFor(container, await hostResolvers());
    return { netns: 'new', mounts: await writeContainerFiles(container, { endpoints: [], linked: [], hostGateway: hostGateway(needs.store), resolvConf, servesNames: false }) };
  }
  const file = netnsFile(needs.netnsFolder, container.id);
  try {
    const linked = linkedContainers(needs, container);
    const sandbox = await plan(needs, container, file);
    const mounts = await build(needs, container, sandbox, linked, options);
    await sandboxes.save(sandbox);
    return { netns: file, mounts, env: linked.env };
  } catch (error) {
    await detach(needs, container.id);
    throw error instanceof PortBusy ? await withHolder(error) : error;
  }
}

/** Takes down what attach made; what is gone already is no matter. */
export async function detach({ sandboxes, topology, relays, names, log }: AttachNeeds, containerId: string): Promise<void> {
  const sandbox = sandboxes.get(containerId);
  if (!sandbox) return;
  sandboxes.rest(sandbox);
  relays.close(containerId);
  names.close(containerId);
  await sandboxes.remove(containerId);
  const failures: unknown[] = [];
  const step = async (work: () => Promise<void>) => { try { await work(); } catch (error) { failures.push(error); } };
  // not waited for: the filter keeps the order of its changes, and nobody gets the container's address for a while
  if (sandbox.ports.length > 0) topology.filter.change({ remove: sandbox.ports }).then(() => forgetConversations(sandbox.ports, log)).catch((error: unknown) => log.warn('published ports could not be taken out of the firewall', { containerId, error }));
  if (sandbox.netns !== null && sandbox.sharedWith === null) await step(() => removeNamespace(sandbox.netns ?? ''));
  topology.settle();
  if (failures.length > 0) throw new AggregateError(failures, `the network of container ${containerId} could not be taken down completely`);
  log.debug('detached', { containerId });
}

async function joinOther({ users, sandboxes }: AttachNeeds, container: NetworkedContainer, other: string): Promise<NetworkAttachment> {
  const target = users().find(other);
  if (target.id === container.id) throw new InvalidParameter('cannot join own network namespace');
  const sandbox = sandboxes.get(target.id);
  if (!sandbox || !target.isRunning) throw new Conflict(`cannot join network of a non running container: ${target.id}`);
  await sandboxes.save({ ...emptySandbox(container, sandbox.netns), sharedWith: target.id });
  return { netns: sandbox.netns, mounts: fileMounts(target.folder, container.hostConfig) };
}

const emptySandbox = (container: NetworkedContainer, netns: string | null): Sandbox => ({
  containerId: container.id, containerName: container.name, netns, sharedWith: null, endpoints: [], ports: [], exposed: [], resolvers: null,
});

function reserve({ sandboxes }: AttachNeeds, sandbox: Sandbox): Sandbox {
  sandboxes.put(sandbox);
  return sandbox;
}

async function plan(needs: AttachNeeds, container: NetworkedContainer, file: string): Promise<Sandbox> {
  const { store, sandboxes } = needs;
  const wished = wishedNetworks(container).map(([name, wish]) => [store.find(name), wish] as const);
  const front = frontRecord(wished.map(([record]) => record), priorities(container, store));
  // from here to `reserve` nothing waits: nobody else can take what is chosen
  const sandbox = emptySandbox(container, file);
  for (const [record, wish] of wished) {
    if (record.driver === 'host' || record.driver === 'null') throw new InvalidParameter(`container cannot be connected to network ${record.name} beside others`);
    sandbox.endpoints.push(planEndpoint(record, wish, container, { taken: (id) => sandboxes.taken(id), resting: sandboxes.resting(), devices: sandbox.endpoints.map(({ device }) => device) }));
  }
  reserve(needs, sandbox);
  const wishes = wishesOn(front, container);
  if (wishes.length > 0) await claimPorts(needs, container, sandbox, wishes, targetOf(sandbox.endpoints.find(({ networkId }) => networkId === front?.id)));
  sandbox.exposed = onlyExposed(container, sandbox.ports);
  return sandbox;
}

async function build(needs: AttachNeeds, container: NetworkedContainer, sandbox: Sandbox, linked: Linked, options: { signal?: AbortSignal | undefined }) {
  const { store, topology, names, log } = needs;
  const wiring = wiringOf(needs, container, sandbox);
  const host = await hostResolvers();
  const resolvConf = resolvConfFor(container, host);
  const servesNames = sandbox.endpoints.some(({ networkId }) => isUserDefined(recordOf(store, networkId)));
  if (servesNames) sandbox.resolvers = forwardersFor(container, host);
  const work = [
    (async () => {
      for (const { networkId } of sandbox.endpoints) await topology.ensure(recordOf(store, networkId));
      await Promise.all([
        makeNamespace(sandbox.netns ?? '', wiring, { signal: options.signal, log }).then(() => (servesNames ? names.open(sandbox) : undefined)),
        sandbox.ports.length > 0 ? topology.filter.change({ add: sandbox.ports }) : undefined,
      ]);
    })(),
    writeContainerFiles(container, { endpoints: sandbox.endpoints, linked: linked.hosts, hostGateway: hostGateway(store), resolvConf, servesNames }),
  ] as const;
  await Promise.allSettled(work); // a failure is undone only when nothing is in the making any more
  const [, mounts] = await Promise.all(work);
  return mounts;
}

export function wiringOf({ store }: Pick<AttachNeeds, 'store'>, container: Pick<NetworkedContainer, 'endpoints'>, sandbox: Sandbox): Wiring {
  return { endpoints: sandbox.endpoints, recordOf: (id) => recordOf(store, id), priorityOf: priorities(container, store) };
}

export function priorities(container: Pick<NetworkedContainer, 'endpoints'>, store: NetworkStore): (networkId: string) => number {
  return (networkId) => {
    const name = store.byId(networkId)?.name ?? '';
    return container.endpoints[name]?.GwPriority ?? container.endpoints[networkId]?.GwPriority ?? 0;
  };
}

export function recordOf(store: NetworkStore, networkId: string): NetworkRecord {
  const record = store.byId(networkId);
  if (!record) throw new NotFound(`network ${networkId} not found`);
  return record;
}

/** Where `host-gateway` leads: the default bridge's address. */
export function hostGateway(store: NetworkStore): string {
  const bridge = store.byName('bridge');
  const gateway = bridge && poolsOf(bridge).find(({ subnet }) => subnet.family === 4)?.gateway;
  return gateway ? formatAddress(gateway) : '127.0.0.1';
}

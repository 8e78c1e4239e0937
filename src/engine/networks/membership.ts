// connect and disconnect: a container joins or leaves a network, running or not.
// Wording of the errors: moby daemon/container_operations.
import type { EndpointSettings } from '@docker/node-sdk';
import type { EventBus } from '../base/events.ts';
import type { NetworkedContainer } from '../needs.ts';
import { Forbidden, InvalidParameter } from '../wire/errors.ts';
import { hostGateway, priorities, recordOf, wiringOf, type AttachNeeds } from './attach.ts';
import { forwardersFor, hostResolvers, resolvConfFor, writeContainerFiles } from './container-files.ts';
import { addToNamespace, holdNamespace, netnsFile, removeFromNamespace } from './namespace.ts';
import { checkWish, networkMode, planEndpoint, wishedNetworks } from './plan.ts';
import { frontRecord, republish } from './publication.ts';
import { PortBusy, withHolder } from './port-reservation.ts';
import { isUserDefined, type Endpoint, type NetworkRecord, type Sandbox } from './record.ts';

export interface Membership {
  connect(network: string, container: string, wish: EndpointSettings): Promise<void>;
  disconnect(network: string, container: string): Promise<void>;
}

export function createMembership(needs: AttachNeeds, events: EventBus): Membership {
  const { store, sandboxes, topology, names, users, netnsFolder, log } = needs;
  const say = (action: string, record: NetworkRecord, container: NetworkedContainer) =>
    events.publish('network', action, record.id, { container: container.id, name: record.name, type: record.driver });

  const rewriteFiles = async (container: NetworkedContainer, sandbox: Sandbox) => {
    const host = await hostResolvers();
    const resolvConf = resolvConfFor(container, host);
    const servesNames = sandbox.endpoints.some(({ networkId }) => isUserDefined(recordOf(store, networkId)));
    if (servesNames) sandbox.resolvers = forwardersFor(container, host);
    await writeContainerFiles(container, { endpoints: sandbox.endpoints, linked: [], hostGateway: hostGateway(store), resolvConf, servesNames });
    if (servesNames) await names.open(sandbox);
    await sandboxes.save(sandbox);
  };
  const movePorts = async (container: NetworkedContainer, sandbox: Sandbox) => {
    const front = frontRecord(sandbox.endpoints.map(({ networkId }) => recordOf(store, networkId)), priorities(container, store));
    await republish(needs, container, sandbox, front);
  };
  /** Takes a running container off a network, ports and all. */
  const leave = async (container: NetworkedContainer, sandbox: Sandbox, endpoint: Endpoint) => {
    sandbox.endpoints.splice(sandbox.endpoints.indexOf(endpoint), 1);
    if (sandbox.netns) await removeFromNamespace(sandbox.netns, endpoint, wiringOf(needs, container, sandbox), log);
    await movePorts(container, sandbox);
    topology.settle();
  };
  /** A container that began without networks has a namespace that only its processes hold. */
  const giveNamespace = async (sandbox: Sandbox, pid: number): Promise<string> => {
    const netns = sandbox.netns = netnsFile(netnsFolder, sandbox.containerId);
    await sandboxes.save(sandbox); // first, so that whatever comes between, its end takes the file away
    await holdNamespace(netns, pid);
    return netns;
  };
  return {
    async connect(networkName, containerName, wish) {
      const record = store.find(networkName);
      const found = users().find(containerName);
      await users().exclusively(found.id, async () => {
        const container = users().find(found.id);
        const mode = networkMode(container).kind;
        if (record.driver === 'host' && mode === 'networks' && !container.isRunning && Object.keys(container.endpoints).length === 0 && container.hostConfig.NetworkMode === 'host') {
          await users().saveEndpoints(container.id, { [record.name]: wish });
          return say('connect', record, container);
        }
        if (mode === 'container' || (mode === 'host' && record.driver !== 'host')) throw new InvalidParameter('container sharing network namespace with another container or host cannot be connected to any other network');
        if (record.driver === 'host') throw new InvalidParameter('container cannot be disconnected from host network or connected to host network');
        checkWish(record, wish);
        const before = wishedNetworks(container);
        if (mode === 'none' || (record.driver === 'null' && before.length > 0)) throw new InvalidParameter('container cannot be connected to multiple networks with one of the networks in private (none) mode');
        if (isMember(container, record)) throw new Forbidden(`endpoint with name ${container.name} already exists in network ${record.name}`);
        const endpoints = Object.fromEntries([...before, [record.name, wish] as const]);
        const sandbox = sandboxes.get(container.id);
        if (container.isRunning && sandbox && record.driver !== 'null') {
          const netns = sandbox.netns ?? await giveNamespace(sandbox, container.pid);
          const endpoint = planEndpoint(record, wish, container, { taken: (id) => sandboxes.taken(id), resting: sandboxes.resting(), devices: sandbox.endpoints.map(({ device }) => device) });
          sandbox.endpoints.push(endpoint);
          try {
            await topology.ensure(record);
            await addToNamespace(netns, endpoint, wiringOf(needs, { endpoints }, sandbox), log);
          } catch (error) {
            sandbox.endpoints.splice(sandbox.endpoints.indexOf(endpoint), 1);
            topology.settle();
            throw error;
          }
          try {
            await movePorts({ ...container, endpoints }, sandbox);
            await rewriteFiles(container, sandbox);
          } catch (error) {
            await leave(container, sandbox, endpoint).catch((failure: unknown) => log.warn('a connection that failed could not be taken back', { network: record.name, container: container.name, error: failure }));
            throw error instanceof PortBusy ? await withHolder(error) : error;
          }
        }
        await users().saveEndpoints(container.id, endpoints);
        say('connect', record, container);
      });
    },
    async disconnect(networkName, containerName) {
      const record = store.find(networkName);
      const found = users().find(containerName);
      await users().exclusively(found.id, async () => {
        const container = users().find(found.id);
        if (record.driver === 'host' && container.isRunning) throw new InvalidParameter('container cannot be disconnected from host network or connected to host network');
        if (!isMember(container, record)) throw new Forbidden(`container ${container.id} is not connected to network ${record.name}`);
        const endpoints = Object.fromEntries(wishedNetworks(container).filter(([name]) => name !== record.name && name !== record.id));
        const sandbox = sandboxes.get(container.id);
        const endpoint = sandbox?.endpoints.find(({ networkId }) => networkId === record.id);
        if (sandbox?.netns && endpoint) {
          await leave({ ...container, endpoints }, sandbox, endpoint);
          await rewriteFiles(container, sandbox);
        }
        await users().saveEndpoints(container.id, endpoints);
        say('disconnect', record, container);
      });
    },
  };
}

function isMember(container: NetworkedContainer, record: NetworkRecord): boolean {
  return networkMode(container).kind !== 'container' && wishedNetworks(container).some(([name]) => name === record.name || name === record.id);
}


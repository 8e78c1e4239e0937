// Where a container's published ports lead: to its address on the network that leads outside. They move when that network
// changes, keep their host ports on the way, and go when no network leads outside any more.
import type { Log } from '../base/log.ts';
import type { NetworkedContainer } from '../needs.ts';
import { forgetUdpWith } from '../kernel/conntrack.ts';
import { Conflict, errorMessage } from '../wire/errors.ts';
import { bytesOf } from './addresses.ts';
import type { AttachNeeds } from './attach.ts';
import type { PortTarget } from './firewall.ts';
import { bindAddress } from './links.ts';
import { choosePorts, readPortFacts, socketsOf } from './port-reservation.ts';
import { parsePort, portKey, portWishes, type PortWish } from './published-ports.ts';
import { bareAddress, type Endpoint, type NetworkRecord, type Sandbox } from './record.ts';

/** The bridge that ports are published on: highest GwPriority, then the order of the wishes; internal ones never. */
export function frontRecord(records: readonly NetworkRecord[], priorityOf: (networkId: string) => number): NetworkRecord | undefined {
  return records.filter(({ driver, internal }) => driver === 'bridge' && !internal).toSorted((one, other) => priorityOf(other.id) - priorityOf(one.id))[0];
}

/** What is asked to be published when `front` is the network that leads outside. @throws InvalidParameter */
export function wishesOn(front: NetworkRecord | undefined, { hostConfig, config }: Pick<NetworkedContainer, 'hostConfig' | 'config'>): PortWish[] {
  if (!front) return [];
  const address = bindAddress(front);
  return portWishes({ portBindings: hostConfig.PortBindings, publishAll: hostConfig.PublishAllPorts, exposed: config.ExposedPorts }, address === '0.0.0.0' ? '' : address);
}

export const targetOf = (endpoint: Endpoint | undefined) => ({ ipv4: endpoint?.ipv4 ? bareAddress(endpoint.ipv4) : null, ipv6: endpoint?.ipv6 ? bareAddress(endpoint.ipv6) : null });

/** The exposed ports that are not published. */
export function onlyExposed(container: Pick<NetworkedContainer, 'config'>, ports: readonly PortTarget[]) {
  return Object.keys({ ...container.config.ExposedPorts }).map(parsePort).filter((port) => !ports.some((other) => portKey(other) === portKey(port)));
}

/**
 * Chooses host ports and opens their listeners, which is the proof that no other program has them.
 * @throws PortBusy, Conflict
 */
export async function claimPorts({ sandboxes, relays }: AttachNeeds, container: NetworkedContainer, sandbox: Sandbox, wishes: readonly PortWish[], target: { ipv4: string | null; ipv6: string | null }): Promise<void> {
  let facts = await readPortFacts(wishes);
  for (let isLastTry = false; ; isLastTry = true) {
    sandbox.ports = choosePorts(wishes, facts, sandboxes.values(), target); // taken from here on
    try {
      return await relays.open(container.id, sandbox.ports);
    } catch (error) {
      sandbox.ports = [];
      if (isLastTry || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cannotPublish(container, error);
      facts = { ...facts, sockets: await socketsOf(wishes) };
    }
  }
}

/**
 * Makes the published ports of a running container fit the networks it is on now.
 * @throws PortBusy and Conflict when a port that only now becomes published is taken
 */
export async function republish(needs: AttachNeeds, container: NetworkedContainer, sandbox: Sandbox, front: NetworkRecord | undefined): Promise<void> {
  const { topology, relays, log } = needs;
  const target = targetOf(sandbox.endpoints.find(({ networkId }) => networkId === front?.id));
  const before = sandbox.ports;
  if (before.length === 0) {
    if (front) await claimPorts(needs, container, sandbox, wishesOn(front, container), target);
    if (sandbox.ports.length === 0) return;
  } else {
    const after = front ? before.map((port) => ({ ...port, target: (port.hostIp.includes(':') ? target.ipv6 ?? target.ipv4 : target.ipv4 ?? target.ipv6) ?? '' })) : [];
    if (front && after.every(({ target: to }, index) => to === before[index]?.target)) return;
    relays.close(container.id);
    sandbox.ports = after;
    await relays.open(container.id, after).catch((error: unknown) => {
      sandbox.ports = [];
      throw cannotPublish(container, error);
    });
  }
  try {
    await topology.filter.change({ remove: before, add: sandbox.ports });
    forgetConversations(before, log);
  } catch (error) {
    sandbox.ports = [];
    relays.close(container.id);
    throw cannotPublish(container, error);
  }
  sandbox.exposed = onlyExposed(container, sandbox.ports);
}

/** UDP clients that keep sending would be led to where the ports led before. */
export function forgetConversations(ports: readonly PortTarget[], log: Log): void {
  for (const address of new Set(ports.filter(({ protocol }) => protocol === 'udp').map(({ target }) => target))) {
    try {
      forgetUdpWith(bytesOf(address));
    } catch (error) {
      log.warn('UDP clients may be led to an address that is no more, until they fall silent', { address, error });
    }
  }
}

const cannotPublish = (container: NetworkedContainer, cause: unknown) => new Conflict(`cannot publish ports of container ${container.name}: ${errorMessage(cause)}`);

// Where a container's published ports lead: to its address on the network that leads outside. They move when that network
// changes, keep their host ports on the way, and go when no network leads outside any more.
import type { NetworkedContainer } from '../needs.ts';
import { Conflict } from '../wire/errors.ts';
import type { AttachNeeds } from './attach.ts';
import type { PortTarget } from './firewall.ts';
import { bindAddress } from './links.ts';
import { choosePorts, readPortFacts } from './port-reservation.ts';
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
 * Makes the published ports of a running container fit the networks it is on now.
 * @throws PortBusy and Conflict when a port that only now becomes published is taken
 */
export async function republish({ sandboxes, topology, relays }: AttachNeeds, container: NetworkedContainer, sandbox: Sandbox, front: NetworkRecord | undefined): Promise<void> {
  const target = targetOf(sandbox.endpoints.find(({ networkId }) => networkId === front?.id));
  const before = sandbox.ports;
  if (!front && before.length === 0) return;
  const wishes = before.length > 0 || !front ? [] : wishesOn(front, container);
  const facts = await readPortFacts(wishes);
  const after = !front ? []
    : before.length > 0 ? before.map((port) => ({ ...port, target: (port.hostIp.includes(':') ? target.ipv6 ?? target.ipv4 : target.ipv4 ?? target.ipv6) ?? '' }))
    : choosePorts(wishes, facts, sandboxes.values(), target);
  if (after.length === before.length && after.every(({ target: to }, index) => to === before[index]?.target)) return;
  sandbox.ports = after; // taken from here on
  relays.close(container.id);
  try {
    await relays.open(container.id, after);
    await topology.filter.change({ remove: before, add: after });
  } catch (error) {
    sandbox.ports = [];
    relays.close(container.id);
    throw new Conflict(`cannot publish ports of container ${container.name}: ${(error as Error).message}`, { cause: error });
  }
  sandbox.exposed = onlyExposed(container, after);
}

// The picture of one host's networks as a graph: this machine, its bridges, the containers with their addresses, and published
// ports as ways from the machine through address translation to a container. Pure; the layout is made elsewhere.
import type { ContainerRow } from '../../main/contract/containers.ts';
import type { HostRow } from '../queries.ts';
import { addressOn, containerName, gatewaysOf, isRunning, subnetsOf, type Network } from './network.ts';

export type TopologyNode =
  | { id: string; kind: 'machine'; name: string }
  | { id: string; kind: 'network'; name: string; driver: string; device: string; subnets: string[]; gateways: string[]; isInternal: boolean; networkId: string }
  | { id: string; kind: 'ports'; name: string; ports: string[]; containerId: string }
  | { id: string; kind: 'container'; name: string; isRunning: boolean; addresses: { network: string; address: string; device: string }[]; containerId: string };

export interface TopologyEdge { id: string; from: string; to: string; kind: 'nat' | 'veth' | 'port' | 'shared'; label: string }

export interface Topology { nodes: TopologyNode[]; edges: TopologyEdge[] }

const MACHINE = 'machine';

/** Networks without members are left out unless the user made them; host and none only appear with members. */
export function topologyOf(hostName: string, networks: Network[], containers: HostRow<ContainerRow>[]): Topology {
  const shown = networks.filter(({ row, members }) => members.length > 0 || !['host', 'none', 'ingress'].includes(row.Name));
  const nodes: TopologyNode[] = [{ id: MACHINE, kind: 'machine', name: hostName }];
  const edges: TopologyEdge[] = [];
  for (const { row } of shown) {
    if (row.Name === 'host' || row.Name === 'none') continue;
    const id = `network ${row.Id}`;
    nodes.push({ id, kind: 'network', name: row.Name, driver: row.Driver, device: deviceOf(row), subnets: subnetsOf(row), gateways: gatewaysOf(row), isInternal: row.Internal, networkId: row.Id });
    if (!row.Internal) edges.push({ id: `${MACHINE} ${row.Id}`, from: MACHINE, to: id, kind: 'nat', label: row.Driver === 'bridge' ? 'NAT' : row.Driver });
  }
  const networkIds = new Map(shown.map(({ row }) => [row.Name, `network ${row.Id}`]));
  for (const { row } of containers) {
    const names = Object.keys(row.NetworkSettings?.Networks ?? {});
    const id = `container ${row.Id}`;
    nodes.push({
      id, kind: 'container', name: containerName(row), isRunning: isRunning(row), containerId: row.Id,
      addresses: names.flatMap((network, index) => (addressOn(row, network) === '' ? [] : [{ network, address: addressOn(row, network), device: `eth${index}` }])),
    });
    for (const name of names) {
      const network = networkIds.get(name);
      if (network && name !== 'host' && name !== 'none') edges.push({ id: `${row.Id} ${name}`, from: network, to: id, kind: 'veth', label: addressOn(row, name) });
      else if (name === 'host') edges.push({ id: `${row.Id} host`, from: MACHINE, to: id, kind: 'shared', label: '' });
    }
    const ports = publishedPorts(row);
    if (ports.length === 0) continue;
    nodes.push({ id: `ports ${row.Id}`, kind: 'ports', name: containerName(row), ports, containerId: row.Id });
    edges.push({ id: `${row.Id} in`, from: MACHINE, to: `ports ${row.Id}`, kind: 'port', label: '' }, { id: `${row.Id} port`, from: `ports ${row.Id}`, to: id, kind: 'port', label: '' });
  }
  return { nodes, edges };
}

/** `8080 → 80/tcp`, each once although engines list IPv4 and IPv6 apart. */
export function publishedPorts(row: ContainerRow): string[] {
  return [...new Set((row.Ports ?? []).flatMap(({ PublicPort, PrivatePort, Type }) => (PublicPort ? [`${PublicPort} → ${PrivatePort}/${Type}`] : [])))];
}

/** Bridge or parent device, as `ip link` names it. */
export function deviceOf(row: Network['row']): string {
  const options = row.Options ?? {};
  if (row.Driver === 'macvlan' || row.Driver === 'ipvlan') return options['parent'] ?? '';
  if (row.Driver !== 'bridge') return '';
  return options['com.docker.network.bridge.name'] ?? `br-${row.Id.slice(0, 12)}`;
}

// The picture of one host's networks as a graph: this machine with its interfaces, its bridges, the containers with their addresses
// and namespaces, and published ports as ways from the machine through address translation to a container. Pure; the layout is made
// elsewhere.
import type { ContainerRow } from '../../main/contract/containers.ts';
import type { NetworkDevices } from '../../main/contract/networks.ts';
import type { HostRow } from '../queries.ts';
import { addressesOn, containerName, gatewaysOf, isRunning, subnetsOf, type Network } from './network.ts';

/** Whose network namespace a container is in. `none`: its own, with nothing but loopback in it. */
export type NamespacePlace = 'own' | 'none' | 'host' | 'shared' | 'stopped';

export interface ContainerAddress { network: string; address: string; /** as the container names it; '' when the engine does not tell */ device: string }

export type TopologyNode =
  | { id: string; kind: 'machine'; name: string; /** undefined: the engine does not tell */ interfaces: NetworkDevices['interfaces'] | undefined }
  | { id: string; kind: 'network'; name: string; driver: string; device: string; subnets: string[]; gateways: string[]; isInternal: boolean; networkId: string }
  | { id: string; kind: 'ports'; name: string; ports: string[]; containerId: string }
  | { id: string; kind: 'container'; name: string; isRunning: boolean; addresses: ContainerAddress[]; networks: string[]; place: NamespacePlace; /** `net:[4026532281]`, or the container that shares its own */ namespace: string; containerId: string };

/** `shared`: both are in one namespace; `idle`: the container does not run, so there is no veth pair now */
export interface TopologyEdge { id: string; from: string; to: string; kind: 'nat' | 'veth' | 'idle' | 'port' | 'shared'; label: string }

export interface Topology { nodes: TopologyNode[]; edges: TopologyEdge[] }

const MACHINE = 'machine';

/** Networks without members are left out unless the user made them; host and none only appear with members. */
export function topologyOf(hostName: string, networks: Network[], containers: HostRow<ContainerRow>[], devices?: NetworkDevices | null): Topology {
  const shown = networks.filter(({ row, members }) => members.length > 0 || !['host', 'none', 'ingress'].includes(row.Name));
  const nodes: TopologyNode[] = [{ id: MACHINE, kind: 'machine', name: hostName, interfaces: devices?.interfaces }];
  const edges: TopologyEdge[] = [];
  for (const { row } of shown) {
    if (row.Name === 'host' || row.Name === 'none') continue;
    const id = `network ${row.Id}`;
    nodes.push({ id, kind: 'network', name: row.Name, driver: row.Driver, device: deviceOf(row), subnets: subnetsOf(row), gateways: gatewaysOf(row), isInternal: row.Internal, networkId: row.Id });
    if (!row.Internal) edges.push({ id: `${MACHINE} ${row.Id}`, from: MACHINE, to: id, kind: 'nat', label: row.Driver === 'bridge' ? 'NAT' : row.Driver });
  }
  const networkIds = new Map(shown.map(({ row }) => [row.Name, row.Id]));
  const containerIds = new Map(containers.map(({ row }) => [row.Id, containerName(row)]));
  for (const { row } of containers) {
    const names = Object.keys(row.NetworkSettings?.Networks ?? {});
    const id = `container ${row.Id}`;
    const endpointOn = (network: string) => devices?.endpoints.find((endpoint) => endpoint.containerId === row.Id && endpoint.networkId === networkIds.get(network));
    const owner = ownerOf(row);
    const place = placeOf(row);
    nodes.push({
      id, kind: 'container', name: containerName(row), isRunning: isRunning(row), containerId: row.Id, networks: names, place,
      namespace: place === 'shared' ? containerIds.get(owner) ?? owner.slice(0, 12) : devices?.namespaces[row.Id] ?? '',
      addresses: names.flatMap((network) => addressesOn(row, network).map((address) => ({ network, address, device: endpointOn(network)?.device ?? (devices || names.length > 1 ? '' : 'eth0') }))),
    });
    for (const name of names) {
      const network = networkIds.get(name);
      if (network && name !== 'host' && name !== 'none') edges.push({ id: `${row.Id} ${name}`, from: `network ${network}`, to: id, kind: isRunning(row) ? 'veth' : 'idle', label: endpointOn(name)?.hostDevice ?? '' });
      else if (name === 'host') edges.push({ id: `${row.Id} host`, from: MACHINE, to: id, kind: 'shared', label: '' });
    }
    if (place === 'shared' && containerIds.has(owner)) edges.push({ id: `${row.Id} shared`, from: `container ${owner}`, to: id, kind: 'shared', label: '' });
    const ports = publishedPorts(row);
    if (ports.length === 0) continue;
    nodes.push({ id: `ports ${row.Id}`, kind: 'ports', name: containerName(row), ports, containerId: row.Id });
    edges.push({ id: `${row.Id} in`, from: MACHINE, to: `ports ${row.Id}`, kind: 'port', label: '' }, { id: `${row.Id} port`, from: `ports ${row.Id}`, to: id, kind: 'port', label: '' });
  }
  return { nodes, edges };
}

const ownerOf = (row: ContainerRow): string => /^container:(.+)$/.exec(row.HostConfig?.NetworkMode ?? '')?.[1] ?? '';

function placeOf(row: ContainerRow): NamespacePlace {
  const names = Object.keys(row.NetworkSettings?.Networks ?? {});
  if (!isRunning(row)) return 'stopped';
  if (ownerOf(row) !== '') return 'shared';
  if (names.includes('host') || row.HostConfig?.NetworkMode === 'host') return 'host';
  return names.some((name) => name !== 'none') ? 'own' : 'none';
}

/** `8080 → 80/tcp`, each once although engines list IPv4 and IPv6 apart; with the address where it is bound to one. */
export function publishedPorts(row: ContainerRow): string[] {
  return [...new Set((row.Ports ?? []).toSorted((a, b) => (a.PublicPort ?? 0) - (b.PublicPort ?? 0)).flatMap(({ IP = '', PublicPort, PrivatePort, Type }) => (PublicPort ? [`${boundTo(IP)}${PublicPort} → ${PrivatePort}/${Type}`] : [])))];
}

const boundTo = (address: string): string => (['', '0.0.0.0', '::'].includes(address) ? '' : address.includes(':') ? `[${address}]:` : `${address}:`);

/** Bridge or parent device, as `ip link` names it. */
export function deviceOf(row: Network['row']): string {
  const options = row.Options ?? {};
  if (row.Driver === 'macvlan' || row.Driver === 'ipvlan') return options['parent'] ?? '';
  if (row.Driver !== 'bridge') return '';
  return options['com.docker.network.bridge.name'] ?? `br-${row.Id.slice(0, 12)}`;
}

// A network as the views need it: its row, its host, who is on it. Pure.
import type { ContainerRow } from '../../main/contract/containers.ts';
import type { NetworkRow } from '../../main/contract/networks.ts';
import type { HostRow } from '../queries.ts';

export interface Network extends HostRow<NetworkRow> { members: HostRow<ContainerRow>[] }

/** Always there and never removed. */
export const PREDEFINED = ['bridge', 'host', 'none'];

export const isPredefined = (row: NetworkRow): boolean => PREDEFINED.includes(row.Name) || row.Ingress === true;
export const subnetsOf = (row: NetworkRow): string[] => (row.IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [Subnet] : []));
export const gatewaysOf = (row: NetworkRow): string[] => (row.IPAM?.Config ?? []).flatMap(({ Gateway }) => (Gateway ? [Gateway] : []));
export const containerName = (row: ContainerRow): string => (row.Names[0] ?? row.Id.slice(0, 12)).replace(/^\//, '');
export const isRunning = (row: ContainerRow): boolean => row.State === 'running' || row.State === 'paused';

/** IPv4 first; none while it does not run. */
export function addressesOn(container: ContainerRow, network: string): string[] {
  const { IPAddress = '', GlobalIPv6Address = '' } = container.NetworkSettings?.Networks?.[network] ?? {};
  return [IPAddress, GlobalIPv6Address].filter((address) => address !== '');
}

/** Joins both lists; a container names its networks, which is all an engine's list tells. */
export function withMembers(networks: HostRow<NetworkRow>[], containers: HostRow<ContainerRow>[]): Network[] {
  const byNetwork = new Map<string, HostRow<ContainerRow>[]>();
  for (const item of containers) {
    for (const name of Object.keys(item.row.NetworkSettings?.Networks ?? {})) {
      const key = `${item.host.id} ${name}`;
      byNetwork.set(key, [...(byNetwork.get(key) ?? []), item]);
    }
  }
  return networks.map((item) => ({ ...item, members: byNetwork.get(`${item.host.id} ${item.row.Name}`) ?? [] }));
}

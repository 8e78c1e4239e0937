// What is kept of a network and of a container's place in networks. Network records live in the data root in Docker's own
// vocabulary; sandboxes live in the run root, because addresses and namespaces do not survive a reboot.
import type { IPAM } from '@docker/node-sdk';
import { parseAddress, parseSubnet, type Address, type Subnet } from './addresses.ts';
import type { FirewallNetwork, PortTarget } from './firewall.ts';
import type { ContainerPort } from './published-ports.ts';

export type NetworkDriver = 'bridge' | 'host' | 'null' | 'macvlan' | 'ipvlan';

export interface NetworkRecord {
  id: string;
  name: string;
  driver: NetworkDriver;
  /** RFC 3339 */
  created: string;
  internal: boolean;
  attachable: boolean;
  enableIPv4: boolean;
  enableIPv6: boolean;
  /** as inspect shows it: every pool has its subnet and, where there is one, its gateway */
  ipam: IPAM;
  /** subnets that the user chose: only there he may choose addresses */
  hasOwnSubnet: boolean;
  options: Record<string, string>;
  labels: Record<string, string>;
  /** bridge device (bridge) or parent device (macvlan, ipvlan) */
  device: string | null;
  /** only settings for other networks: no container joins it */
  configOnly?: boolean;
  /** name of the network that the settings are from */
  configFrom?: string;
  /** the parent device was made for this network and goes with it */
  ownsParent?: boolean;
}

export interface NetworkPool {
  subnet: Subnet;
  range: Subnet | undefined;
  gateway: Address | undefined;
  auxiliary: Address[];
}

/** One container on one network while it runs. */
export interface Endpoint {
  networkId: string;
  endpointId: string;
  /** name inside the container */
  device: string;
  /** our side of the veth pair; null for macvlan and ipvlan */
  hostDevice: string | null;
  mac: string;
  /** with prefix length: 172.17.0.2/16 */
  ipv4: string | null;
  ipv6: string | null;
  gateway4: string | null;
  gateway6: string | null;
  /** names it answers to on this network, without the short id */
  names: string[];
  /** names that only this container has for others: alias -> container */
  links?: Record<string, string>;
}

/** A container's network namespace and what hangs on it. */
export interface Sandbox {
  containerId: string;
  containerName: string;
  /** file the namespace is bound to; null: the host's namespace */
  netns: string | null;
  /** the container whose namespace is shared; its owner takes it down */
  sharedWith: string | null;
  endpoints: Endpoint[];
  ports: PortTarget[];
  /** exposed but not published */
  exposed: ContainerPort[];
  /** resolvers to ask for names of the outside; null: no name server of ours in the namespace */
  resolvers: string[] | null;
}

export function poolsOf(record: NetworkRecord): NetworkPool[] {
  return (record.ipam.Config ?? []).map((config) => ({
    subnet: parseSubnet(config.Subnet ?? ''),
    range: config.IPRange ? parseSubnet(config.IPRange) : undefined,
    gateway: config.Gateway ? parseAddress(config.Gateway) : undefined,
    auxiliary: Object.values(config.AuxiliaryAddresses ?? {}).map(parseAddress),
  }));
}

export const option = (record: NetworkRecord, key: string): string | undefined => record.options[`com.docker.network.${key}`];

/** As Go's strconv.ParseBool reads it; absent gives `absent`. */
export function flag(record: NetworkRecord, key: string, absent: boolean): boolean {
  const value = option(record, key);
  return value === undefined ? absent : ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
}

export function mtuOf(record: NetworkRecord): number | undefined {
  const value = Number(option(record, 'driver.mtu') ?? record.options['mtu'] ?? Number.NaN);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

/** User-defined networks have names and free choice of addresses; the three that are always there have not. */
export const isUserDefined = (record: NetworkRecord): boolean => !['bridge', 'host', 'none'].includes(record.name);

export function firewallNetwork(record: NetworkRecord): FirewallNetwork {
  return {
    bridge: record.device ?? '',
    subnets: poolsOf(record).map(({ subnet }) => subnet),
    isInternal: record.internal,
    masquerades: flag(record, 'bridge.enable_ip_masquerade', true),
    connects: flag(record, 'bridge.enable_icc', true),
  };
}

export const withPrefix = (address: string, subnet: Subnet): string => `${address}/${subnet.prefix}`;
export const bareAddress = (text: string): string => text.split('/')[0] ?? '';

// What a picture of the networks is drawn from: the interfaces of this machine that are no engine's bridges or veth ends, and both
// ends of each container's devices with the namespace they are in. Interfaces as `ip -d -j addr show` tells them (ip-address(8)).
import { stat } from 'node:fs/promises';
import { defaultRoutes, listAddresses, type LinkAddresses } from '../tools/ip.ts';
import type { NetworkRecord, Sandbox } from './record.ts';

export interface HostInterface {
  name: string;
  /** with prefix length, IPv4 first; link-local ones left out */
  addresses: string[];
  isUp: boolean;
  /** the default route leaves here */
  isDefault: boolean;
}

export interface EndpointDevices {
  containerId: string;
  networkId: string;
  /** name inside the container */
  device: string;
  /** name of our end of the veth pair; null for macvlan and ipvlan */
  hostDevice: string | null;
  /** with prefix length */
  ipv4: string | null;
  ipv6: string | null;
}

export interface NetworkDevices {
  interfaces: HostInterface[];
  endpoints: EndpointDevices[];
  /** container id -> `net:[4026532281]`, as /proc/PID/ns/net of each of its processes says; containers in the host's namespace are absent */
  namespaces: Record<string, string>;
}

/** Read at the moment of the question. */
export async function networkDevices(networks: { list(): NetworkRecord[]; sandboxes(): Iterable<Sandbox> }, signal?: AbortSignal): Promise<NetworkDevices> {
  const sandboxes = [...networks.sandboxes()];
  const endpoints = sandboxes.flatMap(({ containerId, endpoints: own }) => own.map(({ networkId, device, hostDevice, ipv4, ipv6 }) => ({ containerId, networkId, device, hostDevice, ipv4, ipv6 })));
  const bridges = networks.list().flatMap(({ driver, device }) => (driver === 'bridge' && device !== null ? [device] : []));
  const [links, routes, namespaces] = await Promise.all([listAddresses({ signal }), defaultRoutes({ signal }), Promise.all(sandboxes.map(namespaceOf))]);
  return { interfaces: hostInterfaces(links, routes, new Set(bridges)), endpoints, namespaces: Object.fromEntries(namespaces.flat()) };
}

/** Loopback, our bridges, and what is a port of a bridge (veth ends above all) are no way out of this machine. */
export function hostInterfaces(links: readonly LinkAddresses[], defaultDevices: readonly string[], bridges: ReadonlySet<string>): HostInterface[] {
  return links
    .filter(({ name, isLoopback, master }) => !isLoopback && master === null && !bridges.has(name))
    .map(({ name, addresses, isUp }) => ({ name, addresses, isUp, isDefault: defaultDevices.includes(name) }))
    .toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault) || Number(b.isUp) - Number(a.isUp) || a.name.localeCompare(b.name));
}

async function namespaceOf({ containerId, netns }: Sandbox): Promise<[string, string][]> {
  if (netns === null) return [];
  try {
    return [[containerId, `net:[${(await stat(netns)).ino}]`]];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // the container has just ended
    throw error;
  }
}

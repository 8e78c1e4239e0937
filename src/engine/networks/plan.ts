// Which networks a container joins, with which addresses and names: decided from records before anything is done. Pure.
// Wording of the errors: moby daemon/container_operations.
import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { EndpointSettings } from '@docker/node-sdk';
import { randomId, shortId } from '../base/ids.ts';
import type { NetworkedContainer } from '../needs.ts';
import { Forbidden, InvalidParameter } from '../wire/errors.ts';
import { contains, formatAddress, nextFree, parseAddress } from './addresses.ts';
import { isUserDefined, poolsOf, withPrefix, type Endpoint, type NetworkPool, type NetworkRecord } from './record.ts';

export type NetworkMode = { kind: 'host' } | { kind: 'none' } | { kind: 'container'; container: string } | { kind: 'networks' };

/** A container that left `none` or `host` is one like any other, on the networks it joined since; one that left them all may join `none`. */
export function networkMode({ hostConfig, endpoints }: Pick<NetworkedContainer, 'hostConfig' | 'endpoints'>): NetworkMode {
  const mode = hostConfig.NetworkMode ?? '';
  if (mode.startsWith('container:')) return { kind: 'container', container: mode.slice('container:'.length) };
  const joined = Object.keys(endpoints);
  if (joined.includes('none') && (mode === 'none' || joined.length === 1)) return { kind: 'none' };
  return { kind: mode === 'host' && joined.includes('host') ? 'host' : 'networks' };
}

const plainName = (name: string) => (name === '' || name === 'default' ? 'bridge' : name);

/** The endpoints of a new container that names none: the network of its mode. Later an empty set means that it left every network. */
export function firstEndpoints(container: Pick<NetworkedContainer, 'hostConfig'>, wished: Record<string, EndpointSettings> | null | undefined): Record<string, EndpointSettings> {
  if (Object.keys(wished ?? {}).length > 0) return wished ?? {};
  const mode = container.hostConfig.NetworkMode ?? '';
  return mode.startsWith('container:') ? {} : { [plainName(mode)]: {} };
}

/** Names or ids of the wished networks, the one of NetworkMode first, with what the endpoint wishes. */
export function wishedNetworks(container: Pick<NetworkedContainer, 'hostConfig' | 'endpoints'>): [name: string, wish: EndpointSettings][] {
  const wishes = new Map(Object.entries(container.endpoints).map(([name, wish]) => [plainName(name), wish ?? {}]));
  const first = plainName(container.hostConfig.NetworkMode ?? '');
  const primary = wishes.get(first);
  return primary ? [[first, primary], ...[...wishes].filter(([name]) => name !== first)] : [...wishes];
}

/** @throws InvalidParameter for wishes that this network cannot grant */
export function checkWish(record: NetworkRecord, wish: EndpointSettings): void {
  if (record.configOnly) throw new Forbidden('cannot create endpoint on configuration-only network');
  const { IPv4Address, IPv6Address } = wish.IPAMConfig ?? {};
  if (IPv4Address && isIP(IPv4Address) !== 4) throw new InvalidParameter(`invalid IPv4 address: ${IPv4Address}`);
  if (IPv6Address && isIP(IPv6Address) !== 6) throw new InvalidParameter(`invalid IPv6 address: ${IPv6Address}`);
  if ((wish.Aliases?.length ?? 0) > 0 && !isUserDefined(record) && wish.Aliases?.some((alias) => alias !== '')) {
    throw new InvalidParameter('network-scoped alias is supported only for containers in user defined networks');
  }
  for (const text of [IPv4Address, IPv6Address]) {
    if (!text) continue;
    if (!isUserDefined(record)) throw new InvalidParameter('user specified IP address is supported on user defined networks only');
    const address = parseAddress(text);
    if (!record.hasOwnSubnet) throw new InvalidParameter('user specified IP address is supported only when connecting to networks with user configured subnets');
    if (!poolsOf(record).some(({ subnet }) => contains(subnet, address))) {
      throw new InvalidParameter(`no configured subnet contains the IP address ${text}`);
    }
  }
  if (wish.MacAddress && !/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(wish.MacAddress)) throw new InvalidParameter(`invalid MAC address: ${wish.MacAddress}`);
}

export interface PlanWorld {
  /** addresses in use on a network, text without prefix, with who has them */
  taken(networkId: string): ReadonlyMap<string, string>;
  /** addresses given back a moment ago */
  resting: ReadonlySet<string>;
  /** devices that the sandbox has already */
  devices: readonly string[];
}

/** @throws Forbidden when a pool is exhausted, Conflict when the wished address is taken, InvalidParameter */
export function planEndpoint(record: NetworkRecord, wish: EndpointSettings, container: Pick<NetworkedContainer, 'id' | 'name' | 'config'>, world: PlanWorld): Endpoint {
  checkWish(record, wish);
  const pools = poolsOf(record);
  const give = (family: 4 | 6, wished: string | undefined): { address: string; pool: NetworkPool } | null => {
    const candidates = pools.filter(({ subnet }) => subnet.family === family);
    if (candidates.length === 0) return null;
    return chooseAddress(record, candidates, wished || undefined, world);
  };
  const four = record.enableIPv4 ? give(4, wish.IPAMConfig?.IPv4Address) : null;
  const six = record.enableIPv6 ? give(6, wish.IPAMConfig?.IPv6Address) : null;
  const number = Array.from({ length: world.devices.length + 1 }, (_, index) => index).find((index) => !world.devices.includes(`eth${index}`)) ?? 0;
  const endpointId = randomId();
  const gateway = (given: { pool: NetworkPool } | null) => (given?.pool.gateway && !record.internal ? formatAddress(given.pool.gateway) : null);
  return {
    networkId: record.id,
    endpointId,
    device: `eth${number}`,
    hostDevice: record.driver === 'bridge' ? `veth${endpointId.slice(0, 7)}` : null,
    mac: (wish.MacAddress || (number === 0 ? container.config.MacAddress : '') || macFor(four?.address, endpointId)).toLowerCase(),
    ipv4: four && withPrefix(four.address, four.pool.subnet),
    ipv6: six && withPrefix(six.address, six.pool.subnet),
    gateway4: gateway(four),
    gateway6: gateway(six),
    names: namesOf(record, wish, container),
    links: Object.fromEntries((wish.Links ?? []).map((link) => { const [name = '', alias = name] = link.replace(/^\//, '').split(':'); return [alias.toLowerCase(), name]; })),
  };
}

/** What others on the network may call it, besides the id. */
export function namesOf(record: NetworkRecord, wish: EndpointSettings, container: Pick<NetworkedContainer, 'id' | 'name' | 'config'>): string[] {
  if (!isUserDefined(record)) return [];
  const hostname = container.config.Hostname;
  return [...new Set([container.name, ...(wish.Aliases ?? []), shortId(container.id), ...(hostname ? [hostname] : [])].filter(Boolean))];
}

function chooseAddress(record: NetworkRecord, pools: readonly NetworkPool[], wished: string | undefined, world: PlanWorld): { address: string; pool: NetworkPool } {
  const taken = world.taken(record.id);
  for (const pool of pools) {
    const blocked = new Map<bigint, string>([...taken].map(([text, who]) => [parseAddress(text), who] as const).filter(([address]) => address.family === pool.subnet.family).map(([address, who]) => [address.value, who]));
    if (pool.gateway) blocked.set(pool.gateway.value, 'the gateway');
    for (const address of pool.auxiliary) blocked.set(address.value, 'an auxiliary address');
    if (wished !== undefined) {
      const address = parseAddress(wished);
      if (!contains(pool.subnet, address)) continue;
      const holder = blocked.get(address.value);
      if (holder !== undefined) throw new Forbidden(`Address already in use: ${wished} on network ${record.name} belongs to ${holder}`);
      return { address: formatAddress(address), pool };
    }
    const resting = new Set([...world.resting].map((text) => parseAddress(text).value));
    const free = nextFree(pool, new Set(blocked.keys()), resting);
    if (free) return { address: formatAddress(free), pool };
  }
  if (wished !== undefined) throw new InvalidParameter(`no configured subnet contains the IP address ${wished}`);
  throw new Forbidden(`no available IPv${pools[0]?.subnet.family ?? 4} addresses on this network's address pools: ${record.name} (${record.id})`);
}

/** Derived from the address, so that a re-used address keeps its MAC and neighbours need not learn it anew. */
function macFor(ipv4: string | undefined, endpointId: string): string {
  const bytes = ipv4 ? ipv4.split('.').map(Number) : [...createHash('sha256').update(endpointId).digest().subarray(0, 4)];
  return ['02', '42', ...bytes.map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

/** The endpoint whose network leads outside: highest GwPriority, then the order of the wishes; internal ones never. */
export function gatewayEndpoint(endpoints: readonly Endpoint[], priorityOf: (networkId: string) => number, key: 'gateway4' | 'gateway6'): Endpoint | undefined {
  return endpoints.filter((endpoint) => endpoint[key] !== null).toSorted((one, other) => priorityOf(other.networkId) - priorityOf(one.networkId))[0];
}

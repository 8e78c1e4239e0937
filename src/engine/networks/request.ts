// From a create request to a network record, or Docker's reason why not. Pure: what is in use comes in as parameters.
// Wording of the errors: moby daemon/network and libnetwork, which scripts and Compose match on.
import { isIP } from 'node:net';
import type { IPAMConfig, NetworkCreateRequest } from '@docker/node-sdk';
import { Forbidden, InvalidParameter, NotFound, Unavailable } from '../wire/errors.ts';
import { contains, containsSubnet, DEFAULT_POOLS, formatAddress, formatSubnet, nextFree, nextSubnet, overlaps, parseAddress, parseSubnet, sizeOf, uniqueLocalPool, type Subnet } from './addresses.ts';
import { checkDriverOptions } from './driver-options.ts';
import { dummyParent } from './parent.ts';
import type { NetworkDriver, NetworkRecord } from './record.ts';

export interface RequestWorld {
  id: string;
  now: Date;
  /** subnets of other networks and of the machine's routes */
  used: readonly Subnet[];
  /** of those, the subnets of other networks: an explicit wish collides only with these */
  ours: readonly Subnet[];
  random40: bigint;
}

/** Where a bridge would take the machine's own addresses away, or could never be reached (RFC 6890). */
const RESERVED = ([['127.0.0.0/8', 'loopback addresses'], ['224.0.0.0/4', 'multicast'], ['::1/128', 'the loopback address'], ['ff00::/8', 'multicast']] as const).map(([text, use]) => [parseSubnet(text), use] as const);
const DRIVERS = ['bridge', 'macvlan', 'ipvlan'];

/** @throws InvalidParameter, Forbidden (overlap), NotFound (driver), Unavailable (overlay) */
export function networkFromRequest(request: NetworkCreateRequest, world: RequestWorld): NetworkRecord {
  const name = request.Name ?? '';
  checkNetworkName(name);
  if (request.ConfigOnly) return configuration(request, world);
  const driver = driverOf(request);
  const hasNoAddresses = request.IPAM?.Driver === 'null';
  if (hasNoAddresses) checkWithoutAddresses(request, driver);
  else if (request.IPAM?.Driver && request.IPAM.Driver !== 'default') throw new NotFound(`could not find IPAM driver ${request.IPAM.Driver}: plugin not found`);
  const options = { ...request.Options };
  checkDriverOptions(driver, options);
  const enableIPv6 = !hasNoAddresses && (request.EnableIPv6 ?? false);
  const enableIPv4 = !hasNoAddresses && (request.EnableIPv4 ?? true);
  const ownConfigs = (request.IPAM?.Config ?? []).filter((config) => Object.keys(config).length > 0);
  const configs = ownConfigs.map((config) => checkedConfig(config, world.ours));
  checkAmongThemselves(configs);
  const countOf = (family: number) => configs.filter((config) => parseSubnet(config.Subnet ?? '').family === family).length;
  if (driver === 'bridge' && (countOf(4) > 1 || countOf(6) > 1)) throw new Forbidden("bridge driver doesn't support multiple subnets");
  const has = (family: number) => countOf(family) > 0;
  const used = [...world.used, ...configs.map((config) => parseSubnet(config.Subnet ?? ''))];
  if (enableIPv4 && !has(4)) configs.unshift({ ...given(ownConfigs), ...allocate(nextSubnet(DEFAULT_POOLS, used), !hasNoGateway(driver, options)) });
  if (enableIPv6 && !has(6)) configs.push(allocate(nextSubnet([uniqueLocalPool(world.random40)], used), true));
  return {
    id: world.id, name, driver,
    created: world.now.toISOString(),
    internal: request.Internal ?? false,
    attachable: request.Attachable ?? false,
    enableIPv4, enableIPv6,
    ipam: { Driver: request.IPAM?.Driver || 'default', ...(request.IPAM?.Options && { Options: request.IPAM.Options }), Config: configs },
    hasOwnSubnet: ownConfigs.some(({ Subnet }) => Subnet),
    options,
    labels: { ...request.Labels },
    device: deviceOf(driver, options, world.id),
    ...(request.ConfigFrom?.Network && { configFrom: request.ConfigFrom.Network }),
  };
}

/** The IPAM driver `null`: containers bring addresses of their own, from a DHCP server of the parent's network for example. @throws InvalidParameter */
function checkWithoutAddresses(request: NetworkCreateRequest, driver: NetworkDriver): void {
  if (driver === 'bridge') throw new InvalidParameter('ipv4 pool is empty');
  if (request.IPAM?.Config?.some(({ Subnet }) => Subnet)) throw new InvalidParameter('null ipam driver does not handle specific address pool requests');
}

/** @throws InvalidParameter, Forbidden for the names of the predefined networks */
export function checkNetworkName(name: string): void {
  if (name.trim() === '') throw new InvalidParameter('network name is required');
  if (['bridge', 'host', 'none', 'default'].includes(name)) throw new Forbidden(`operation is not permitted on predefined ${name} network`);
}

/** A network that only holds settings for others: no driver, no addresses of its own. */
function configuration(request: NetworkCreateRequest, world: RequestWorld): NetworkRecord {
  const configs = (request.IPAM?.Config ?? []).map((config) => checkedConfig(config, []));
  return {
    id: world.id, name: request.Name ?? '', driver: 'null', created: world.now.toISOString(), internal: request.Internal ?? false, attachable: request.Attachable ?? false,
    enableIPv4: request.EnableIPv4 ?? true, enableIPv6: request.EnableIPv6 ?? false,
    ipam: { Driver: request.IPAM?.Driver || 'default', ...(request.IPAM?.Options && { Options: request.IPAM.Options }), Config: configs },
    hasOwnSubnet: false, options: { ...request.Options }, labels: { ...request.Labels }, device: null, configOnly: true,
  };
}

/** The request with the settings of its configuration network; only driver, name and scope are its own. */
export function withConfiguration(request: NetworkCreateRequest, from: NetworkRecord): NetworkCreateRequest {
  if (!from.configOnly) throw new Forbidden(`network ${from.name} is not a configuration network`);
  if (request.IPAM?.Config?.length || Object.keys(request.Options ?? {}).length > 0 || Object.keys(request.Labels ?? {}).length > 0 || request.EnableIPv6 || request.Internal) {
    throw new Forbidden(`user specified configurations are not supported if the network depends on a configuration network`);
  }
  return { ...request, IPAM: from.ipam, Options: from.options, Labels: from.labels, EnableIPv4: from.enableIPv4, EnableIPv6: from.enableIPv6, Internal: from.internal };
}

function driverOf(request: NetworkCreateRequest): NetworkDriver {
  const driver = request.Driver || 'bridge';
  if (request.Scope === 'swarm' && driver !== 'overlay') throw new Forbidden('cannot create a swarm scoped network when swarm is not active');
  if (driver === 'overlay' || request.Ingress) {
    throw new Unavailable('This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again. Overlay networks join several machines: connect a Docker Swarm manager as a host and create the network there; on this engine use the driver bridge.');
  }
  if (driver === 'host' || driver === 'null') throw new Forbidden(`only one instance of "${driver}" network is allowed`);
  if (!DRIVERS.includes(driver)) throw new NotFound(`could not find plugin ${driver} in v1 plugin registry: plugin not found`);
  return driver as NetworkDriver;
}

/** A request may give a range or gateway without a subnet; Docker refuses that. */
function given(configs: readonly IPAMConfig[]): IPAMConfig {
  const loose = configs.find((config) => !config.Subnet);
  return loose?.AuxiliaryAddresses ? { AuxiliaryAddresses: loose.AuxiliaryAddresses } : {};
}

function checkedConfig(config: IPAMConfig, ours: readonly Subnet[]): IPAMConfig {
  if (!config.Subnet) {
    if (config.IPRange || config.Gateway) throw new InvalidParameter('invalid network config:\nuser specified ip-range or gateway needs a subnet');
    return {};
  }
  const subnet = readSubnet(config.Subnet, 'subnet');
  if (formatSubnet(subnet) !== formatSubnet(parseSubnet(config.Subnet)) || parseAddress(config.Subnet.split('/')[0] ?? '').value !== subnet.base) {
    throw new InvalidParameter(`invalid network config:\ninvalid subnet ${config.Subnet}: it should be ${formatSubnet(subnet)}`);
  }
  if (ours.some((other) => overlaps(other, subnet))) throw new Forbidden('invalid pool request: Pool overlaps with other one on this address space');
  const range = config.IPRange ? readSubnet(config.IPRange, 'ip-range') : undefined;
  if (range && !containsSubnet(subnet, range)) throw new InvalidParameter(`invalid network config:\ninvalid ip-range ${config.IPRange}: parent subnet ${config.Subnet} doesn't contain ip-range`);
  for (const [label, address] of [['gateway', config.Gateway] as const, ...Object.entries(config.AuxiliaryAddresses ?? {}).map(([key, value]) => [`auxiliary address ${key}`, value] as const)]) {
    if (address && isIP(address) === 0) throw new InvalidParameter(`invalid network config:\ninvalid ${label} ${address}: invalid address`);
    if (address && !contains(subnet, parseAddress(address))) throw new InvalidParameter(`invalid network config:\ninvalid ${label} ${address}: parent subnet ${config.Subnet} doesn't contain this address`);
  }
  const reserved = RESERVED.find(([pool]) => overlaps(pool, subnet));
  if (reserved) throw new InvalidParameter(`invalid network config:\ninvalid subnet ${config.Subnet}: ${formatSubnet(reserved[0])} is for ${reserved[1]}`);
  if (subnet.family === 4 && subnet.prefix > 30) throw new InvalidParameter(`invalid network config:\ninvalid subnet ${config.Subnet}: no room for a gateway and a container`);
  const auxiliary = new Set(Object.values(config.AuxiliaryAddresses ?? {}).map((text) => parseAddress(text).value));
  const gateway = config.Gateway ?? firstAddress(subnet, auxiliary);
  if (auxiliary.has(parseAddress(gateway).value)) throw new Forbidden(`failed to allocate gateway (${gateway}): Address already in use`);
  if (subnet.family === 4 && [subnet.base, subnet.base + sizeOf(subnet) - 1n].includes(parseAddress(gateway).value)) {
    throw new Forbidden(`failed to allocate gateway (${gateway}): Address already in use: it is the network's own or its broadcast address`);
  }
  return { Subnet: formatSubnet(subnet), ...(config.IPRange && { IPRange: config.IPRange }), Gateway: gateway, ...(config.AuxiliaryAddresses && { AuxiliaryAddresses: config.AuxiliaryAddresses }) };
}

function checkAmongThemselves(configs: IPAMConfig[]): void {
  const withSubnet = configs.filter(({ Subnet }) => Subnet);
  configs.splice(0, configs.length, ...withSubnet);
  for (const [index, one] of withSubnet.entries()) {
    for (const other of withSubnet.slice(index + 1)) {
      if (overlaps(parseSubnet(one.Subnet ?? ''), parseSubnet(other.Subnet ?? ''))) throw new Forbidden('invalid pool request: Pool overlaps with other one on this address space');
    }
  }
}

function readSubnet(text: string, label: string): Subnet {
  try {
    return parseSubnet(text);
  } catch (error) {
    throw new InvalidParameter(`invalid network config:\ninvalid ${label} ${text}: invalid CIDR block notation`, { cause: error });
  }
}

function allocate(subnet: Subnet | undefined, withGateway: boolean): IPAMConfig {
  if (!subnet) throw new Forbidden('all predefined address pools have been fully subnetted');
  return { Subnet: formatSubnet(subnet), ...(withGateway && { Gateway: firstAddress(subnet, new Set()) }) };
}

function firstAddress(subnet: Subnet, taken: ReadonlySet<bigint>): string {
  const address = nextFree({ subnet }, taken);
  if (!address) throw new InvalidParameter(`invalid network config:\ninvalid subnet ${formatSubnet(subnet)}: no room for a gateway`);
  return formatAddress(address);
}

const hasNoGateway = (driver: NetworkDriver, options: Record<string, string>) => driver === 'ipvlan' && (options['ipvlan_mode'] ?? 'l2') !== 'l2';

function deviceOf(driver: NetworkDriver, options: Record<string, string>, id: string): string | null {
  if (driver !== 'bridge') return options['parent'] || dummyParent(id);
  const name = options['com.docker.network.bridge.name'] ?? `br-${id.slice(0, 12)}`;
  if (name.length > 15 || !/^[^\s/"]+$/.test(name)) throw new InvalidParameter(`invalid bridge name ${JSON.stringify(name)}: at most 15 characters, no space, no slash`);
  return name;
}

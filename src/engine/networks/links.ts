// The ip commands that make bridges and connect namespaces to them. Pure: lines for `ip -batch`.
// The veth pair is made from inside the new namespace with its peer put into ours (`netns PID`), so that making the
// namespace and configuring it is one process.
import { formatAddress } from './addresses.ts';
import { flag, mtuOf, option, poolsOf, type Endpoint, type NetworkRecord } from './record.ts';

/** @param mark alias of the device, by which an engine knows the bridges it made */
export function bridgeLines(record: NetworkRecord, mark: string): string[] {
  const device = record.device ?? '';
  const mtu = mtuOf(record);
  return [
    `link add name ${device}${mtu === undefined ? '' : ` mtu ${mtu}`} type bridge`,
    `link set dev ${device} alias ${mark}`,
    ...poolsOf(record).flatMap(({ subnet, gateway }) => (gateway === undefined ? [] : [`addr add ${formatAddress(gateway)}/${subnet.prefix} ${subnet.family === 6 ? 'nodad' : 'broadcast +'} dev ${device}`])),
    `link set dev ${device} up`,
  ];
}

/** Inside the namespace. `hostPid`: a process in the namespace that gets the other end. */
export function insideLines(endpoint: Endpoint, record: NetworkRecord, hostPid: number): string[] {
  const mtu = mtuOf(record);
  return [
    `link add name ${endpoint.device} address ${endpoint.mac}${mtu === undefined ? '' : ` mtu ${mtu}`} type veth peer name ${endpoint.hostDevice ?? ''}${mtu === undefined ? '' : ` mtu ${mtu}`} netns ${hostPid}`,
    ...addressLines(endpoint),
  ];
}

/** In our namespace, once the pair is there. */
export function outsideLines(endpoint: Endpoint, record: NetworkRecord): string[] {
  const device = endpoint.hostDevice ?? '';
  return [
    `link set dev ${device} addrgenmode none master ${record.device ?? ''} up`,
    // hairpin: with br_netfilter a container that reaches itself through a published port is bridged back to its own port
    `link set dev ${device} type bridge_slave hairpin on${flag(record, 'bridge.enable_icc', true) ? '' : ' isolated on'}`,
  ];
}

/** macvlan and ipvlan devices are made here and put into the namespace. */
export function sublinkLines(endpoint: Endpoint, record: NetworkRecord, netns: string): string[] {
  const mode = record.driver === 'macvlan' ? record.options['macvlan_mode'] ?? 'bridge' : record.options['ipvlan_mode'] ?? 'l2';
  const ipvlanFlag = record.options['ipvlan_flag'];
  const address = record.driver === 'macvlan' ? ` address ${endpoint.mac}` : '';
  return [`link add link ${record.device ?? ''} name ${endpoint.device}${address} netns ${netns} type ${record.driver} mode ${mode}${ipvlanFlag === undefined ? '' : ` ${ipvlanFlag}`}`];
}

export function addressLines(endpoint: Endpoint): string[] {
  const { device, ipv4, ipv6 } = endpoint;
  return [
    ...(ipv4 === null ? [] : [`addr add ${ipv4} broadcast + dev ${device}`]),
    ...(ipv6 === null ? [] : [`addr add ${ipv6} dev ${device} nodad`]),
    `link set dev ${device} up`,
  ];
}

/** Default routes by the endpoints that are the way out; none when every network is internal. ip knows the family by the address. */
export function routeLines(gateway: { endpoint4: Endpoint | undefined; endpoint6: Endpoint | undefined }, verb: 'add' | 'replace' = 'add'): string[] {
  return [[gateway.endpoint4?.device, gateway.endpoint4?.gateway4], [gateway.endpoint6?.device, gateway.endpoint6?.gateway6]]
    .flatMap(([device, address]) => (device && address ? [`route ${verb} default via ${address} dev ${device}`] : []));
}

export const bindAddress = (record: NetworkRecord): string => option(record, 'bridge.host_binding_ipv4') ?? '';

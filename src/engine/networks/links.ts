// The ip commands that make bridges and connect namespaces to them. Pure: lines for `ip -batch`.
// The veth pair is made from inside the new namespace with its peer put into ours (`netns PID`), so that making the
// namespace and configuring it is one process.
import { formatAddress } from './addresses.ts';
import { flag, mtuOf, option, poolsOf, type Endpoint, type NetworkRecord } from './record.ts';

export function bridgeLines(record: NetworkRecord): string[] {
  const device = record.device ?? '';
  const mtu = mtuOf(record);
  return [
    `link add name ${device}${mtu === undefined ? '' : ` mtu ${mtu}`} type bridge`,
    ...poolsOf(record).flatMap(({ subnet, gateway }) => (gateway === undefined ? [] : [`addr add ${formatAddress(gateway)}/${subnet.prefix} dev ${device}${subnet.family === 6 ? ' nodad' : ''}`])),
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
    ...(flag(record, 'bridge.enable_icc', true) ? [] : [`link set dev ${device} type bridge_slave isolated on`]),
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
    ...(ipv4 === null ? [] : [`addr add ${ipv4} dev ${device}`]),
    ...(ipv6 === null ? [] : [`addr add ${ipv6} dev ${device} nodad`]),
    `link set dev ${device} up`,
  ];
}

/** Default routes by the endpoint that is the way out; none when every network is internal. */
export function routeLines(gateway: { endpoint4: Endpoint | undefined; endpoint6: Endpoint | undefined }, verb: 'add' | 'replace' = 'add'): string[] {
  const line = (family: string, endpoint: Endpoint | undefined, address: string | null | undefined) =>
    endpoint === undefined ? [] : [`${family}route ${verb} default ${address ? `via ${address} ` : ''}dev ${endpoint.device}`];
  return [...line('', gateway.endpoint4, gateway.endpoint4?.gateway4), ...line('-6 ', gateway.endpoint6, gateway.endpoint6?.gateway6)];
}

export const bindAddress = (record: NetworkRecord): string => option(record, 'bridge.host_binding_ipv4') ?? '';

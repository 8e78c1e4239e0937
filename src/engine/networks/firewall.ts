// What the engine wants of the packet filter, rendered from records into one nft transaction. Pure.
// One table of our own (family inet). Published ports are elements of maps, so that a rule is looked up by hash and the
// thousandth port costs what the first did. Syntax: nft(8); `dnat ip to … map` needs the transport protocol matched first.
// `same` matters where br_netfilter is loaded (dockerd does that): there frames inside one bridge pass `forwarding` too.
import type { ElementChange } from '../kernel/nft-elements.ts';
import { bytesOf, formatSubnet, type Subnet } from './addresses.ts';
import type { Protocol, PublishedPort } from './published-ports.ts';

export interface FirewallNetwork {
  bridge: string;
  subnets: readonly Subnet[];
  /** reaches nothing outside and is not reached */
  isInternal: boolean;
  /** packets that leave get the host's address */
  masquerades: boolean;
  /** containers may talk to each other; where they may not, bridge ports are isolated as well */
  connects: boolean;
}

/**
 * A published port and where it leads. Where the families of `hostIp` and `target` differ, or at ::1 (the kernel routes
 * nothing from there), only the relay serves it: address translation stays within a family.
 */
export interface PortTarget extends PublishedPort { target: string }

export interface FirewallState {
  table: string;
  networks: readonly FirewallNetwork[];
  ports: readonly PortTarget[];
}

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'sctp'];

/** The whole table, replacing whatever is there: applied at once or not at all. */
export function renderTable({ table, networks, ports }: FirewallState): string {
  const names = (list: readonly FirewallNetwork[]) => elements(list.map(({ bridge }) => JSON.stringify(bridge)));
  const subnets = (family: 4 | 6, wanted: (network: FirewallNetwork) => boolean) =>
    elements(networks.filter(wanted).flatMap((network) => network.subnets.filter((subnet) => subnet.family === family).map(formatSubnet)));
  const dnat = ([4, 6] as const).flatMap((family) => PROTOCOLS.flatMap((protocol) => {
    const ip = family === 4 ? 'ip' : 'ip6';
    return [
      `    meta l4proto ${protocol} dnat ${ip} to ${ip} daddr . ${protocol} dport map @${protocol}${family}_at`,
      `    meta l4proto ${protocol} dnat ${ip} to ${protocol} dport map @${protocol}${family}`,
    ];
  }));
  const maps = ([4, 6] as const).flatMap((family) => PROTOCOLS.flatMap((protocol) => [
    `  map ${protocol}${family} { type inet_service : ipv${family}_addr . inet_service;${elements(mapElements(ports, protocol, family, false))} }`,
    `  map ${protocol}${family}_at { type ipv${family}_addr . inet_service : ipv${family}_addr . inet_service;${elements(mapElements(ports, protocol, family, true))} }`,
  ]));
  return `table inet ${table}
delete table inet ${table}
table inet ${table} {
  set bridges { type ifname;${names(networks)} }
  set internal { type ifname;${names(networks.filter(({ isInternal }) => isInternal))} }
  set same { type ifname . ifname;${elements(networks.filter(({ connects }) => connects).map(({ bridge }) => `"${bridge}" . "${bridge}"`))} }
  set subnets4 { type ipv4_addr; flags interval;${subnets(4, () => true)} }
  set subnets6 { type ipv6_addr; flags interval;${subnets(6, () => true)} }
  set masquerade4 { type ipv4_addr; flags interval;${subnets(4, (network) => network.masquerades && !network.isInternal)} }
  set masquerade6 { type ipv6_addr; flags interval;${subnets(6, (network) => network.masquerades && !network.isInternal)} }
${maps.join('\n')}
  chain publish {
    ip6 daddr ::1 return
${dnat.join('\n')}
  }
  chain guard {
    type filter hook prerouting priority raw;
    iifname @bridges ip daddr 127.0.0.0/8 drop
  }
  chain arriving {
    type nat hook prerouting priority dstnat;
    fib daddr type local jump publish
  }
  chain local {
    type nat hook output priority -100;
    fib daddr type local jump publish
  }
  chain forwarding {
    type filter hook forward priority filter;
    ct state established,related accept
    iifname . oifname @same accept
    ct status dnat oifname @bridges accept
    iifname @internal drop
    oifname @internal drop
    iifname @bridges oifname @bridges drop
    oifname @bridges drop
  }
  chain leaving {
    type nat hook postrouting priority srcnat;
    ip saddr 127.0.0.0/8 oifname @bridges masquerade
    ct status dnat ip saddr @subnets4 oifname @bridges masquerade
    ct status dnat ip6 saddr @subnets6 oifname @bridges masquerade
    ip saddr @masquerade4 oifname != @bridges masquerade
    ip6 saddr @masquerade6 oifname != @bridges masquerade
  }
}
`;
}

/** Only the ports that come and go; fails as a whole when the table is not there. */
export function renderPortChange(table: string, change: { add: readonly PortTarget[]; remove: readonly PortTarget[] }): string {
  const lines = (verb: string, ports: readonly PortTarget[], render: (port: PortTarget) => string) =>
    ports.filter(isTranslated).map((port) => `${verb} element inet ${table} ${mapOf(port)} { ${render(port)} }\n`).join('');
  return lines('delete', change.remove, keyOf) + lines('add', change.add, (port) => `${keyOf(port)} : ${valueOf(port)}`);
}

/** The same as elements in the kernel's form: every part of a key or value begins at a multiple of four bytes. */
export function portElements(change: { add: readonly PortTarget[]; remove: readonly PortTarget[] }): ElementChange[] {
  const number = (port: number) => Buffer.from([port >> 8, port & 255]);
  const pair = (address: string, port: number) => Buffer.concat([bytesOf(address), number(port), Buffer.alloc(2)]);
  const key = (port: PortTarget) => (isAny(port.hostIp) ? number(port.hostPort) : pair(port.hostIp, port.hostPort));
  return [
    ...change.remove.filter(isTranslated).map((port) => ({ map: mapOf(port), key: key(port) })),
    ...change.add.filter(isTranslated).map((port) => ({ map: mapOf(port), key: key(port), data: pair(port.target, port.port) })),
  ];
}

export const renderRemoval = (table: string): string => `table inet ${table}\ndelete table inet ${table}\n`;

const isTranslated = (port: PortTarget) => familyOf(port.hostIp) === familyOf(port.target) && port.hostIp !== '::1';
const isAny = (ip: string) => ip === '0.0.0.0' || ip === '::';
const familyOf = (ip: string) => (ip.includes(':') ? 6 : 4);
const mapOf = (port: PortTarget) => `${port.protocol}${familyOf(port.hostIp)}${isAny(port.hostIp) ? '' : '_at'}`;
const keyOf = (port: PortTarget) => (isAny(port.hostIp) ? String(port.hostPort) : `${port.hostIp} . ${port.hostPort}`);
const valueOf = (port: PortTarget) => `${port.target} . ${port.port}`;

function mapElements(ports: readonly PortTarget[], protocol: Protocol, family: 4 | 6, at: boolean): string[] {
  return ports.filter((port) => isTranslated(port) && port.protocol === protocol && familyOf(port.hostIp) === family && isAny(port.hostIp) !== at)
    .map((port) => `${keyOf(port)} : ${valueOf(port)}`);
}

const elements = (list: readonly string[]): string => (list.length === 0 ? '' : ` elements = { ${list.join(', ')} };`);

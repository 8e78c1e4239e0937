// The requests to the kernel that connect a container's namespace to its bridges: what links.ts says in the words of ip(8), for the
// common case, every container start, where two started programs would take several times as long. Pure.
// Layouts: rtnetlink(7), linux/if_link.h, linux/if_addr.h, linux/rtnetlink.h.
import { attribute, text, u32, type Request } from '../kernel/netlink.ts';
import { bytesOf, formatAddress, parseAddress, parseSubnet, sizeOf, type Address } from './addresses.ts';
import { bareAddress, flag, mtuOf, type Endpoint, type NetworkRecord } from './record.ts';

const RTM = { newLink: 16, newAddress: 20, newRoute: 24 } as const;
const AF_INET6 = 10;
const IFF_UP = 1;
const IFLA = { address: 1, name: 3, mtu: 4, master: 10, linkInfo: 18, afSpec: 26, netnsFd: 28 } as const;
const INFO = { kind: 1, data: 2, slaveKind: 4, slaveData: 5 } as const;
const VETH_INFO_PEER = 1;
const BRPORT = { hairpin: 4, isolated: 33 } as const;
const INET6_ADDR_GEN_MODE = 8;
const ADDR_GEN_NONE = 1;
const IFA = { address: 1, local: 2, broadcast: 4 } as const;
const IFA_F_NODAD = 2;
const RTA = { device: 4, gateway: 5 } as const;
const ROUTE_MAIN_TABLE = 254;
const ROUTE_PROTOCOL_BOOT = 3;
const ROUTE_UNICAST = 1;
const LOOPBACK_INDEX = 1;
const FIRST_INDEX = 2; // the namespace is new: nothing but the loopback is there

export const indexOf = (position: number): number => FIRST_INDEX + position;

/** In the engine's namespace: the pair, with one end in the container's, and the bridge port. */
export function outsideRequests(endpoint: Endpoint, record: NetworkRecord, position: number, place: { netnsFd: number; bridgeIndex: number }): Request[] {
  const device = endpoint.hostDevice ?? '';
  const mtu = mtuOf(record);
  const size = mtu === undefined ? [] : [attribute(IFLA.mtu, u32(mtu))];
  const peer = attribute(VETH_INFO_PEER, linkHeader({ index: indexOf(position) }),
    attribute(IFLA.name, text(endpoint.device)), attribute(IFLA.address, Buffer.from(endpoint.mac.replaceAll(':', ''), 'hex')), ...size, attribute(IFLA.netnsFd, u32(place.netnsFd)));
  const name = attribute(IFLA.name, text(device));
  return [
    { type: RTM.newLink, creates: true, about: `link add name ${device} type veth peer name ${endpoint.device}`,
      body: Buffer.concat([linkHeader({}), name, ...size, attribute(IFLA.linkInfo, attribute(INFO.kind, text('veth')), attribute(INFO.data, peer))]) },
    { type: RTM.newLink, creates: false, about: `link set dev ${device} master ${record.device ?? ''} up`,
      body: Buffer.concat([linkHeader({ isUp: true }), name, attribute(IFLA.master, u32(place.bridgeIndex)), attribute(IFLA.afSpec, attribute(AF_INET6, attribute(INET6_ADDR_GEN_MODE, Buffer.from([ADDR_GEN_NONE]))))]) },
    // hairpin: with br_netfilter a container that reaches itself through a published port is bridged back to its own port
    { type: RTM.newLink, creates: false, about: `link set dev ${device} type bridge_slave hairpin on`,
      body: Buffer.concat([linkHeader({}), name, attribute(IFLA.linkInfo, attribute(INFO.slaveKind, text('bridge')), attribute(INFO.slaveData,
        attribute(BRPORT.hairpin, Buffer.from([1])), ...(flag(record, 'bridge.enable_icc', true) ? [] : [attribute(BRPORT.isolated, Buffer.from([1]))])))]) },
  ];
}

/** Inside, once the pairs are there: loopback, addresses, and the ways out. */
export function insideRequests(endpoints: readonly Endpoint[], ways: readonly { device: string; gateway: string }[]): Request[] {
  const index = (device: string) => indexOf(endpoints.findIndex((endpoint) => endpoint.device === device));
  return [
    up(LOOPBACK_INDEX, 'lo'),
    ...endpoints.flatMap(({ device, ipv4, ipv6 }) => [...[ipv4, ipv6].flatMap((address) => (address === null ? [] : [newAddress(index(device), device, address)])), up(index(device), device)]),
    ...ways.map(({ device, gateway }) => newRoute(index(device), device, gateway)),
  ];
}

const up = (index: number, device: string): Request => ({ type: RTM.newLink, creates: false, about: `link set dev ${device} up`, body: linkHeader({ index, isUp: true }) });

function newAddress(index: number, device: string, withPrefix: string): Request {
  const address = parseAddress(bareAddress(withPrefix));
  const subnet = parseSubnet(withPrefix);
  const header = Buffer.alloc(8);
  header.writeUInt8(address.family === 4 ? 2 : AF_INET6, 0);
  header.writeUInt8(subnet.prefix, 1);
  header.writeUInt8(address.family === 6 ? IFA_F_NODAD : 0, 2);
  header.writeUInt32LE(index, 4);
  const last: Address = { family: address.family, value: subnet.base + sizeOf(subnet) - 1n };
  const broadcast = address.family === 4 && subnet.prefix < 31 ? [attribute(IFA.broadcast, bytesOf(formatAddress(last)))] : [];
  const bytes = bytesOf(formatAddress(address));
  return { type: RTM.newAddress, creates: true, about: `addr add ${withPrefix} dev ${device}`, body: Buffer.concat([header, attribute(IFA.local, bytes), attribute(IFA.address, bytes), ...broadcast]) };
}

function newRoute(index: number, device: string, gateway: string): Request {
  const header = Buffer.alloc(12);
  header.writeUInt8(gateway.includes(':') ? AF_INET6 : 2, 0);
  header.writeUInt8(ROUTE_MAIN_TABLE, 4);
  header.writeUInt8(ROUTE_PROTOCOL_BOOT, 5);
  header.writeUInt8(ROUTE_UNICAST, 7);
  return { type: RTM.newRoute, creates: true, about: `route add default via ${gateway} dev ${device}`, body: Buffer.concat([header, attribute(RTA.gateway, bytesOf(gateway)), attribute(RTA.device, u32(index))]) };
}

/** struct ifinfomsg */
function linkHeader({ index = 0, isUp = false }: { index?: number; isUp?: boolean }): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(index, 4);
  header.writeUInt32LE(isUp ? IFF_UP : 0, 8);
  header.writeUInt32LE(isUp ? IFF_UP : 0, 12);
  return header;
}

// The kernel's memory of UDP conversations. One that was translated to a container keeps going to its address for as long as the
// client keeps sending, also when the container is gone or has another address: such conversations must be forgotten.
// Layout: linux/netfilter/nfnetlink_conntrack.h; deleting by filter needs kernel 5.8 or newer.
import { closeSync } from 'node:fs';
import { ask, attribute, NetlinkError, openNetlink, u32 } from './netlink.ts';

const NETLINK_NETFILTER = 12;
const CONNTRACK_DELETE = (1 << 8) | 2;
const NESTED = 0x8000;
const CTA = { tupleReply: 2, filter: 25 } as const;
const CTA_TUPLE = { ip: 1, protocol: 2 } as const;
const CTA_IP_SOURCE = { 4: 1, 6: 3 } as const;
const CTA_PROTO_NUMBER = 1;
const CTA_FILTER_REPLY_FLAGS = 2;
/** the source address and the protocol have to be the same */
const FLAGS = (1 << 0) | (1 << 3);
const UDP = 17;
const AF = { 4: 2, 6: 10 } as const;
const NOTHING_FOUND = 2; // ENOENT

/** @param address of the container that answered, as bytes. @throws NetlinkError, SystemCallError */
export function forgetUdpWith(address: Buffer): void {
  const family = address.length === 4 ? 4 : 6;
  const tuple = [
    attribute(CTA_TUPLE.ip | NESTED, attribute(CTA_IP_SOURCE[family], address)),
    attribute(CTA_TUPLE.protocol | NESTED, attribute(CTA_PROTO_NUMBER, Buffer.from([UDP]))),
  ];
  const body = Buffer.concat([Buffer.from([AF[family], 0, 0, 0]), attribute(CTA.tupleReply | NESTED, ...tuple), attribute(CTA.filter | NESTED, attribute(CTA_FILTER_REPLY_FLAGS, u32(FLAGS)))]);
  const fd = openNetlink(NETLINK_NETFILTER);
  try {
    ask(fd, [{ type: CONNTRACK_DELETE, creates: false, about: 'conntrack delete udp', body }]);
  } catch (error) {
    if (!(error instanceof NetlinkError && error.code === NOTHING_FOUND)) throw error;
  } finally {
    closeSync(fd);
  }
}

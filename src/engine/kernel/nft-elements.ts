// Puts elements into nftables maps and takes them out, in one transaction and without starting nft(8). Tables and rules are nft's
// business; elements come and go with every published port. Layout: linux/netfilter/nfnetlink.h, nf_tables.h.
import { closeSync } from 'node:fs';
import { attempt, errorNumber, systemCall } from './libc.ts';
import { attribute, NetlinkError, openNetlink, text } from './netlink.ts';

const NETLINK_NETFILTER = 12;
const SUBSYSTEM = 10;
const BATCH = { begin: 16, end: 17 } as const;
const NEW_ELEMENT = (SUBSYSTEM << 8) | 12;
const DELETE_ELEMENT = (SUBSYSTEM << 8) | 14;
const FLAGS = { request: 1, ack: 4, create: 0x400 } as const;
const FAMILY_INET = 1;
const NESTED = 0x8000;
const LIST = { table: 1, set: 2, elements: 3 } as const;
const ELEMENT = { key: 1, data: 2 } as const;
const ONE = 1; // NFTA_LIST_ELEM and NFTA_DATA_VALUE
const HEADER_BYTES = 16;
const NLMSG_ERROR = 2;
const MSG_DONTWAIT = 0x40;
const EAGAIN = errorNumber('EAGAIN');

const send = systemCall<[fd: number, data: Buffer, length: number, flags: number]>('send', 'int64_t send(int fd, const void *data, size_t length, int flags)');
const receive = attempt<[fd: number, data: Buffer, length: number, flags: number]>('int64_t recv(int fd, void *data, size_t length, int flags)');

export interface ElementChange { map: string; key: Buffer; /** absent: the element is taken out */ data?: Buffer }

/** More than that at once is nft's business: the kernel takes a transaction in one piece. */
export const MAX_CHANGES = 512;

/** All or none, in this order. An element that is there already stays. @throws NetlinkError when it has another value, when one to take out is not there, when the table is gone */
export function changeElements(table: string, changes: readonly ElementChange[]): void {
  const bound = (res: number, family = 0) => Buffer.from([family, 0, res >> 8, res & 255]);
  const messages = [
    message(BATCH.begin, FLAGS.request, 0, bound(SUBSYSTEM)),
    ...changes.map(({ map, key, data }, index) => {
      const element = attribute(ONE | NESTED, attribute(ELEMENT.key | NESTED, attribute(ONE, key)), ...(data ? [attribute(ELEMENT.data | NESTED, attribute(ONE, data))] : []));
      const body = Buffer.concat([bound(0, FAMILY_INET), attribute(LIST.table, text(table)), attribute(LIST.set, text(map)), attribute(LIST.elements | NESTED, element)]);
      const flags = FLAGS.request | (index === changes.length - 1 ? FLAGS.ack : 0); // errors come for each, the last one's acknowledgement is for all
      return data ? message(NEW_ELEMENT, flags | FLAGS.create, index + 1, body) : message(DELETE_ELEMENT, flags, index + 1, body);
    }),
    message(BATCH.end, FLAGS.request, 0, bound(SUBSYSTEM)),
  ];
  const fd = openNetlink(NETLINK_NETFILTER);
  try {
    const batch = Buffer.concat(messages);
    send(fd, batch, batch.length, 0);
    readAnswers(fd, changes);
  } finally {
    closeSync(fd);
  }
}

/** The kernel has answered when send(2) returns: an acknowledgement, or the reasons why there was none. */
function readAnswers(fd: number, changes: readonly ElementChange[]): void {
  const answer = Buffer.alloc(1 << 16);
  let isAcknowledged = false;
  for (;;) {
    const length = receive(fd, answer, answer.length, MSG_DONTWAIT);
    if (length === -EAGAIN) break;
    if (length < 0) throw new NetlinkError('nft elements', -length, '');
    for (let at = 0; at + HEADER_BYTES <= length; at += (answer.readUInt32LE(at) + 3) & ~3) {
      if (answer.readUInt16LE(at + 4) !== NLMSG_ERROR) continue;
      const code = -answer.readInt32LE(at + HEADER_BYTES);
      const change = changes[answer.readUInt32LE(at + 8) - 1];
      if (code !== 0) throw new NetlinkError(`nft element of map ${change?.map ?? ''}`, code, '');
      isAcknowledged = true;
    }
  }
  if (!isAcknowledged) throw new NetlinkError('nft elements: no acknowledgement', errorNumber('EIO'), '');
}

function message(type: number, flags: number, sequence: number, body: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(HEADER_BYTES + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt32LE(sequence, 8);
  return Buffer.concat([header, body]);
}

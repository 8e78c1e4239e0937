// Requests to rtnetlink(7) without a process in between: a socket, messages of nested attributes, and the kernel's answer to each.
// All integers are in host order, which is little endian on both of Node's Linux architectures.
import { getSystemErrorMessage } from 'node:util';
import { systemCall } from './libc.ts';

const AF_NETLINK = 16;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const NETLINK_ROUTE = 0;
const SOL_NETLINK = 270;
const NETLINK_EXT_ACK = 11;
const NLMSG_ERROR = 2;
const NLM_F_REQUEST_ACK = 1 | 4;
const NLM_F_EXCL_CREATE = 0x200 | 0x400;
const HEADER_BYTES = 16;
/** struct nlmsgerr: the error, then the header of the request */
const ERROR_BYTES = 4 + HEADER_BYTES;
const NLMSGERR_ATTR_MSG = 1;

const socket = systemCall<[domain: number, type: number, protocol: number]>('socket', 'int socket(int domain, int type, int protocol)');
const setsockopt = systemCall<[fd: number, level: number, name: number, value: Buffer, length: number]>('setsockopt', 'int setsockopt(int fd, int level, int name, const void *value, unsigned int length)');
const send = systemCall<[fd: number, data: Buffer, length: number, flags: number]>('send', 'int64_t send(int fd, const void *data, size_t length, int flags)');
const receive = systemCall<[fd: number, data: Buffer, length: number, flags: number]>('recv', 'int64_t recv(int fd, void *data, size_t length, int flags)');
const nameToIndex = systemCall<[name: string]>('if_nametoindex', 'int if_nametoindex(const char *name)');

export interface Request {
  /** RTM_… */
  type: number;
  creates: boolean;
  body: Buffer;
  /** what it is for, in the words of ip(8) */
  about: string;
}

/** What the kernel said to a request. */
export class NetlinkError extends Error {
  readonly code: number;
  constructor(about: string, code: number, reason: string) {
    super(`${about}: ${reason || getSystemErrorMessage(-code)}`);
    this.name = 'NetlinkError';
    this.code = code;
  }
}

/** A socket in the network namespace that the calling thread is in now; it stays there. @throws SystemCallError */
export function openRouteSocket(): number {
  return openNetlink(NETLINK_ROUTE);
}

/** @param protocol NETLINK_…, netlink(7) */
export function openNetlink(protocol: number): number {
  const fd = socket(AF_NETLINK, SOCK_RAW_CLOEXEC, protocol);
  setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, u32(1), 4);
  return fd;
}

/** One after the other; the first that is refused ends it. The kernel answers within the call. @throws NetlinkError */
export function ask(fd: number, requests: readonly Request[]): void {
  const answer = Buffer.alloc(4096);
  for (const [index, { type, creates, body, about }] of requests.entries()) {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32LE(HEADER_BYTES + body.length, 0);
    header.writeUInt16LE(type, 4);
    header.writeUInt16LE(NLM_F_REQUEST_ACK | (creates ? NLM_F_EXCL_CREATE : 0), 6);
    header.writeUInt32LE(index + 1, 8);
    const message = Buffer.concat([header, body]);
    send(fd, message, message.length, 0);
    const length = receive(fd, answer, answer.length, 0);
    const code = answer.readUInt16LE(4) === NLMSG_ERROR ? answer.readInt32LE(HEADER_BYTES) : 0;
    if (code !== 0) throw new NetlinkError(`ip ${about}`, -code, reasonOf(answer.subarray(0, length)));
  }
}

/** Text of the extended acknowledgement; empty where the kernel has none. */
function reasonOf(answer: Buffer): string {
  const inner = answer.readUInt32LE(HEADER_BYTES + 4); // of the request, which comes back in front of the attributes
  const capped = HEADER_BYTES + ERROR_BYTES + (inner - HEADER_BYTES);
  for (let at = capped; at + 4 <= answer.length;) {
    const length = answer.readUInt16LE(at);
    if (length < 4) break;
    if ((answer.readUInt16LE(at + 2) & 0x3fff) === NLMSGERR_ATTR_MSG) return answer.toString('utf8', at + 4, at + length).replace(/\0.*/s, '');
    at += (length + 3) & ~3;
  }
  return '';
}

/** @throws SystemCallError when there is no such device, as if_nametoindex(3) says by 0 */
export function deviceIndex(name: string): number {
  const index = nameToIndex(name);
  if (index === 0) throw new NetlinkError(`ip link show dev ${name}`, 19, '');
  return index;
}

export function attribute(type: number, ...values: readonly Buffer[]): Buffer {
  const value = Buffer.concat(values);
  const bytes = Buffer.alloc((4 + value.length + 3) & ~3);
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  value.copy(bytes, 4);
  return bytes;
}

export const text = (value: string): Buffer => Buffer.from(`${value}\0`);

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

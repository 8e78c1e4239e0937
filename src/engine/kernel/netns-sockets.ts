// Listening sockets inside another network namespace. A socket belongs to the namespace its thread was in when it was made,
// so: enter, make, bind, leave, in one synchronous stretch of the main thread. Nothing else runs on this thread meanwhile;
// other threads keep their namespaces (setns(2) acts on the calling thread). If the way back is barred the process ends.
import { closeSync, openSync } from 'node:fs';
import { systemCall } from './libc.ts';
import { mount, MS } from './mounts.ts';
import { openRouteSocket } from './netlink.ts';

const CLONE_NEWNET = 0x40000000;
const AF_INET = 2;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK_CLOEXEC = 0o2000000 | 0o4000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;

const setns = systemCall<[fd: number, type: number]>('setns', 'int setns(int fd, int nstype)');
const unshare = systemCall<[flags: number]>('unshare', 'int unshare(int flags)');
const socket = systemCall<[domain: number, type: number, protocol: number]>('socket', 'int socket(int domain, int type, int protocol)');
const bind = systemCall<[fd: number, address: Buffer, length: number]>('bind', 'int bind(int fd, const void *address, unsigned int length)');
const listen = systemCall<[fd: number, backlog: number]>('listen', 'int listen(int fd, int backlog)');
const setsockopt = systemCall<[fd: number, level: number, name: number, value: Buffer, length: number]>('setsockopt', 'int setsockopt(int fd, int level, int name, const void *value, unsigned int length)');

/**
 * A UDP and a listening TCP socket on one IPv4 address inside the namespace bound to `netns`.
 * @returns file descriptors; whoever gets them closes them. @throws SystemCallError
 */
export function listenInside(netns: string, address: string, port: number): { udp: number; tcp: number } {
  const there = openSync(netns, 'r');
  const here = openSync('/proc/thread-self/ns/net', 'r');
  const made: number[] = [];
  try {
    setns(there, CLONE_NEWNET);
    try {
      const target = socketAddress(address, port);
      for (const type of [SOCK_DGRAM, SOCK_STREAM]) {
        const fd = socket(AF_INET, type | SOCK_NONBLOCK_CLOEXEC, 0);
        made.push(fd);
        if (type === SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, Buffer.from([1, 0, 0, 0]), 4);
        bind(fd, target, target.length);
        if (type === SOCK_STREAM) listen(fd, 64);
      }
    } finally {
      goBack(here);
    }
    return { udp: made[0] ?? -1, tcp: made[1] ?? -1 };
  } catch (error) {
    for (const fd of made) closeSync(fd);
    throw error;
  } finally {
    closeSync(there);
    closeSync(here);
  }
}

/**
 * Makes a network namespace, binds it to the existing file and opens an rtnetlink socket inside.
 * @returns descriptors of the namespace and of the socket; whoever gets them closes them. @throws SystemCallError
 */
export function makeNetns(file: string): { netns: number; route: number } {
  const here = openSync('/proc/thread-self/ns/net', 'r');
  const made: number[] = [];
  try {
    unshare(CLONE_NEWNET);
    try {
      mount('/proc/thread-self/ns/net', file, null, MS.bind);
      made.push(openSync('/proc/thread-self/ns/net', 'r'), openRouteSocket());
    } finally {
      goBack(here);
    }
    return { netns: made[0] ?? -1, route: made[1] ?? -1 };
  } catch (error) {
    for (const fd of made) closeSync(fd);
    throw error;
  } finally {
    closeSync(here);
  }
}

function goBack(here: number): void {
  try {
    setns(here, CLONE_NEWNET);
  } catch {
    process.abort(); // going on in a container's namespace would be worse
  }
}

/** struct sockaddr_in (ip(7)): family in host order, port and address in network order. */
function socketAddress(address: string, port: number): Buffer {
  const bytes = Buffer.alloc(16);
  new Uint16Array(bytes.buffer, bytes.byteOffset, 1)[0] = AF_INET;
  bytes.writeUInt16BE(port, 2);
  Buffer.from(address.split('.').map(Number)).copy(bytes, 4);
  return bytes;
}

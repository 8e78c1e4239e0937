// A SOCK_SEQPACKET client, which node:net cannot make: conmon's attach socket, through which a container gets its stdin.
// The socket does not block; a full one is tried again after a pause, so a container that does not read costs a timer and no thread.
import { closeSync, constants, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SystemCallError, systemCall } from './libc.ts';

const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SHUT_RD = 0;
const SHUT_WR = 1;
const MSG_NOSIGNAL = 0x4000;
const O_PATH = 0o10000000;
/** conmon reads at most 32 KiB at once and loses the rest of a longer message (conn_sock.h, CONN_SOCK_BUF_SIZE); it also keeps part of a message back when its pipe is full. */
const MESSAGE_BYTES = 8192;
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;

const socket = systemCall<[domain: number, type: number, protocol: number]>('socket', 'int socket(int domain, int type, int protocol)');
const connect = systemCall<[fd: number, address: Uint8Array, length: number]>('connect', 'int connect(int fd, const void *address, unsigned int length)');
const send = systemCall<[fd: number, data: Uint8Array, length: number, flags: number]>('send', 'int64_t send(int fd, const void *data, size_t length, int flags)');
const shutdown = systemCall<[fd: number, how: number]>('shutdown', 'int shutdown(int fd, int how)');

export interface PacketWriter extends Disposable {
  /** Resolves when the kernel took everything. @throws SystemCallError EPIPE when the other side is gone */
  write(data: Uint8Array, signal: AbortSignal): Promise<void>;
  /** No more data: the other side sees the end. */
  end(): void;
}

/** Connects to the socket `name` in `folder` and never reads from it. @throws SystemCallError */
export function connectPacketWriter(folder: string, name: string): PacketWriter {
  // sun_path holds 107 bytes; a path through an open folder is short whatever the folder's own path is.
  const place = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | O_PATH);
  const fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  let open = true;
  try {
    const path = Buffer.from(`\0\0/proc/self/fd/${place}/${name}\0`);
    path.writeUInt16LE(AF_UNIX, 0); // both of Node's Linux architectures are little endian
    connect(fd, path, path.length);
    shutdown(fd, SHUT_RD);
  } catch (error) {
    closeSync(fd);
    throw error;
  } finally {
    closeSync(place);
  }
  return {
    async write(data, signal) {
      for (let at = 0; at < data.length;) {
        const part = data.subarray(at, at + MESSAGE_BYTES);
        for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
          signal.throwIfAborted();
          try {
            send(fd, part, part.length, MSG_NOSIGNAL);
            break;
          } catch (error) {
            if (!(error instanceof SystemCallError) || error.code !== 'EAGAIN') throw error;
            await sleep(pauseMs, undefined, { signal });
          }
        }
        at += part.length;
      }
    },
    end() {
      if (open) shutdown(fd, SHUT_WR);
    },
    [Symbol.dispose]() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

// Moves bytes from one socket to another inside the kernel: splice(2) through a pipe, epoll(7) to know when. Their structures are
// laid out by hand: struct epoll_event is packed on x86-64 only.
import { closeSync } from 'node:fs';
import { attempt, errorNumber, systemCall } from './libc.ts';

const CLOEXEC = 0o2000000;
const NONBLOCK = 0o4000;
const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;
const EPOLLOUT = 4;
const EPOLLRDHUP = 0x2000;
const EPOLLET = 2 ** 31;
const F_DUPFD_CLOEXEC = 1030;
const F_SETPIPE_SZ = 1031;
const SHUT_WR = 1;
const SPLICE_F_MOVE_NONBLOCK = 3;
const EVENT_BYTES = process.arch === 'x64' ? 12 : 16;
const DATA_AT = EVENT_BYTES - 8;
const MAX_EVENTS = 128;
/** What a pipe may hold; every user may have it (pipe(7), pipe-max-size). */
export const PIPE_BYTES = 1 << 20;
export const EAGAIN = errorNumber('EAGAIN');

const epollCreate = systemCall<[flags: number]>('epoll_create1', 'int epoll_create1(int flags)');
const epollControl = systemCall<[epoll: number, operation: number, fd: number, event: Buffer]>('epoll_ctl', 'int epoll_ctl(int epfd, int op, int fd, void *event)');
const epollWait = attempt<[epoll: number, events: Buffer, count: number, timeoutMs: number]>('int epoll_wait(int epfd, void *events, int maxevents, int timeout)');
const splice = attempt<[from: number, fromAt: null, to: number, toAt: null, bytes: number, flags: number]>('int64_t splice(int fd_in, void *off_in, int fd_out, void *off_out, size_t len, unsigned int flags)');
const pipe2 = systemCall<[fds: Buffer, flags: number]>('pipe2', 'int pipe2(void *fds, int flags)');
const shutdown = attempt<[fd: number, how: number]>('int shutdown(int fd, int how)');
const control = systemCall<[fd: number, command: number, argument: number]>('fcntl', 'int fcntl(int fd, int cmd, int arg)');

export interface Pipe { read: number; write: number }

/** @throws SystemCallError */
export function makePipe(): Pipe {
  const fds = Buffer.alloc(8);
  pipe2(fds, CLOEXEC | NONBLOCK);
  return { read: fds.readInt32LE(0), write: fds.readInt32LE(4) };
}

/** A pipe for large moves; where the user's share of pipe memory is used up it stays small. */
export function makeWidePipe(): Pipe {
  const pipe = makePipe();
  try {
    control(pipe.write, F_SETPIPE_SZ, PIPE_BYTES);
  } catch { /* slower, not wrong */ }
  return pipe;
}

export function closePipe({ read, write }: Pipe): void {
  closeSync(read);
  closeSync(write);
}

/** A second descriptor of the same open file, which outlives the first. @throws SystemCallError */
export const duplicate = (fd: number): number => control(fd, F_DUPFD_CLOEXEC, 0);

/** Bytes moved, 0 at the end of `from`, minus the error's number otherwise. Never waits. */
export const move = (from: number, to: number, bytes: number): number => splice(from, null, to, null, bytes, SPLICE_F_MOVE_NONBLOCK);

/** The other side sees the end; what is gone already is no matter. */
export const endWriting = (fd: number): void => void shutdown(fd, SHUT_WR);

export interface Poll {
  /** Tells `id` whenever `fd` becomes readable, writable or ends; `always`: as long as it is readable. */
  add(fd: number, id: number, always?: 'always'): void;
  /** The ids that have news; waits at most `timeoutMs`. */
  wait(timeoutMs: number): number[];
}

/** @throws SystemCallError */
export function makePoll(): Poll {
  const epoll = epollCreate(CLOEXEC);
  const events = Buffer.alloc(MAX_EVENTS * EVENT_BYTES);
  return {
    add(fd, id, always) {
      const event = Buffer.alloc(EVENT_BYTES);
      event.writeUInt32LE(always ? EPOLLIN : EPOLLIN + EPOLLOUT + EPOLLRDHUP + EPOLLET, 0);
      event.writeUInt32LE(id, DATA_AT);
      epollControl(epoll, EPOLL_CTL_ADD, fd, event);
    },
    wait(timeoutMs) {
      const count = Math.max(0, epollWait(epoll, events, MAX_EVENTS, timeoutMs)); // EINTR: no news
      return Array.from({ length: count }, (_, index) => events.readUInt32LE(index * EVENT_BYTES + DATA_AT));
    },
  };
}

// Real pipes. Node gives children socket pairs, through which a process cannot open /dev/stdout again (ENXIO, unix(7)).
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { systemCall } from './libc.ts';

const O_CLOEXEC = 0o2000000;
const pipe2 = systemCall<[fds: Int32Array, flags: number]>('pipe2', 'int pipe2(void *fds, int flags)');

export interface Pipe { readFd: number; writeFd: number }

/** Both ends, closed on exec: a child gets its end by number. */
export function makePipe(): Pipe {
  const fds = new Int32Array(2);
  pipe2(fds, O_CLOEXEC);
  return { readFd: fds[0] as number, writeFd: fds[1] as number };
}

/** The end we keep, as a stream that owns the descriptor. */
export const readEnd = (pipe: Pipe): Socket => new Socket({ fd: pipe.readFd, readable: true, writable: false });
export const writeEnd = (pipe: Pipe): Socket => new Socket({ fd: pipe.writeFd, readable: false, writable: true });
export const closeEnd = (fd: number): void => closeSync(fd);

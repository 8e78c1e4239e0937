// Real pipes. Node gives children socket pairs, through which a process cannot open /dev/stdout again (ENXIO, unix(7)).
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { systemCall } from './libc.ts';

const O_CLOEXEC = 0o2000000;
const pipe2 = systemCall<[fds: Int32Array, flags: number]>('pipe2', 'int pipe2(void *fds, int flags)');

const F_SETPIPE_SZ = 1031;
const setPipeSize = systemCall<[fd: number, command: number, bytes: number]>('fcntl', 'int fcntl(int fd, int command, int bytes)');

export interface Pipe { readFd: number; writeFd: number }

/** Both ends, closed on exec: a child gets its end by number. */
export function makePipe(): Pipe {
  const fds = new Int32Array(2);
  pipe2(fds, O_CLOEXEC);
  return { readFd: fds[0] as number, writeFd: fds[1] as number };
}

/**
 * What comes out of a pipe, in one buffer that is filled again and again: a chunk is good until the next is asked for. A stream would take
 * a new buffer for each 64 KiB, which the garbage collector has to find. Owns the descriptor.
 */
export async function* pipeChunks({ readFd }: Pick<Pipe, 'readFd'>, chunkBytes: number): AsyncGenerator<Buffer> {
  let arrived = Promise.withResolvers<Buffer | undefined>();
  const callback = (bytes: number, buffer: Uint8Array): boolean => {
    arrived.resolve(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
    return false;
  };
  const socket = new Socket({ fd: readFd, readable: true, writable: false, onread: { buffer: Buffer.allocUnsafeSlow(chunkBytes), callback } });
  let failure: Error | undefined;
  socket.on('close', () => arrived.resolve(undefined)).on('error', (error) => { failure = error; }); // a close follows
  try {
    for (;;) {
      socket.resume();
      const chunk = await arrived.promise;
      if (failure) throw failure;
      if (chunk === undefined) return;
      arrived = Promise.withResolvers();
      if (socket.destroyed) arrived.resolve(undefined);
      yield chunk;
    }
  } finally {
    socket.destroy();
  }
}

/** Room for that much between the two ends, where the machine allows it. */
export function widenPipe({ writeFd }: Pipe, bytes: number): void {
  try {
    setPipeSize(writeFd, F_SETPIPE_SZ, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error; // beyond what this user may have: it works all the same
  }
}

/** The end we keep, as a stream that owns the descriptor. */
export const readEnd = (pipe: Pipe): Socket => new Socket({ fd: pipe.readFd, readable: true, writable: false });
export const writeEnd = (pipe: Pipe): Socket => new Socket({ fd: pipe.writeFd, readable: false, writable: true });
export const closeEnd = (fd: number): void => closeSync(fd);

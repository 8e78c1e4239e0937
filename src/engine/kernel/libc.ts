// System calls that Node lacks, by FFI. The only importer of koffi. Never setns or unshare here: they act on one thread.
// Sources: mount(2), umount(2), mknod(2), setxattr(2), flock(2), signal numbers of asm-generic.
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');

/** A failed system call: `code` as Node names it. */
export class SystemCallError extends Error {
  readonly code: string;
  readonly errno: number;
  constructor(call: string, errno: number) {
    const code = NAMES.get(errno) ?? `E${errno}`;
    super(`${call}: ${code}`);
    this.name = 'SystemCallError';
    this.code = code;
    this.errno = errno;
  }
}

// EWOULDBLOCK and ENOTSUP are second names of EAGAIN and EOPNOTSUPP; Node uses the first of each.
const NAMES = new Map<number, string>(
  Object.entries(koffi.os.errno).filter(([name]) => name !== 'EWOULDBLOCK' && name !== 'ENOTSUP').map(([name, number]) => [number as number, name]),
);

/** Declares a libc function whose result below zero is an error with errno. */
export function systemCall<A extends unknown[]>(name: string, declaration: string): (...args: A) => number {
  const call = libc.func(declaration);
  return (...args) => {
    const result = Number(call(...args));
    if (result < 0) throw new SystemCallError(name, koffi.errno());
    return result;
  };
}

/** The same for calls that fail as a matter of course: the result, or minus the error's number. */
export function attempt<A extends unknown[]>(declaration: string): (...args: A) => number {
  const call = libc.func(declaration);
  return (...args) => {
    const result = Number(call(...args));
    return result < 0 ? -koffi.errno() : result;
  };
}

/** The number of an error, such as EAGAIN. */
export const errorNumber = (name: string): number => koffi.os.errno[name] ?? 0;

/** Where a buffer's bytes are, for structures that hold pointers. Keep the buffer referenced while the address is used. */
export function addressOf(buffer: Uint8Array): bigint {
  return koffi.address(buffer);
}

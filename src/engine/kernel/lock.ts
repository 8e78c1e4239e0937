// An exclusive lock on a file that the kernel drops when its holder dies (flock(2)).
import { closeSync, openSync } from 'node:fs';
import { SystemCallError, systemCall } from './libc.ts';

const LOCK_EX = 2;
const LOCK_NB = 4;
const flock = systemCall<[fd: number, operation: number]>('flock', 'int flock(int fd, int operation)');

/** The lock, held until disposed; null when somebody else holds it. */
export function lockFile(path: string): Disposable | null {
  const fd = openSync(path, 'a', 0o600);
  try {
    flock(fd, LOCK_EX | LOCK_NB);
  } catch (error) {
    closeSync(fd);
    if (error instanceof SystemCallError && error.code === 'EAGAIN') return null;
    throw error;
  }
  let open = true;
  return {
    [Symbol.dispose]() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

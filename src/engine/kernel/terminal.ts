// The window size of a pseudo terminal (ioctl_tty(2)).
import { systemCall } from './libc.ts';

const TIOCSWINSZ = 0x5414;
const ioctl = systemCall<[fd: number, request: number, size: Uint16Array]>('ioctl', 'int ioctl(int fd, unsigned long request, const void *size)');

export function setWindowSize(fd: number, rows: number, columns: number): void {
  ioctl(fd, TIOCSWINSZ, new Uint16Array([rows, columns, 0, 0]));
}

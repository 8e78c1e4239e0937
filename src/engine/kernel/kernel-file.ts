// Reads the small files of /proc and /sys. They say size 0, so readFileSync takes a new buffer of 64 KiB for each: a few hundred reads
// a second keep the garbage collector busy. Here all share one.
import { closeSync, openSync, readSync } from 'node:fs';

const buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** The whole file as Latin-1. @throws what opening or reading it throws: a process or cgroup that is gone */
export function readKernelFile(path: string): string {
  const fd = openSync(path, 'r');
  try {
    let text = '';
    for (;;) {
      const bytes = readSync(fd, buffer, 0, buffer.length, null);
      if (bytes === 0) return text;
      text += buffer.toString('latin1', 0, bytes);
    }
  } finally {
    closeSync(fd);
  }
}

// Small files of a container's root file system, read without leaving it: the kernel resolves links as if the root were `/`.
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { closeFd, openFolder, openPathInRoot } from '../kernel/files.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/** The text of a regular file, empty when there is none. Larger than 4 MiB counts as none. */
export function readInRoot(rootfs: string, path: string): string {
  let root: number;
  try {
    root = openFolder(rootfs);
  } catch {
    return ''; // no root file system, no file in it
  }
  try {
    const named = openPathInRoot(root, path);
    try {
      const stat = fstatSync(named);
      if (!stat.isFile() || stat.size > MAX_BYTES) return '';
      const fd = openSync(`/proc/self/fd/${named}`, 'r');
      try {
        return readFileSync(fd, 'utf8');
      } finally {
        closeSync(fd);
      }
    } finally {
      closeFd(named);
    }
  } catch {
    return ''; // images without passwd or group are common
  } finally {
    closeFd(root);
  }
}

// File system calls that Node lacks or that must not follow links: everything relative to an open folder.
// Names are byte strings (one char per byte, see layers/tar-fields.ts). Path resolution is openat2(2) with RESOLVE_IN_ROOT:
// the kernel treats the folder as `/`, so `..`, absolute links and links made a moment ago cannot lead outside.
import { constants } from 'node:fs';
import { systemCall } from './libc.ts';

const SYS_OPENAT2 = 437; // the same number on every architecture (kernel 5.6)
const RESOLVE_NO_MAGICLINKS = 0x02n;
const RESOLVE_BENEATH = 0x08n;
const RESOLVE_IN_ROOT = 0x10n;
const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_FDCWD = -100;
export const S_IFIFO = 0o010000;
export const S_IFCHR = 0o020000;
export const S_IFBLK = 0o060000;

type Path = Uint8Array;
const openat2 = systemCall<[call: number, dir: number, path: Path, how: BigUint64Array, size: number]>('openat2', 'long syscall(long number, int dir, const void *path, const void *how, size_t size)');
const openat = systemCall<[dir: number, path: Path, flags: number, mode: number]>('openat', 'int openat(int dir, const void *path, int flags, unsigned int mode)');
const mkdirat = systemCall<[dir: number, path: Path, mode: number]>('mkdirat', 'int mkdirat(int dir, const void *path, unsigned int mode)');
const symlinkat = systemCall<[target: Path, dir: number, path: Path]>('symlinkat', 'int symlinkat(const void *target, int dir, const void *path)');
const linkat = systemCall<[fromDir: number, from: Path, dir: number, path: Path, flags: number]>('linkat', 'int linkat(int fromDir, const void *from, int dir, const void *path, int flags)');
const mknodat = systemCall<[dir: number, path: Path, mode: number, device: bigint]>('mknodat', 'int mknodat(int dir, const void *path, unsigned int mode, uint64_t device)');
const unlinkat = systemCall<[dir: number, path: Path, flags: number]>('unlinkat', 'int unlinkat(int dir, const void *path, int flags)');
const fchownat = systemCall<[dir: number, path: Path, uid: number, gid: number, flags: number]>('fchownat', 'int fchownat(int dir, const void *path, unsigned int uid, unsigned int gid, int flags)');
const fchmodat = systemCall<[dir: number, path: Path, mode: number, flags: number]>('fchmodat', 'int fchmodat(int dir, const void *path, unsigned int mode, int flags)');
const utimensat = systemCall<[dir: number, path: Path, times: BigInt64Array, flags: number]>('utimensat', 'int utimensat(int dir, const void *path, const void *times, int flags)');
const fchown = systemCall<[fd: number, uid: number, gid: number]>('fchown', 'int fchown(int fd, unsigned int uid, unsigned int gid)');
const fchmod = systemCall<[fd: number, mode: number]>('fchmod', 'int fchmod(int fd, unsigned int mode)');
const futimens = systemCall<[fd: number, times: BigInt64Array]>('futimens', 'int futimens(int fd, const void *times)');
const pwrite = systemCall<[fd: number, data: Uint8Array, bytes: number, offset: number]>('pwrite', 'int64_t pwrite64(int fd, const void *data, size_t bytes, int64_t offset)');
const ftruncate = systemCall<[fd: number, bytes: number]>('ftruncate', 'int ftruncate64(int fd, int64_t bytes)');
const close = systemCall<[fd: number]>('close', 'int close(int fd)');
const lsetxattr = systemCall<[path: Path, name: Path, value: Uint8Array, bytes: number, flags: number]>('lsetxattr', 'int lsetxattr(const void *path, const void *name, const void *value, size_t bytes, int flags)');
const lgetxattr = systemCall<[path: Path, name: Path, value: Uint8Array, bytes: number]>('lgetxattr', 'int64_t lgetxattr(const void *path, const void *name, void *value, size_t bytes)');
const llistxattr = systemCall<[path: Path, list: Uint8Array, bytes: number]>('llistxattr', 'int64_t llistxattr(const void *path, void *list, size_t bytes)');

const cString = (bytes: string): Buffer => Buffer.from(`${bytes}\0`, 'latin1');

/** A folder named by an ordinary path, to work beneath. */
export function openFolder(path: string): number {
  return openat(AT_FDCWD, Buffer.from(`${path}\0`), O_PATH | constants.O_DIRECTORY | O_CLOEXEC, 0);
}

/** A folder below `root`, links followed as in a chroot. The descriptor only names it (O_PATH). */
export function openFolderInRoot(root: number, path: string): number {
  const how = new BigUint64Array([BigInt(O_PATH | constants.O_DIRECTORY | O_CLOEXEC), 0n, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS]);
  return openat2(SYS_OPENAT2, root, cString(path), how, how.byteLength);
}

/** Whatever stands at a path below `root`, links followed as in a chroot; named, not opened (O_PATH), so a FIFO is not waited for. */
export function openPathInRoot(root: number, path: string): number {
  const how = new BigUint64Array([BigInt(O_PATH | O_CLOEXEC), 0n, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS]);
  return openat2(SYS_OPENAT2, root, cString(path), how, how.byteLength);
}

/** As `openPathInRoot`, but a link that leads out of `root` is an error (EXDEV) and not followed. */
export function openPathBeneath(root: number, path: string): number {
  const how = new BigUint64Array([BigInt(O_PATH | O_CLOEXEC), 0n, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS]);
  return openat2(SYS_OPENAT2, root, cString(path), how, how.byteLength);
}

/** A new, empty file; fails with EEXIST on anything that is there, links included. */
export function createFileAt(folder: number, name: string, mode: number): number {
  return openat(folder, cString(name), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | O_CLOEXEC, mode);
}

export const makeFolderAt = (folder: number, name: string, mode: number): void => void mkdirat(folder, cString(name), mode);
export const makeSymlinkAt = (folder: number, name: string, target: string): void => void symlinkat(cString(target), folder, cString(name));
/** Another name for a file; a link is linked itself, not followed. */
export const makeHardlinkAt = (fromFolder: number, from: string, folder: number, name: string): void => void linkat(fromFolder, cString(from), folder, cString(name), 0);
/** @param mode type and permission bits */
export const makeNodeAt = (folder: number, name: string, mode: number, major: number, minor: number): void => void mknodat(folder, cString(name), mode, deviceNumber(major, minor));
export const unlinkAt = (folder: number, name: string): void => void unlinkat(folder, cString(name), 0);
export const setOwnerAt = (folder: number, name: string, uid: number, gid: number): void => void fchownat(folder, cString(name), uid, gid, AT_SYMLINK_NOFOLLOW);
/** Follows links: never call it on one. */
export const setModeAt = (folder: number, name: string, mode: number): void => void fchmodat(folder, cString(name), mode, 0);
export const setTimeAt = (folder: number, name: string, seconds: number): void => void utimensat(folder, cString(name), times(seconds), AT_SYMLINK_NOFOLLOW);

export const setOwner = (fd: number, uid: number, gid: number): void => void fchown(fd, uid, gid);
export const setMode = (fd: number, mode: number): void => void fchmod(fd, mode);
export const setTime = (fd: number, seconds: number): void => void futimens(fd, times(seconds));
export const setLength = (fd: number, bytes: number): void => void ftruncate(fd, bytes);
export const closeFd = (fd: number): void => void close(fd);

/** Writes all of `data`. */
export function writeAt(fd: number, data: Uint8Array, offset: number): void {
  for (let done = 0; done < data.length;) done += pwrite(fd, done === 0 ? data : data.subarray(done), data.length - done, offset + done);
}

/** A path that reaches `name` in an open folder, for calls that know no folder descriptors. */
export const pathAt = (folder: number, name: string): Buffer => Buffer.from(`/proc/self/fd/${folder}/${name}`, 'latin1');
const terminated = (path: Uint8Array | string): Buffer => Buffer.concat([typeof path === 'string' ? Buffer.from(path) : path, Buffer.of(0)]);

/** Sets an extended attribute of the thing itself, never of a link's target. @param value byte string */
export function setXattr(path: Uint8Array | string, name: string, value: string): void {
  const data = Buffer.from(value, 'latin1');
  lsetxattr(terminated(path), cString(name), data, data.length, 0);
}

/** @returns the value as a byte string, undefined when there is none */
export function getXattr(path: Uint8Array | string, name: string): string | undefined {
  try {
    const length = lgetxattr(terminated(path), cString(name), Buffer.alloc(0), 0);
    const value = Buffer.alloc(length);
    return value.toString('latin1', 0, lgetxattr(terminated(path), cString(name), value, length));
  } catch (error) {
    if (['ENODATA', 'EOPNOTSUPP', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Names of all extended attributes, sorted. */
export function listXattrs(path: Uint8Array | string): string[] {
  try {
    const length = llistxattr(terminated(path), Buffer.alloc(0), 0);
    if (length === 0) return [];
    const list = Buffer.alloc(length);
    return list.toString('latin1', 0, llistxattr(terminated(path), list, length)).split('\0').filter(Boolean).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EOPNOTSUPP') return [];
    throw error;
  }
}

/** access and modification time, with nanoseconds as far as a double has them */
function times(seconds: number): BigInt64Array {
  const whole = Math.floor(seconds);
  const nano = BigInt(Math.min(999_999_999, Math.round((seconds - whole) * 1e9)));
  return new BigInt64Array([BigInt(whole), nano, BigInt(whole), nano]);
}

/** glibc's makedev(3). */
function deviceNumber(major: number, minor: number): bigint {
  const [a, b] = [BigInt(major), BigInt(minor)];
  return ((a & 0xfffff000n) << 32n) | ((a & 0xfffn) << 8n) | ((b & 0xffffff00n) << 12n) | (b & 0xffn);
}

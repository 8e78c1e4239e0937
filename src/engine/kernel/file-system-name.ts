// The kind of file system a folder lies on, by the magic number of statfs(2), in the names `docker info` uses.
import { statfsSync } from 'node:fs';

/** linux/magic.h */
const NAMES: Record<number, string> = {
  0xef53: 'extfs',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0x01021994: 'tmpfs',
  0x794c7630: 'overlayfs',
  0x2fc12fc1: 'zfs',
  0xf2f52010: 'f2fs',
  0x6969: 'nfs',
  0xff534d42: 'cifs',
  0xfe534d42: 'smb2',
  0x65735546: 'fuse',
  0x01021997: '9p',
  0x6a656a63: 'virtiofs',
  0xca451a4e: 'bcachefs',
};

/** @returns a name, or the number in hexadecimal for one that has none here. @throws the error of statfs(2) */
export function fileSystemName(folder: string): string {
  const { type } = statfsSync(folder);
  return NAMES[type >>> 0] ?? `0x${(type >>> 0).toString(16)}`;
}

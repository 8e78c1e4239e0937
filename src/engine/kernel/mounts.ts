// mount(2) and umount2(2), the new mount interface for overlays whose options exceed one page, and what is mounted.
// mount(2) takes at most 4095 bytes of options; fsconfig(2) takes each lower folder by itself (`lowerdir+`, kernel 6.7).
import { readFileSync } from 'node:fs';
import { SystemCallError, systemCall } from './libc.ts';

const SYS = { moveMount: 429, fsopen: 430, fsconfig: 431, fsmount: 432 } as const; // the same on every architecture
const FSCONFIG_SET_FLAG = 0;
const FSCONFIG_SET_STRING = 1;
const FSCONFIG_CMD_CREATE = 6;
const CLOEXEC = 1;
const MOVE_MOUNT_F_EMPTY_PATH = 4;
const AT_FDCWD = -100;
const MNT_DETACH = 2;
const MAX_OPTION_BYTES = 4095;

const mountCall = systemCall<[source: string, target: string, type: string | null, flags: number, data: string | null]>('mount', 'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)');
const umount2 = systemCall<[target: string, flags: number]>('umount2', 'int umount2(const char *target, int flags)');
const fsopen = systemCall<[call: number, type: string, flags: number]>('fsopen', 'long syscall(long number, const char *type, long flags)');
const fsconfig = systemCall<[call: number, fd: number, command: number, key: string | null, value: string | null, extra: number]>('fsconfig', 'long syscall(long number, long fd, long command, const char *key, const char *value, long extra)');
const fsmount = systemCall<[call: number, fd: number, flags: number, attributes: number]>('fsmount', 'long syscall(long number, long fd, long flags, long attributes)');
const moveMount = systemCall<[call: number, from: number, fromPath: string, to: number, toPath: string, flags: number]>('move_mount', 'long syscall(long number, long from, const char *fromPath, long to, const char *toPath, long flags)');
const close = systemCall<[fd: number]>('close', 'int close(int fd)');

export const MS = { rdonly: 1, nosuid: 2, nodev: 4, noexec: 8, remount: 32, noatime: 1024, bind: 4096, rec: 16384, unbindable: 1 << 17, private: 1 << 18, slave: 1 << 19, shared: 1 << 20 } as const;

/** mount(2). @throws SystemCallError */
export function mount(source: string, target: string, type: string | null, flags = 0, data: string | null = null): void {
  mountCall(source, target, type, flags, data);
}

/** One overlay option: `key=value`, or a flag when the value is null. `lowerdir` comes as a list, uppermost first. */
export interface OverlayOptions {
  lower: readonly string[];
  upper?: string;
  work?: string;
  flags: readonly (readonly [key: string, value: string | null])[];
}

/** Mounts an overlay file system. @throws SystemCallError, E2BIG when the options are too long for this kernel */
export function mountOverlay(target: string, options: OverlayOptions): void {
  const data = [
    `lowerdir=${options.lower.join(':')}`,
    ...(options.upper === undefined ? [] : [`upperdir=${options.upper}`]),
    ...(options.work === undefined ? [] : [`workdir=${options.work}`]),
    ...options.flags.map(([key, value]) => (value === null ? key : `${key}=${value}`)),
  ].join(',');
  if (Buffer.byteLength(data) <= MAX_OPTION_BYTES) mount('overlay', target, 'overlay', 0, data);
  else mountLongOverlay(target, options);
}

function mountLongOverlay(target: string, options: OverlayOptions): void {
  const context = fsopen(SYS.fsopen, 'overlay', CLOEXEC);
  try {
    const set = (key: string, value: string) => fsconfig(SYS.fsconfig, context, FSCONFIG_SET_STRING, key, value, 0);
    set('source', 'overlay');
    for (const folder of options.lower) set('lowerdir+', folder);
    if (options.upper !== undefined) set('upperdir', options.upper);
    if (options.work !== undefined) set('workdir', options.work);
    for (const [key, value] of options.flags) {
      if (value === null) fsconfig(SYS.fsconfig, context, FSCONFIG_SET_FLAG, key, null, 0);
      else set(key, value);
    }
    fsconfig(SYS.fsconfig, context, FSCONFIG_CMD_CREATE, null, null, 0);
    const mounted = fsmount(SYS.fsmount, context, CLOEXEC, 0);
    try {
      moveMount(SYS.moveMount, mounted, '', AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
    } finally {
      close(mounted);
    }
  } finally {
    close(context);
  }
}

/** Unmounts; a busy mount is detached and goes when its last user does. What is not mounted is left alone. */
export function unmount(target: string): void {
  try {
    umount2(target, 0);
  } catch (error) {
    const code = error instanceof SystemCallError ? error.code : '';
    if (code === 'EBUSY') umount2(target, MNT_DETACH);
    else if (code !== 'EINVAL' && code !== 'ENOENT') throw error;
  }
}

export interface Mounted {
  target: string;
  type: string;
  source: string;
  options: string;
  /** gives on what is mounted below it, gets what is mounted below its master; neither: private */
  isShared: boolean;
  isSlave: boolean;
}

/** What is mounted in this mount namespace, oldest first (proc_pid_mountinfo(5)). */
export function mounts(): Mounted[] {
  const unescape = (text: string) => text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter(Boolean).map((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const [type = '', source = '', options = ''] = right.split(' ');
    const [, , , , target = '', , ...tags] = left.split(' ');
    const has = (kind: string) => tags.some((tag) => tag.startsWith(kind));
    return { target: unescape(target), type, source: unescape(source), options, isShared: has('shared:'), isSlave: has('master:') };
  });
}

// Linux capabilities of a container: Docker's default set, changed by CapAdd, CapDrop and Privileged.
// Names as in capabilities(7); the default set is the one in Docker's documentation ("Runtime privilege and Linux capabilities").
import { InvalidParameter } from '../../wire/errors.ts';

const DEFAULT = [
  'CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FSETID', 'CAP_FOWNER', 'CAP_MKNOD', 'CAP_NET_RAW', 'CAP_SETGID', 'CAP_SETUID',
  'CAP_SETFCAP', 'CAP_SETPCAP', 'CAP_NET_BIND_SERVICE', 'CAP_SYS_CHROOT', 'CAP_KILL', 'CAP_AUDIT_WRITE',
];

/** In the kernel's numbering: index = capability number (linux/capability.h). */
const ALL = [
  'CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH', 'CAP_FOWNER', 'CAP_FSETID', 'CAP_KILL', 'CAP_SETGID', 'CAP_SETUID', 'CAP_SETPCAP',
  'CAP_LINUX_IMMUTABLE', 'CAP_NET_BIND_SERVICE', 'CAP_NET_BROADCAST', 'CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_IPC_LOCK', 'CAP_IPC_OWNER',
  'CAP_SYS_MODULE', 'CAP_SYS_RAWIO', 'CAP_SYS_CHROOT', 'CAP_SYS_PTRACE', 'CAP_SYS_PACCT', 'CAP_SYS_ADMIN', 'CAP_SYS_BOOT', 'CAP_SYS_NICE',
  'CAP_SYS_RESOURCE', 'CAP_SYS_TIME', 'CAP_SYS_TTY_CONFIG', 'CAP_MKNOD', 'CAP_LEASE', 'CAP_AUDIT_WRITE', 'CAP_AUDIT_CONTROL', 'CAP_SETFCAP',
  'CAP_MAC_OVERRIDE', 'CAP_MAC_ADMIN', 'CAP_SYSLOG', 'CAP_WAKE_ALARM', 'CAP_BLOCK_SUSPEND', 'CAP_AUDIT_READ', 'CAP_PERFMON', 'CAP_BPF',
  'CAP_CHECKPOINT_RESTORE',
];

export interface CapabilityWish { CapAdd?: string[] | null; CapDrop?: string[] | null; Privileged?: boolean }

/**
 * The capability set. `bounding`: bit set of what the engine itself may give (CapBnd of /proc/self/status); an explicit
 * wish beyond it fails in the runtime, the sets "all" and privileged are cut to it.
 * @throws InvalidParameter for an unknown name
 */
export function capabilitySet(wish: CapabilityWish, bounding: bigint): string[] {
  const possible = ALL.filter((_, number) => (bounding >> BigInt(number)) & 1n);
  const adds = names(wish.CapAdd, 'CapAdd');
  const drops = names(wish.CapDrop, 'CapDrop');
  if (wish.Privileged) return possible;
  const base = adds.includes('ALL') ? possible : drops.includes('ALL') ? [] : DEFAULT.filter((name) => possible.includes(name));
  const set = new Set(base);
  // Docker: an explicit drop wins over "add all", an explicit add wins over "drop all".
  if (adds.includes('ALL')) for (const name of drops) set.delete(name);
  else {
    if (!drops.includes('ALL')) for (const name of drops) set.delete(name);
    for (const name of adds) set.add(name);
  }
  return ALL.filter((name) => set.has(name));
}

function names(given: readonly string[] | null | undefined, field: string): string[] {
  return (given ?? []).map((word) => {
    const upper = word.toUpperCase();
    if (upper === 'ALL') return 'ALL';
    const name = upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
    if (!ALL.includes(name)) throw new InvalidParameter(`invalid ${field}: unknown capability: ${JSON.stringify(name)}`);
    return name;
  });
}

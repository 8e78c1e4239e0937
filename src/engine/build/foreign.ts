// Can this machine run programs of another architecture? Only through binfmt_misc handlers (qemu-user-static registers them).
// kernel.org, Documentation/admin-guide/binfmt-misc.rst.
import { readFileSync } from 'node:fs';
import { InvalidParameter } from '../wire/errors.ts';
import { platformText, type Platform } from './platform.ts';

const QEMU: Record<string, string> = { amd64: 'x86_64', arm64: 'aarch64', arm: 'arm', '386': 'i386', ppc64le: 'ppc64le', s390x: 's390x', riscv64: 'riscv64', loong64: 'loongarch64' };
/** Architectures whose programs run without help. */
const NATIVE: Record<string, readonly string[]> = { amd64: ['amd64', '386'], arm64: ['arm64', 'arm'] };

/** @throws InvalidParameter naming what is missing */
export function checkRunnable(platform: Platform, host: Platform, binfmt = '/proc/sys/fs/binfmt_misc'): void {
  const { architecture } = platform;
  if (architecture === host.architecture || NATIVE[host.architecture]?.includes(architecture)) return;
  const name = QEMU[architecture] ?? architecture;
  try {
    if (readFileSync(`${binfmt}/qemu-${name}`, 'utf8').startsWith('enabled')) return;
  } catch {
    // no such handler: said below
  }
  throw new InvalidParameter(`RUN needs programs of ${platformText(platform)}, which this machine (${platformText(host)}) can not run: install qemu-user-static so that binfmt_misc has a handler qemu-${name}`);
}

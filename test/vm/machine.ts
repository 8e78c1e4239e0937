// A Debian 12 machine under qemu: systemd, cgroup v2, sshd, dockerd, Podman. Built once (make-image.sh), then kept in a folder
// outside the repository; every boot starts from the same disk, and what a test writes is thrown away (snapshot=on).

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../ssh/sshd.ts';

export interface Machine extends AsyncDisposable { port: number; keyPath: string; console(): string }

const SCRIPT = join(import.meta.dirname, 'make-image.sh');
/** Without hardware virtualization a boot takes half a minute, up to ten times that when the machine is busy. */
const BOOT_MS = 600_000;

/** Boot; resolves when sshd answers. */
export async function startMachine(): Promise<Machine> {
  const image = imageFolder();
  const port = await freePort();
  const work = mkdtempSync(join(tmpdir(), 'gantry-vm-'));
  const serial = join(work, 'console');
  // tcg: /dev/kvm of nested build machines exists but does not run a guest.
  const qemu = spawn('qemu-system-x86_64', [
    '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1536', '-display', 'none', '-serial', `file:${serial}`,
    '-kernel', join(image, 'kernel'), '-initrd', join(image, 'initrd'), '-append', 'root=/dev/vda rw console=ttyS0 net.ifnames=0 quiet mitigations=off',
    '-drive', `file=${join(image, 'disk.img')},format=raw,if=virtio,cache=unsafe,snapshot=on`,
    '-netdev', `user,id=net,hostfwd=tcp:127.0.0.1:${port}-:22`, '-device', 'virtio-net-pci,netdev=net', '-device', 'virtio-rng-pci',
  ], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, TMPDIR: work } });
  let said = '';
  qemu.stderr.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  const machine: Machine = {
    port,
    keyPath: join(image, 'key'),
    console: () => (existsSync(serial) ? readFileSync(serial, 'utf8') : ''),
    async [Symbol.asyncDispose]() {
      if (qemu.exitCode === null) {
        const gone = new Promise((resolve) => qemu.once('exit', resolve));
        qemu.kill('SIGKILL');
        await gone;
      }
      rmSync(work, { recursive: true, force: true });
    },
  };
  const began = Date.now();
  while (!answers(port, machine.keyPath)) {
    if (qemu.exitCode !== null || Date.now() - began > BOOT_MS) {
      const console = machine.console().slice(-2000);
      await machine[Symbol.asyncDispose]();
      throw new Error(`the virtual machine does not come up: ${said} ${console}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return machine;
}

/** The image's folder, built when it is not there. A changed script makes another one. */
function imageFolder(): string {
  const version = createHash('sha256').update(readFileSync(SCRIPT)).digest('hex').slice(0, 12);
  const cache = process.env['GANTRY_VM_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'gantry-vm');
  const folder = join(cache, version);
  if (existsSync(join(folder, 'disk.img'))) return folder;
  mkdirSync(cache, { recursive: true });
  const part = mkdtempSync(join(cache, 'making-'));
  try {
    execFileSync('sh', [SCRIPT, part], { stdio: 'inherit' });
    rmSync(folder, { recursive: true, force: true });
    renameSync(part, folder);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  return folder;
}

/** Logged in, and the slowest unit is up: by then the others are, too. */
function answers(port: number, keyPath: string): boolean {
  try {
    execFileSync('ssh', ['-i', keyPath, '-p', String(port), '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'ConnectTimeout=20', '-o', 'BatchMode=yes', 'root@127.0.0.1',
      'systemctl is-active docker'], { stdio: 'ignore', timeout: 120_000 });
    return true;
  } catch {
    return false; // not yet
  }
}

// A Debian 12 machine under qemu: systemd, cgroup v2, sshd, dockerd, Podman. Built once (make-image.sh), then kept in a folder
// outside the repository; every boot starts from the same disk, and what a test writes is thrown away (snapshot=on).

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../ssh/sshd.ts';

export interface Machine extends AsyncDisposable {
  port: number;
  keyPath: string;
  console(): string;
  /** Through systemd, as a person would; resolves when sshd and dockerd answer again. */
  reboot(): Promise<void>;
}

const SCRIPT = join(import.meta.dirname, 'make-image.sh');
/** Without hardware virtualization a boot takes half a minute, up to ten times that when the machine is busy. */
const BOOT_MS = 600_000;
/** With it a kernel's first words come within a second. Nested machines may have a /dev/kvm under which nothing ever runs. */
const FIRST_WORDS_MS = 10_000;

/** Boot; resolves when sshd and dockerd answer. */
export async function startMachine(): Promise<Machine> {
  const image = imageFolder();
  const port = await freePort();
  const work = mkdtempSync(join(tmpdir(), 'gantry-vm-'));
  const serial = join(work, 'console');
  const keyPath = join(image, 'key');
  let said = '';
  const power = (acceleration: string[]): ChildProcess => {
    rmSync(serial, { force: true });
    const qemu = spawn('qemu-system-x86_64', [
      ...acceleration, '-smp', '2', '-m', '1536', '-display', 'none', '-serial', `file:${serial}`,
      '-kernel', join(image, 'kernel'), '-initrd', join(image, 'initrd'), '-append', 'root=/dev/vda rw console=ttyS0 net.ifnames=0 mitigations=off',
      '-drive', `file=${join(image, 'disk.img')},format=raw,if=virtio,cache=unsafe,snapshot=on`,
      '-netdev', `user,id=net,hostfwd=tcp:127.0.0.1:${port}-:22`, '-device', 'virtio-net-pci,netdev=net', '-device', 'virtio-rng-pci',
    ], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, TMPDIR: work } });
    qemu.stderr.on('data', (chunk: Buffer) => { said += chunk.toString(); });
    return qemu;
  };
  const console = (): string => (existsSync(serial) ? readFileSync(serial, 'utf8') : '');
  let qemu = canUseKvm() ? power(['-accel', 'kvm', '-cpu', 'host,-arch-capabilities']) : undefined;
  if (qemu) {
    await until(() => console() !== '' || qemu!.exitCode !== null, FIRST_WORDS_MS);
    if (console() === '' || qemu.exitCode !== null) {
      await end(qemu);
      qemu = undefined;
    }
  }
  const running = qemu ?? power(['-accel', 'tcg,thread=multi', '-cpu', 'max']);

  const machine: Machine = {
    port, keyPath, console,
    async reboot() {
      const before = ask(port, keyPath, BOOT_ID);
      ask(port, keyPath, 'systemctl reboot');
      await up(before);
    },
    async [Symbol.asyncDispose]() {
      await end(running);
      rmSync(work, { recursive: true, force: true });
    },
  };
  /** The slowest unit is up: by then the others are, too. */
  const up = async (before?: string): Promise<void> => {
    const isUp = await until(() => {
      if (running.exitCode !== null) return true;
      const [id, docker] = (ask(port, keyPath, `${BOOT_ID}; systemctl is-active docker`) ?? '').split('\n');
      return docker === 'active' && id !== before;
    }, BOOT_MS);
    if (!isUp || running.exitCode !== null) throw new Error(`the virtual machine does not come up: ${said} ${console().slice(-2000)}`);
  };
  try {
    await up();
  } catch (error) {
    await machine[Symbol.asyncDispose]();
    throw error;
  }
  return machine;
}

const BOOT_ID = 'cat /proc/sys/kernel/random/boot_id';

function canUseKvm(): boolean {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false; // no hardware virtualization, or not for us
  }
}

async function until(holds: () => boolean, ms: number): Promise<boolean> {
  for (const began = Date.now(); Date.now() - began < ms;) {
    if (holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return holds();
}

async function end(qemu: ChildProcess): Promise<void> {
  if (qemu.exitCode !== null || qemu.signalCode !== null) return;
  const gone = new Promise((resolve) => qemu.once('exit', resolve));
  qemu.kill('SIGKILL');
  await gone;
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

/** What a command on the machine prints, by OpenSSH's own client; undefined while nobody answers. */
function ask(port: number, keyPath: string, command: string): string | undefined {
  try {
    return execFileSync('ssh', ['-i', keyPath, '-p', String(port), '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-o', 'ConnectTimeout=20', '-o', 'BatchMode=yes', 'root@127.0.0.1', command],
      { stdio: ['ignore', 'pipe', 'ignore'], timeout: 120_000, encoding: 'utf8' }).trim();
  } catch {
    return undefined; // not yet, or just going down
  }
}

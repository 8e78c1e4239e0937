// What an escape from a container would need, tried from inside a default container: each must be refused.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busyboxArchive, startTestEngine, type TestEngine } from './harness.ts';

let engine: TestEngine;
const image = 'busybox:test';
beforeAll(async () => {
  engine = await startTestEngine();
  await engine.dockerOk('load', '-i', busyboxArchive(image));
});
afterAll(async () => engine?.[Symbol.asyncDispose]());

const inside = async (script: string, ...options: string[]) => (await engine.docker('run', '--rm', '--network', 'none', ...options, image, 'sh', '-c', script)).stdout.trim();
const refused = (command: string) => `(${command}) >/dev/null 2>&1 && echo "DONE: ${command.replaceAll('"', '')}"`;

test('a default container cannot do any of it', async () => {
  const attempts = [
    'mount -t tmpfs x /tmp', 'mount -t proc p /tmp', 'umount /proc', 'unshare -m true', 'unshare -U true', 'nsenter -t 1 -m true',
    'mknod /tmp/sda b 8 0 && head -c 1 /tmp/sda', 'mknod /tmp/mem c 1 1 && head -c 1 /tmp/mem', 'mknod /tmp/kmsg c 1 11 && head -c 1 /tmp/kmsg',
    'head -c 1 /proc/kcore', 'cat /proc/keys | grep .', 'cat /proc/timer_list | grep .', 'ls /sys/firmware | grep .',
    'echo b > /proc/sysrq-trigger', 'echo 1 > /proc/sys/kernel/panic', 'echo x > /proc/sys/kernel/core_pattern',
    'echo 1 > /sys/kernel/uevent_helper', 'mkdir /sys/fs/cgroup/memory/escape', 'echo 1 > /sys/fs/cgroup/memory/release_agent',
    'hostname other', 'echo 1 > /proc/sys/vm/overcommit_memory', 'echo 1 > /proc/irq/default_smp_affinity', 'cat /proc/latency_stats | grep .', 'ls /proc/acpi | grep .', 'ls /proc/scsi | grep .',
    'mkdir /sys/fs/cgroup/devices/escape', 'echo a > /sys/fs/cgroup/devices/devices.allow', 'mount -o remount,rw /sys', 'mount -o remount,rw /proc/sys', 'mount --bind / /tmp', 'pivot_root /tmp /tmp', 'unshare -p true', 'unshare -n true',
    'nsenter -t 1 -n true', 'setsid unshare -r id', 'mknod /tmp/port c 1 4 && head -c 1 /tmp/port', 'mknod /tmp/loop b 7 0 && head -c 1 /tmp/loop', 'losetup /dev/loop0 /etc/hosts', 'echo 1 > /proc/1/oom_score_adj; echo -1000 > /proc/self/oom_score_adj',
    'nice -n -5 true', 'ulimit -l unlimited', 'ip link set lo down', 'ip addr add 10.9.9.9/8 dev lo', 'hwclock -w', 'poweroff -f', 'date -s 2000-01-01; test $(date +%Y) = 2000', 'ip link add dummy0 type dummy', 'insmod /tmp/x.ko', 'dmesg', 'swapoff -a', 'reboot -f', 'kill -0 2', 'chroot /proc/1/root/../.. test -e /work',
  ];
  expect(await inside(`${attempts.map(refused).join('; ')}; true`)).toBe('');
});

test('its process has exactly the default capabilities, a filter, and sees only itself', async () => {
  const status = await inside('grep -E "^(CapEff|CapBnd|CapAmb|Seccomp):" /proc/self/status; test $(ls -d /proc/[0-9]* | wc -l) -le 4 && echo alone; ls /sys/class/net');
  expect(status.replace(/\t/g, ' ').split('\n')).toEqual(['CapEff: 00000000a80425fb', 'CapBnd: 00000000a80425fb', 'CapAmb: 0000000000000000', 'Seccomp: 2', 'alone', 'lo']);
});

test('an exec is no weaker than the container', async () => {
  await engine.dockerOk('run', '-d', '--name', 'box', '--network', 'none', image, 'sleep', '100');
  expect((await engine.docker('exec', 'box', 'sh', '-c', 'grep -E "^(CapEff|Seccomp):" /proc/self/status')).stdout.replace(/\t/g, ' ').trim().split('\n')).toEqual(['CapEff: 00000000a80425fb', 'Seccomp: 2']);
  expect((await engine.docker('exec', 'box', 'mount', '-t', 'tmpfs', 'x', '/tmp')).code).not.toBe(0);
  expect((await engine.docker('exec', '-u', '1000', 'box', 'grep', 'CapEff', '/proc/self/status')).stdout).toContain('0000000000000000');
  await engine.dockerOk('rm', '-f', 'box');
});

test('no-new-privileges, dropped capabilities and an own profile are kept to', async () => {
  expect(await inside('grep NoNewPrivs /proc/self/status', '--security-opt', 'no-new-privileges')).toMatch(/1$/);
  expect(await inside('grep CapEff /proc/self/status', '--cap-drop', 'ALL')).toContain('0000000000000000');
  const folder = mkdtempSync(join(tmpdir(), 'gantry-profile-'));
  writeFileSync(join(folder, 'p.json'), JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }] }));
  expect(await inside('mkdir /tmp/x 2>&1; true', '--security-opt', `seccomp=${join(folder, 'p.json')}`)).toContain('Operation not permitted');
  rmSync(folder, { recursive: true });
});

test('a copy never leaves the container through a link', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-cp-'));
  writeFileSync(join(folder, 'file'), 'planted');
  await engine.dockerOk('run', '-d', '--name', 'links', '--network', 'none', image, 'sh', '-c', `ln -s / /a; ln -s ${folder} /b; mkdir -p ${folder}; sleep 100`);
  await expect.poll(async () => (await engine.docker('exec', 'links', 'test', '-d', folder)).code).toBe(0);
  await engine.dockerOk('cp', join(folder, 'file'), 'links:/b/inside');
  expect(execFileSync('ls', [folder], { encoding: 'utf8' }).trim()).toBe('file');
  expect((await engine.docker('exec', 'links', 'cat', `${folder}/inside`)).stdout).toBe('planted');
  await engine.dockerOk('rm', '-f', 'links');
  rmSync(folder, { recursive: true });
});

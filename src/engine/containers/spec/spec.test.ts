import { expect, test } from 'vitest';
import type { HostConfig } from '@docker/node-sdk';
import { containerSpec, type SpecFacts } from './spec.ts';
import { resolveUser } from './user.ts';

const facts: SpecFacts = {
  machine: 'x64', kernel: '6.1.0', initPath: '/usr/bin/tini', boundingCaps: (1n << 41n) - 1n, hardLimits: new Map([['nofile', 20_000]]), mayRaiseLimits: false, rootless: false, cgroupVersion: 1, swap: true, blockWeight: true,
};
const spec = (hostConfig: HostConfig = {}, uid = 0) => containerSpec({
  id: 'a'.repeat(64), config: { Hostname: 'box', Env: ['A=1'] }, hostConfig, args: ['true'], user: { uid, gid: uid, groups: [], home: '/root' }, rootfs: '/r', mounts: [],
  namespaces: { net: 'new', ipc: 'new', pid: 'new', uts: 'new', cgroup: 'host' }, cgroupsPath: '/gantry/a', facts,
});

test("docker's default: 14 capabilities, a filter, masked paths, own namespaces", () => {
  const { process: proc, linux } = spec();
  expect(proc.capabilities.effective).toHaveLength(14);
  expect(proc.capabilities.effective).not.toContain('CAP_SYS_ADMIN');
  expect(proc.capabilities.ambient).toEqual([]);
  expect(proc.noNewPrivileges).toBe(false);
  expect(linux['maskedPaths']).toContain('/proc/kcore');
  expect(linux['readonlyPaths']).toContain('/proc/sys');
  expect(linux['namespaces']).toEqual(['mount', 'network', 'ipc', 'pid', 'uts'].map((type) => ({ type })));
  expect(proc.env).toEqual(['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOSTNAME=box', 'A=1', 'HOME=/root']);
});

test('the filter refuses namespaces, mounts, modules, keys and the hypervisor; capabilities open what is theirs', () => {
  const allowed = (host: HostConfig) => new Set(spec(host).linux.seccomp?.syscalls.filter((rule) => rule.action === 'SCMP_ACT_ALLOW' && !rule.args).flatMap((rule) => rule.names));
  const plain = allowed({});
  for (const call of ['mount', 'unshare', 'setns', 'init_module', 'keyctl', 'bpf', 'clone', 'clone3', 'reboot', 'kexec_load', 'userfaultfd', 'socket']) expect(plain, call).not.toContain(call);
  for (const call of ['read', 'execve', 'ptrace', 'chroot']) expect(plain, call).toContain(call);
  expect(allowed({ CapDrop: ['SYS_CHROOT'] })).not.toContain('chroot');
  expect(allowed({ CapAdd: ['SYS_ADMIN'] })).toContain('mount');
  expect(spec().linux.seccomp?.syscalls.find((rule) => rule.names.includes('clone3'))).toMatchObject({ action: 'SCMP_ACT_ERRNO', errnoRet: 38 });
  expect(spec({ SecurityOpt: ['seccomp=unconfined'] }).linux.seccomp).toBeUndefined();
  expect(spec({ Privileged: true }).linux.seccomp).toBeUndefined();
});

test('capabilities: add all but one, drop all but one, other users hold none', () => {
  const held = (host: HostConfig, uid = 0) => spec(host, uid).process.capabilities;
  expect(held({ CapAdd: ['ALL'], CapDrop: ['NET_RAW'] }).effective).toHaveLength(40);
  expect(held({ CapDrop: ['ALL'], CapAdd: ['net_admin'] }).effective).toEqual(['CAP_NET_ADMIN']);
  expect(held({}, 1000)).toMatchObject({ effective: [], permitted: [] });
  expect(held({}, 1000).bounding).toHaveLength(14);
});

test('limits in the units of the kernel; file limits cut to what the engine may give', () => {
  const { linux, process: proc } = spec({ Memory: 64e6, NanoCpus: 1.5e9, PidsLimit: 10, Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 1_000_000 }] });
  expect(linux['resources']).toMatchObject({ memory: { limit: 64e6, swap: 128e6 }, cpu: { quota: 150_000, period: 100_000 }, pids: { limit: 10 } });
  expect(proc.rlimits).toEqual([{ type: 'RLIMIT_NOFILE', soft: 1024, hard: 20_000 }]);
});

test('init comes first, tmpfs replaces a default mount, deeper mounts come later', () => {
  const { process: proc, mounts } = spec({ Init: true, Tmpfs: { '/dev/shm/x': '', '/dev/shm': 'size=1m' } });
  expect(proc.args).toEqual(['/sbin/docker-init', '--', 'true']);
  const places = mounts.map(({ destination }) => destination);
  expect(places.filter((place) => place === '/dev/shm')).toHaveLength(1);
  expect(places.indexOf('/dev/shm')).toBeLessThan(places.indexOf('/dev/shm/x'));
  expect(() => spec({ Tmpfs: { '/x': 'upperdir=/etc' } })).toThrow('invalid tmpfs option');
});

const passwd = 'root:x:0:0::/root:/bin/sh\nweb:x:33:34::/srv:/bin/sh\n';
const group = 'root:x:0:\nwww:x:34:\nlogs:x:40:web\n';
test.each([
  ['', { uid: 0, gid: 0, groups: [], home: '/root' }],
  ['web', { uid: 33, gid: 34, groups: [40], home: '/srv' }],
  ['33', { uid: 33, gid: 34, groups: [40], home: '/srv' }],
  ['web:logs', { uid: 33, gid: 40, groups: [], home: '/srv' }],
  ['4000:5000', { uid: 4000, gid: 5000, groups: [], home: '/' }],
])('user %j', (wish, user) => expect(resolveUser(wish, passwd, group)).toEqual(user));

test('a user that does not exist', () => {
  expect(() => resolveUser('nobody', passwd, group)).toThrow('unable to find user nobody: no matching entries in passwd file');
  expect(() => resolveUser('-1', passwd, group)).toThrow('must be in range');
});

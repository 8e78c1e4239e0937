// The real remote machine: Debian's Docker and Podman found and used over SSH, Gantry's own engine installed through the
// connection, for a user and for the system, under systemd and cgroup v2; upgraded, rebooted, taken away again.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RemoteProgress } from '../../src/main/contract/remote.ts';
import { createDockerClient, type DockerClient } from '../../src/main/docker/client.ts';
import { diagnose } from '../../src/main/hosts/doctor.ts';
import type { BundleSource } from '../../src/main/hosts/remote-engine-bundle.ts';
import { uninstallEngine } from '../../src/main/hosts/remote-engine-remove.ts';
import { installEngine, installPlan } from '../../src/main/hosts/remote-engine.ts';
import { findEngine } from '../../src/main/hosts/ssh/engine-route.ts';
import type { SshConnection } from '../../src/main/hosts/ssh/connection.ts';
import { layeredSecrets, memorySecrets } from '../../src/main/hosts/ssh/questions.ts';
import { spawnChild } from '../../src/main/processes.ts';
import { makeHome, open, person, shellProxy, type Home } from '../ssh/fixture.ts';
import { giveImage, output, run, running } from './containers.ts';
import { startMachine, type Machine } from './machine.ts';

const ROOT = join(import.meta.dirname, '../..');
const USER_SOCKET = '/run/user/1000/gantry/gantry.sock';
const SYSTEM_SOCKET = '/run/gantry/gantry.sock';
const FOREVER = 'trap "exit 0" TERM; while true; do sleep 1 & wait; done';
const MEMORY = 64 * 1024 * 1024;
// A guest without hardware virtualization on a busy machine is slow, not broken.
const limits = { banner: 120_000, handshake: 120_000, authentication: 120_000 };
const signal = undefined;

let machine: Machine;
let home: Home;
let work: string;

beforeAll(async () => {
  machine = await startMachine();
  home = makeHome();
  work = mkdtempSync(join(tmpdir(), 'gantry-vm-test-'));
  home.config(`Host *\n HostName 127.0.0.1\n Port ${machine.port}\n IdentityFile ${machine.keyPath}\n StrictHostKeyChecking accept-new\n ServerAliveInterval 60\n`);
}, 1_200_000);
afterAll(async () => {
  await machine?.[Symbol.asyncDispose]();
  home?.[Symbol.dispose]();
  if (work) rmSync(work, { recursive: true });
});

const login = (user: string): Promise<SshConnection> => open(home, { name: 'vm', user }, { limits, channelTimeoutMs: 120_000, signal: AbortSignal.timeout(240_000) });
const engine = async (connection: SshConnection, socketPath?: string): Promise<DockerClient> => {
  const route = await findEngine(connection, { socketPath, answerTimeoutMs: 120_000 });
  return createDockerClient((call) => route.dial(call));
};
/** The same, of an engine that is about to start. */
async function engineSoon(connection: SshConnection, socketPath: string): Promise<DockerClient> {
  for (const deadline = Date.now() + 240_000; ;) {
    try {
      return await engine(connection, socketPath);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((next) => setTimeout(next, 1000));
    }
  }
}
const namesOf = async (client: DockerClient): Promise<string> => (await client.json<{ Components: { Name: string }[] }>('GET', '/version')).Components.map(({ Name }) => Name).join();
const there = async (connection: SshConnection, command: string): Promise<string> => (await connection.run(command)).stdout.toString('utf8').trim();
const bundles = (root = ROOT): BundleSource => ({ root, cache: join(work, 'bundles'), spawn: (file, args) => spawnChild(file, args, { stderr: 'pipe' }) });

/** This checkout under another version; `daemon` replaces the engine's program. */
function otherVersion(version: string, daemon?: string): BundleSource {
  const root = join(work, version);
  mkdirSync(join(root, 'src'), { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'gantry', type: 'module', version }));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  if (daemon === undefined) symlinkSync(join(ROOT, 'src/engine'), join(root, 'src/engine'));
  else {
    mkdirSync(join(root, 'src/engine'));
    writeFileSync(join(root, 'src/engine/daemon.ts'), daemon);
  }
  return bundles(root);
}

async function last<T extends RemoteProgress>(steps: AsyncIterable<T>): Promise<T> {
  let step: T | undefined;
  for await (step of steps);
  return step!;
}

test('root finds Docker by itself and runs a container there', async () => {
  await using connection = await login('root');
  await using docker = await engine(connection);
  expect(await namesOf(docker)).toContain('Engine');
  await giveImage(docker);
  expect(await output(docker, 'hello', 'echo from $(cat /etc/hostname | wc -c)', { Memory: MEMORY })).toBe('from 13');
});

test('Podman: root\'s where it is named, a user\'s own found by itself', async () => {
  await using root = await login('root');
  await using podman = await engine(root, '/run/podman/podman.sock');
  expect(await namesOf(podman)).toContain('Podman');
  await using dev = await login('dev');
  await there(dev, 'XDG_RUNTIME_DIR=/run/user/1000 systemctl --user enable --now podman.socket 2>&1');
  await using rootless = await engine(dev);
  expect(await namesOf(rootless)).toContain('Podman');
  await giveImage(rootless);
  expect(await output(rootless, 'hello', 'echo rootless', { NetworkMode: 'none' })).toBe('rootless');
  await there(dev, 'XDG_RUNTIME_DIR=/run/user/1000 systemctl --user disable --now podman.socket podman.service 2>&1');
});

test('a user outside group docker is told what to do, and the doctor names the same step', async () => {
  await using connection = await login('dev');
  await expect(engine(connection, '/var/run/docker.sock')).rejects.toMatchObject({ code: 'socket-permission', fix: expect.stringContaining('usermod -aG docker dev') });
  const events = [];
  const resolve = () => home.target({ name: 'vm', user: 'dev' });
  for await (const event of diagnose({
    address: 'ssh://dev@vm', resolve, socketPath: '/var/run/docker.sock',
    open: { resolve, ask: person().ask, secrets: layeredSecrets(memorySecrets(), memorySecrets()), spawnProxy: shellProxy, signal: AbortSignal.timeout(120_000), limits, channelTimeoutMs: 120_000 },
  })) events.push(event);
  expect(events.filter((event) => event.kind === 'step').map(({ step }) => `${step.step} ${step.state}`)).toEqual([
    'config ok', 'dns ok', 'tcp ok', 'banner ok', 'host-key ok', 'authentication ok', 'engine-socket ok', 'permission failed',
  ]);
  expect(events.at(-1)).toMatchObject({ kind: 'report', text: expect.stringContaining('usermod -aG docker dev') });
});

test('Gantry\'s engine is installed for a user and runs rootless on cgroup v2', async () => {
  await using connection = await login('dev');
  const plan = await installPlan({ connection, bundles: bundles(), scope: 'user', signal });
  expect(plan).toMatchObject({ obstacles: [], missing: [], installed: undefined, socketPath: USER_SOCKET });
  expect(plan.steps.map(({ code }) => code)).toEqual(['send', 'unit', 'start', 'linger']);
  expect(await last(installEngine({ connection, bundles: bundles(), scope: 'user', signal, readySeconds: 240 }))).toMatchObject({ done: true, socketPath: USER_SOCKET });
  await using client = await engine(connection);
  expect(await namesOf(client)).toContain('Gantry');
  expect(await client.json('GET', '/info')).toMatchObject({ CgroupVersion: '2', CgroupDriver: 'systemd', OperatingSystem: expect.stringContaining('Debian'), SecurityOptions: expect.arrayContaining([expect.stringContaining('rootless')]) });
  await giveImage(client);
  expect(await output(client, 'limited', 'cat /sys/fs/cgroup/memory.max', { Memory: MEMORY })).toBe(String(MEMORY));
  await run(client, 'always', FOREVER, { RestartPolicy: { Name: 'always' } });
  await run(client, 'unless', FOREVER, { RestartPolicy: { Name: 'unless-stopped' } });
  await run(client, 'stopped', FOREVER, { RestartPolicy: { Name: 'unless-stopped' } });
  await run(client, 'once', FOREVER);
  await client.json('POST', '/containers/stopped/stop');
});

test('an upgrade leaves containers running; a version that does not start is taken back', async () => {
  await using connection = await login('dev');
  const pids = async (): Promise<string> => there(connection, 'pgrep -f "[w]hile true; do sleep 1" | sort | tr "\\n" " "');
  const before = await pids();
  expect(before.split(' ')).toHaveLength(3); // the brackets keep the shell that asks out of it
  const next = otherVersion('0.1.1');
  expect((await installPlan({ connection, bundles: next, scope: 'user', signal })).installed).toMatch(/^0\.1\.0\+/);
  expect(await last(installEngine({ connection, bundles: next, scope: 'user', signal, readySeconds: 240 }))).toMatchObject({ done: true });
  expect(await there(connection, 'ls ~/.local/share/gantry-engine/bundles | wc -l')).toBe('1');
  await expect(last(installEngine({ connection, bundles: otherVersion('0.1.2', 'console.error("no such luck"); process.exit(1);'), scope: 'user', signal, readySeconds: 20 }))).rejects.toThrow(/runs again.*no such luck/);
  expect((await installPlan({ connection, bundles: next, scope: 'user', signal })).installed).toMatch(/^0\.1\.1\+/);
  await using client = await engine(connection, USER_SOCKET);
  expect(await running(client)).toEqual(['always', 'once', 'unless']);
  expect(await pids()).toBe(before);
});

test('a disk that fills up while installing is named, and nothing is left', async () => {
  await using connection = await login('root');
  await there(connection, 'mount -t tmpfs -o size=900m,mode=755 tmpfs /opt');
  const install = async (): Promise<void> => {
    for await (const { phase } of installEngine({ connection, bundles: bundles(), scope: 'system', signal, readySeconds: 240 })) {
      if (phase === 'send') await there(connection, '[ -e /opt/full ] || head -c 890M /dev/zero > /opt/full; true');
    }
  };
  await expect(install()).rejects.toMatchObject({ code: 'disk-full' });
  expect(await there(connection, 'find /opt/gantry-engine -type f; ls /etc/systemd/system/gantry.service 2>/dev/null; true')).toBe('');
  expect((await installPlan({ connection, bundles: bundles(), scope: 'system', signal })).obstacles).toMatchObject([{ code: 'no-space' }]);
  await there(connection, 'umount -l /opt');
});

test('installed for the system it uses systemd\'s control groups', async () => {
  await using connection = await login('root');
  expect(await last(installEngine({ connection, bundles: bundles(), scope: 'system', signal, readySeconds: 240 }))).toMatchObject({ done: true, socketPath: SYSTEM_SOCKET });
  await using client = await engine(connection, SYSTEM_SOCKET);
  expect(await client.json('GET', '/info')).toMatchObject({ CgroupVersion: '2', CgroupDriver: 'systemd' });
  await giveImage(client);
  expect(await output(client, 'limited', 'cat /sys/fs/cgroup/memory.max', { Memory: MEMORY })).toBe(String(MEMORY));
  const id = await run(client, 'web', FOREVER, { RestartPolicy: { Name: 'always' } });
  expect(await there(connection, `systemctl is-active gantry-${id}.scope`)).toBe('active');
  await client.json('POST', '/containers/web/pause');
  expect(await client.json('GET', '/containers/web/json')).toMatchObject({ State: { Paused: true } });
  await client.json('POST', '/containers/web/unpause');
});

test('after a reboot the engines are there, and with them what is to run always', async () => {
  await machine.reboot();
  await using dev = await login('dev');
  await using own = await engineSoon(dev, USER_SOCKET);
  await expect.poll(() => running(own), { timeout: 240_000, interval: 1000 }).toEqual(['always', 'unless']);
  await using root = await login('root');
  await using system = await engineSoon(root, SYSTEM_SOCKET);
  await expect.poll(() => running(system), { timeout: 240_000, interval: 1000 }).toEqual(['web']);
});

test('uninstalling keeps the data, or takes it along', async () => {
  await using dev = await login('dev');
  expect(await last(uninstallEngine({ connection: dev, scope: 'user', deleteData: false, signal }))).toMatchObject({ done: true });
  expect(await there(dev, 'ls -d ~/.local/share/gantry-engine ~/.config/systemd/user/gantry.service 2>/dev/null; ls -d ~/.local/share/gantry')).toBe('/home/dev/.local/share/gantry');
  await expect(engine(dev, USER_SOCKET)).rejects.toMatchObject({ step: 'engine-socket' });
  await using root = await login('root');
  expect(await last(uninstallEngine({ connection: root, scope: 'system', deleteData: true, signal }))).toMatchObject({ done: true });
  expect(await there(root, 'ls -d /opt/gantry-engine /var/lib/gantry /etc/systemd/system/gantry.service 2>/dev/null; grep gantry /proc/mounts; ip -o link show gantry0 2>/dev/null; nft list table inet gantry 2>/dev/null; pgrep -u root -a conmon; true')).toBe('');
});

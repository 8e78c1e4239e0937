// The real remote machine: Debian's Docker and Podman found and used over SSH, Gantry's own engine installed through the
// connection, rootless, under systemd and cgroup v2.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RemoteProgress } from '../../src/main/contract/remote.ts';
import { createDockerClient, type DockerClient } from '../../src/main/docker/client.ts';
import { diagnose } from '../../src/main/hosts/doctor.ts';
import { installEngine, installPlan } from '../../src/main/hosts/remote-engine.ts';
import { findEngine } from '../../src/main/hosts/ssh/engine-route.ts';
import type { SshConnection } from '../../src/main/hosts/ssh/connection.ts';
import { layeredSecrets, memorySecrets } from '../../src/main/hosts/ssh/questions.ts';
import { spawnChild } from '../../src/main/processes.ts';
import { makeHome, open, person, shellProxy, type Home } from '../ssh/fixture.ts';
import { startMachine, type Machine } from './machine.ts';

let machine: Machine;
let home: Home;
let bundles: { root: string; cache: string; spawn: (file: string, args: string[]) => ReturnType<typeof spawnChild> };
// A guest without hardware virtualization on a busy machine is slow, not broken.
const limits = { banner: 120_000, handshake: 120_000, authentication: 120_000 };
const signal = undefined;

beforeAll(async () => {
  machine = await startMachine();
  home = makeHome();
  bundles = { root: join(import.meta.dirname, '../..'), cache: join(tmpdir(), 'gantry-vm-bundles'), spawn: (file, args) => spawnChild(file, args, { stderr: 'pipe' }) };
  home.config(`Host *\n HostName 127.0.0.1\n Port ${machine.port}\n IdentityFile ${machine.keyPath}\n StrictHostKeyChecking accept-new\n ServerAliveInterval 60\n`);
}, 1_200_000);
afterAll(async () => {
  await machine?.[Symbol.asyncDispose]();
  home?.[Symbol.dispose]();
});

const login = (user: string): Promise<SshConnection> => open(home, { name: 'vm', user }, { limits, channelTimeoutMs: 120_000, signal: AbortSignal.timeout(240_000) });
const engine = async (connection: SshConnection, socketPath?: string): Promise<DockerClient> => {
  const route = await findEngine(connection, { socketPath, answerTimeoutMs: 120_000 });
  return createDockerClient((call) => route.dial(call));
};
const versionOf = async (client: DockerClient): Promise<string> => (await client.json<{ Components: { Name: string }[] }>('GET', '/version')).Components.map(({ Name }) => Name).join();

async function last<T extends RemoteProgress>(steps: AsyncIterable<T>): Promise<T> {
  let step: T | undefined;
  for await (step of steps);
  return step!;
}

test('root finds Docker by itself; Podman answers where it is named', async () => {
  await using connection = await login('root');
  await using docker = await engine(connection);
  expect(await versionOf(docker)).toContain('Engine');
  await using podman = await engine(connection, '/run/podman/podman.sock');
  expect(await versionOf(podman)).toContain('Podman');
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

test('Gantry\'s engine is installed for a user, and runs rootless on cgroup v2 under systemd', async () => {
  await using connection = await login('dev');
  const plan = await installPlan({ connection, bundles, scope: 'user', signal });
  expect(plan).toMatchObject({ obstacles: [], missing: [], installed: undefined, socketPath: '/run/user/1000/gantry/gantry.sock' });
  const installed = await last(installEngine({ connection, bundles, scope: 'user', signal }));
  expect(installed).toMatchObject({ done: true, socketPath: plan.socketPath });
  await using client = await engine(connection, plan.socketPath);
  expect(await versionOf(client)).toContain('Gantry');
  expect(await client.json('GET', '/info')).toMatchObject({ CgroupVersion: '2', OperatingSystem: expect.stringContaining('Debian') });
}, 900_000);

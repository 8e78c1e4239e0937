// The real remote machine: Debian's Docker and Podman found and used over SSH, Gantry's own engine installed, upgraded and
// removed through the connection, rootless and rootful, under systemd and cgroup v2.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RemoteProgress } from '../../src/main/contract/remote.ts';
import { createDockerClient, type DockerClient } from '../../src/main/docker/client.ts';
import { diagnose } from '../../src/main/hosts/doctor.ts';
import { installEngine, installPlan, uninstallEngine } from '../../src/main/hosts/remote-engine.ts';
import type { Scope } from '../../src/main/hosts/remote-engine-plan.ts';
import { findEngine } from '../../src/main/hosts/ssh/engine-route.ts';
import type { SshConnection } from '../../src/main/hosts/ssh/connection.ts';
import { layeredSecrets, memorySecrets } from '../../src/main/hosts/ssh/questions.ts';
import { copyImage } from '../../src/main/hosts/transfer-image.ts';
import { spawnChild } from '../../src/main/processes.ts';
import { makeHome, open, person, shellProxy, type Home } from '../ssh/fixture.ts';
import { startMachine, type Machine } from './machine.ts';

let machine: Machine;
let home: Home;
let bundles: { root: string; cache: string; spawn: (file: string, args: string[]) => ReturnType<typeof spawnChild> };
const limits = { banner: 60_000, handshake: 60_000, authentication: 60_000 };
const signal = undefined;

beforeAll(async () => {
  machine = await startMachine();
  home = makeHome();
  bundles = { root: join(import.meta.dirname, '../..'), cache: join(tmpdir(), 'gantry-vm-bundles'), spawn: (file, args) => spawnChild(file, args, { stderr: 'pipe' }) };
  home.config(`Host *\n HostName 127.0.0.1\n Port ${machine.port}\n IdentityFile ${machine.keyPath}\n StrictHostKeyChecking accept-new\n ServerAliveInterval 60\n`);
});
afterAll(async () => {
  await machine?.[Symbol.asyncDispose]();
  home?.[Symbol.dispose]();
});

const login = (user: string): Promise<SshConnection> => open(home, { name: 'vm', user }, { limits, channelTimeoutMs: 120_000, signal: AbortSignal.timeout(120_000) });
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

describe.each([['dev', 'user', '/run/user/1000/gantry/gantry.sock'], ['root', 'system', '/run/gantry/gantry.sock']] as const)('Gantry\'s engine for %s (%s)', (user, scope: Scope, socketPath) => {
  test('is installed, runs on cgroup v2, takes an image, survives an upgrade, and goes', async () => {
    await using connection = await login(user);
    const plan = await installPlan({ connection, bundles, scope, signal });
    expect(plan).toMatchObject({ obstacles: [], missing: [], installed: undefined, socketPath });
    expect(await last(installEngine({ connection, bundles, scope, signal }))).toMatchObject({ done: true, socketPath });

    await using client = await engine(connection, socketPath);
    expect(await versionOf(client)).toContain('Gantry');
    expect(await client.json('GET', '/info')).toMatchObject({ CgroupVersion: '2', OperatingSystem: expect.stringContaining('Debian') });

    const work = mkdtempSync(join(tmpdir(), 'gantry-vm-image-'));
    mkdirSync(join(work, 'bin'));
    execFileSync('cp', ['/bin/busybox', join(work, 'bin/sh')]);
    const body = execFileSync('tar', ['-c', '-C', work, '.'], { maxBuffer: 1 << 26 });
    rmSync(work, { recursive: true });
    await using asRoot = await login('root');
    await using docker = await engine(asRoot, '/var/run/docker.sock');
    for await (const _line of docker.lines('POST', '/images/create', { query: { fromSrc: '-', repo: 'lab/tool', tag: scope }, body }));
    expect(await last(copyImage(docker, client, `lab/tool:${scope}`, { signal }))).toMatchObject({ done: true });

    // Installing what is there already is an upgrade to the same version: the data stays.
    expect(await last(installEngine({ connection, bundles, scope, signal }))).toMatchObject({ done: true });
    await using again = await engine(connection, socketPath);
    expect((await again.json<{ RepoTags: string[] }[]>('GET', '/images/json')).flatMap(({ RepoTags }) => RepoTags)).toEqual([`lab/tool:${scope}`]);

    expect(await last(uninstallEngine({ connection, scope, deleteData: true, signal }))).toMatchObject({ done: true });
    const left = await connection.run(`ls -d ${plan.folder} ${scope === 'user' ? '~/.local/share/gantry' : '/var/lib/gantry'} 2>/dev/null; true`);
    expect(left.stdout.toString()).toBe('');
  });
});

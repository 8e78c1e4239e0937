// A followed log over SSH, while the connection breaks: it goes on without a gap and without a double line.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDockerClient } from '../../src/main/docker/client.ts';
import { findEngine } from '../../src/main/hosts/ssh/engine-route.ts';
import { openSession } from '../../src/main/hosts/ssh/session.ts';
import { createLogSource } from '../../src/main/logs/source.ts';
import { startDockerd, type Dockerd } from './dockerd.ts';
import { makeHome, open, type Home } from './fixture.ts';
import { makeKey, startSshd, type Sshd } from './sshd.ts';

let home: Home;
let sshd: Sshd;
let dockerd: Dockerd;
let container: string;

beforeAll(async () => {
  home = makeHome();
  const key = makeKey(home.path, 'key');
  [sshd, dockerd] = await Promise.all([startSshd({ authorized: [key.publicKey] }), startDockerd()]);
  home.config(`Host box\n HostName 127.0.0.1\n Port ${sshd.port}\n User root\n IdentityFile ${key.path}\n StrictHostKeyChecking accept-new\n`);
  const work = mkdtempSync(join(tmpdir(), 'gantry-logs-'));
  mkdirSync(join(work, 'bin'));
  execFileSync('cp', ['/bin/busybox', join(work, 'bin/sh')]);
  const body = execFileSync('tar', ['-c', '-C', work, '.'], { maxBuffer: 1 << 26 });
  rmSync(work, { recursive: true });
  for await (const _line of dockerd.client.lines('POST', '/images/create', { query: { fromSrc: '-', repo: 'lab/tool', tag: '1' }, body }));
  container = (await dockerd.client.json<{ Id: string }>('POST', '/containers/create', { json: { Image: 'lab/tool:1', Cmd: ['/bin/sh', '-c', 'i=0; while true; do echo tick $i; i=$((i+1)); sleep 0.01; done'], HostConfig: { NetworkMode: 'none' } } })).Id;
  await dockerd.client.json('POST', `/containers/${container}/start`);
});
afterAll(async () => {
  await dockerd?.[Symbol.asyncDispose]();
  await sshd?.[Symbol.asyncDispose]();
  home?.[Symbol.dispose]();
});

test('twice cut off, every line comes exactly once', async () => {
  await using session = await openSession({
    signal: AbortSignal.timeout(20_000), onStatus: () => {}, timing: { firstDelayMs: 50, maxDelayMs: 200 },
    connect: async ({ signal }) => {
      const connection = await open(home, { name: 'box' }, { signal });
      return { connection, route: await findEngine(connection, { socketPath: dockerd.socketPath, signal }) };
    },
  });
  await using client = createDockerClient((call) => session.dial(call));
  const stop = new AbortController();
  const lines: number[] = [];
  let cuts = 0;
  let wanted = 100;
  for await (const { data } of createLogSource(client, container, 0).follow(stop.signal)) {
    for (const match of data.toString('latin1').matchAll(/tick (\d+)/g)) lines.push(Number(match[1]));
    if (lines.length < wanted) continue;
    if (cuts === 2) break;
    cuts += 1;
    wanted = lines.length + 100;
    await sshd.kill();
    await sshd.start();
  }
  stop.abort();
  expect(cuts).toBe(2);
  expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => index));
});

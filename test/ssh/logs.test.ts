// A followed log over SSH, while the connection breaks: it goes on without a gap and without a double line.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDockerClient, type DockerClient } from '../../src/main/docker/client.ts';
import { findEngine } from '../../src/main/hosts/ssh/engine-route.ts';
import { openSession } from '../../src/main/hosts/ssh/session.ts';
import { createLogSource } from '../../src/main/logs/source.ts';
import { startDockerd, type Dockerd } from './dockerd.ts';
import { makeHome, open, type Home } from './fixture.ts';
import { makeLink } from './link.ts';
import { makeKey, startSshd, type Sshd } from './sshd.ts';

let home: Home;
let sshd: Sshd;
let dockerd: Dockerd;
let container: string;
let key: ReturnType<typeof makeKey>;

beforeAll(async () => {
  home = makeHome();
  key = makeKey(home.path, 'key');
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

async function follow(name: string): Promise<{ client: DockerClient; lines: number[]; until(count: number): Promise<void> } & AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  const session = undo.use(await openSession({
    signal: AbortSignal.timeout(20_000), onStatus: () => {}, timing: { firstDelayMs: 50, maxDelayMs: 200 },
    connect: async ({ signal }) => {
      const connection = await open(home, { name }, { signal });
      return { connection, route: await findEngine(connection, { socketPath: dockerd.socketPath, signal }) };
    },
  }));
  const client = undo.use(createDockerClient((call) => session.dial(call)));
  const stop = new AbortController();
  const lines: number[] = [];
  const reading = (async () => {
    for await (const { data } of createLogSource(client, container, 0).follow(stop.signal)) {
      for (const match of data.toString('latin1').matchAll(/tick (\d+)/g)) lines.push(Number(match[1]));
    }
  })();
  undo.defer(async () => { stop.abort(new Error('read enough')); await reading.catch(() => {}); }); // it ends by being stopped
  const later = undo.move();
  return {
    client, lines,
    until: async (count) => { await expect.poll(() => lines.length, { timeout: 90_000, interval: 20 }).toBeGreaterThan(count); },
    [Symbol.asyncDispose]: () => later.disposeAsync(),
  };
}

const inOrder = (lines: number[]): void => expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => lines[0]! + index));

test('twice cut off, every line comes exactly once', async () => {
  await using log = await follow('box');
  for (let cuts = 0; cuts < 2; cuts += 1) {
    await log.until(log.lines.length + 100);
    await sshd.kill();
    await sshd.start();
  }
  await log.until(log.lines.length + 100);
  inOrder(log.lines);
});

test('thirty seconds without a packet, every line comes exactly once', async () => {
  using link = makeLink();
  await using far = await startSshd({ authorized: [key.publicKey], listen: link.address, prefix: link.prefix });
  home.config(`Host far\n HostName ${link.address}\n Port ${far.port}\n User root\n IdentityFile ${key.path}\n StrictHostKeyChecking accept-new\n`);
  await using log = await follow('far');
  await log.until(100);
  link.cut();
  await new Promise((resolve) => setTimeout(resolve, 30_000));
  link.mend();
  await log.until(log.lines.length + 3000);
  inOrder(log.lines);
}, 150_000);

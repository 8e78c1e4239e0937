// The speeds promised for hosts over SSH, on a loopback sshd: what a person waits for, and what OpenSSH itself reaches.
// Throughput is compared on this machine at this moment, with a wide margin: two cores carry client, server and test.

import { spawn } from 'node:child_process';
import { chmodSync, closeSync, openSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDockerClient } from '../../src/main/docker/client.ts';
import { findEngine } from '../../src/main/hosts/ssh/engine-route.ts';
import { makeHome, open, serve, type Home } from './fixture.ts';
import { makeKey, startSshd, type Sshd } from './sshd.ts';

const BIG = 64 * 1024 * 1024;
let home: Home;
let sshd: Sshd;
let key: { path: string; publicKey: string };

beforeAll(async () => {
  home = makeHome();
  key = makeKey(home.path, 'key');
  sshd = await startSshd({ authorized: [key.publicKey] });
  home.config(`Host box\n HostName 127.0.0.1\n Port ${sshd.port}\n User root\n IdentityFile ${key.path}\n StrictHostKeyChecking accept-new\n`);
  chmodSync(home.path, 0o755);
});
afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

test('the first list of 100 containers comes within 1.2 s, cold; later ones within milliseconds of the socket', async () => {
  const rows = JSON.stringify(Array.from({ length: 100 }, (_, index) => ({ Id: String(index).repeat(20), Names: [`/c${index}`], Labels: { a: 'x'.repeat(400) } })));
  await using engine = await serve(home.path, (_request, response) => response.end(rows));
  const cold = async (): Promise<number> => {
    const began = performance.now();
    await using fresh = await open(home, { name: 'box' });
    const way = await findEngine(fresh, { socketPath: engine.path });
    await using first = createDockerClient((call) => way.dial(call));
    expect(await first.json<unknown[]>('GET', '/containers/json')).toHaveLength(100);
    return performance.now() - began;
  };
  const coldMs = Math.min(await cold(), await cold(), await cold());
  await using connection = await open(home, { name: 'box' });
  const route = await findEngine(connection, { socketPath: engine.path });
  await using client = createDockerClient((call) => route.dial(call));

  const times: number[] = [];
  for (let i = 0; i < 200; i += 1) {
    const at = performance.now();
    await client.json('GET', '/containers/json');
    times.push(performance.now() - at);
  }
  const standingMs = times.toSorted((a, b) => a - b)[100]!;
  const at = performance.now();
  await Promise.all(Array.from({ length: 200 }, () => client.json('GET', '/containers/json')));
  const manyMs = performance.now() - at;
  console.log(`ssh: cold list ${coldMs.toFixed(0)} ms, standing request ${standingMs.toFixed(1)} ms, 200 at once ${manyMs.toFixed(0)} ms, round trip ${(await connection.roundTripMs()).toFixed(1)} ms`);
  expect(coldMs).toBeLessThan(1200);
  // 40 ms and more would be Nagle's algorithm waiting for a delayed acknowledgement.
  expect(standingMs).toBeLessThan(35);
});

test('a big stream against `ssh host cat`', async () => {
  const file = join(home.path, 'big');
  closeSync(openSync(file, 'w'));
  truncateSync(file, BIG);
  const seconds = async (work: () => Promise<void>): Promise<number> => {
    const began = performance.now();
    await work();
    return (performance.now() - began) / 1000;
  };
  const cat = (): Promise<void> => new Promise((resolve) => {
    const child = spawn('sh', ['-c', `ssh -i ${key.path} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p ${sshd.port} root@127.0.0.1 cat ${file} > /dev/null`], { stdio: 'ignore' });
    child.once('exit', () => resolve());
  });
  const block = Buffer.alloc(1 << 20);
  await using engine = await serve(home.path, (_request, response) => {
    let left = BIG;
    const more = (): void => {
      while (left > 0) {
        left -= block.length;
        if (!response.write(block)) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  });
  await using connection = await open(home, { name: 'box' });
  const route = await findEngine(connection, { socketPath: engine.path });
  await using client = createDockerClient((call) => route.dial(call));
  const ours = async (): Promise<void> => {
    let bytes = 0;
    for await (const chunk of await client.raw('GET', '/save')) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(BIG);
  };
  const command = async (): Promise<void> => {
    const { stream, stderr } = await connection.start(`cat ${file}`);
    stderr.resume();
    for await (const _chunk of stream);
  };
  await ours();
  const catSeconds = Math.min(await seconds(cat), await seconds(cat));
  const ourSeconds = Math.min(await seconds(ours), await seconds(ours));
  const execSeconds = Math.min(await seconds(command), await seconds(command));
  const rate = (time: number): string => `${Math.round(BIG / time / 1e6)} MB/s`;
  console.log(`ssh: ssh host cat ${rate(catSeconds)}, save stream ${rate(ourSeconds)}, command output ${rate(execSeconds)}`);
  expect(ourSeconds).toBeLessThan(catSeconds * 8);
});

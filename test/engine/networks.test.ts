// Networks on a real kernel: the engine lives in a namespace of its own, a second namespace stands for another machine.
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NetworkDevices } from '../../src/main/contract/networks.ts';
import { busyboxArchive, startTestEngine, type TestEngine } from './harness.ts';

let engine: TestEngine;
const outside = `gtout${process.pid}x${Math.random().toString(36).slice(2, 7)}`; // a process id alone may be another pid namespace's too
const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
const from = (netns: string, ...argv: string[]) => {
  try {
    return execFileSync('nsenter', [`--net=/run/netns/${netns}`, ...argv], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 10_000 }).trim();
  } catch {
    return undefined; // not reached
  }
};
/** The text a server answers with, undefined when there is no way. */
const reach = (netns: string, address: string, port: number) => from(netns, 'busybox', 'nc', '-w', '2', address, String(port));
const inside = async (container: string, address: string, port: number) => (await engine.docker('exec', container, 'nc', '-w', '2', address, String(port))).stdout.trim();
const serve = (port: number, text: string) => ['busybox:test', 'nc', '-ll', '-p', String(port), '-e', 'echo', text];
const address = (container: string, network: string) => engine.dockerOk('inspect', '-f', `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, container);

async function eventually(claim: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let round = 0; round < 100; round++) {
    if (await claim()) return true;
    await new Promise((next) => setTimeout(next, 100));
  }
  return false;
}

beforeAll(async () => {
  engine = await startTestEngine();
  ip('netns', 'add', outside);
  ip('-n', outside, 'link', 'add', 'far0', 'type', 'veth', 'peer', 'name', 'ext0', 'netns', engine.netns);
  ip('-n', engine.netns, 'addr', 'add', '192.0.2.1/24', 'dev', 'ext0');
  ip('-n', engine.netns, 'link', 'set', 'ext0', 'up');
  ip('-n', outside, 'addr', 'add', '192.0.2.2/24', 'dev', 'far0');
  ip('-n', outside, 'link', 'set', 'far0', 'up');
  await engine.dockerOk('load', '-i', busyboxArchive());
}, 60_000);

afterAll(async () => {
  await engine?.[Symbol.asyncDispose]();
  try { ip('netns', 'del', outside); } catch { /* the engine did not start, so it was never made */ }
});

describe('the default bridge', () => {
  test('a published port answers from another machine, from the host and from containers; the way out is translated', async () => {
    await engine.dockerOk('run', '-d', '--name', 'web', '-p', '8080:80', ...serve(80, 'hello'));
    expect(await eventually(() => reach(engine.netns, '127.0.0.1', 8080) === 'hello')).toBe(true);
    expect(await eventually(() => reach(engine.netns, '192.0.2.1', 8080) === 'hello')).toBe(true);
    expect(await eventually(() => reach(outside, '192.0.2.1', 8080) === 'hello')).toBe(true);
    await engine.dockerOk('run', '-d', '--name', 'client', 'busybox:test', 'sleep', '600');
    expect(await eventually(async () => await inside('client', '192.0.2.1', 8080) === 'hello')).toBe(true);
    // a container reaches itself through the port it publishes
    expect(await eventually(async () => await inside('web', '192.0.2.1', 8080) === 'hello')).toBe(true);
    // nobody outside reaches a container that published nothing, and what leaves has the host's address
    ip('-n', outside, 'route', 'add', '172.16.0.0/12', 'via', '192.0.2.1');
    expect(from(outside, 'busybox', 'ping', '-c1', '-W1', await address('client', 'bridge'))).toBeUndefined();
    ip('-n', outside, 'route', 'del', '172.16.0.0/12');
    expect((await engine.docker('exec', 'client', 'ping', '-c1', '-W2', '192.0.2.2')).code).toBe(0);
  }, 30_000);

  test('what the picture is drawn from is what the kernel says: interfaces, both ends of the veth pair, the namespace', async () => {
    const { json } = await engine.api<NetworkDevices>('GET', '/gantry/networks/devices');
    expect(json.interfaces).toEqual([{ name: 'ext0', addresses: ['192.0.2.1/24'], isUp: true, isDefault: false }]);
    const id = await engine.dockerOk('inspect', '-f', '{{.Id}}', 'web');
    const own = json.endpoints.find(({ containerId }) => containerId === id);
    expect(own).toMatchObject({ device: 'eth0', ipv4: `${await address('web', 'bridge')}/16` });
    expect((await engine.inNetns('ip', '-o', 'link', 'show', 'master', 'gantry0')).stdout).toContain(own?.hostDevice);
    expect(await engine.dockerOk('exec', 'web', 'readlink', '/proc/self/ns/net')).toBe(json.namespaces[id]);
  });

  test('a busy port is refused before anything starts, naming the holder', async () => {
    const refused = await engine.docker('run', '-d', '--name', 'late', '-p', '8080:80', 'busybox:test', 'true');
    expect(refused.stderr).toContain('Bind for 0.0.0.0:8080 failed: port is already allocated (by container web)');
    await engine.dockerOk('rm', '-f', 'late');
    expect(await engine.dockerOk('port', 'web')).toBe('80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080');
  }, 30_000);

  test('a flushed packet filter comes back by itself', async () => {
    await engine.inNetns('nft', 'flush', 'ruleset');
    expect(await eventually(async () => (await engine.inNetns('nft', 'list', 'map', 'inet', 'gantry', 'tcp4')).stdout.includes('8080'))).toBe(true);
    expect(await eventually(() => reach(outside, '192.0.2.1', 8080) === 'hello')).toBe(true);
  }, 30_000);
});

describe('published ports of a container on several networks', () => {
  test('lead to the network that leads outside, whichever was named first, and move with it', async () => {
    await engine.dockerOk('network', 'create', '--internal', 'closed');
    await engine.dockerOk('network', 'create', 'open1');
    await engine.dockerOk('network', 'create', 'open2');
    await engine.dockerOk('run', '-d', '--name', 'both', '--network', 'closed', '-p', '8090:80', ...serve(80, 'both'));
    expect(await engine.dockerOk('port', 'both')).toBe(''); // nothing leads outside yet
    await engine.dockerOk('network', 'connect', 'open1', 'both');
    expect(await engine.dockerOk('port', 'both')).toBe('80/tcp -> 0.0.0.0:8090\n80/tcp -> [::]:8090');
    expect(await eventually(() => reach(outside, '192.0.2.1', 8090) === 'both')).toBe(true);
    await engine.dockerOk('network', 'connect', 'open2', 'both');
    await engine.dockerOk('network', 'disconnect', 'open1', 'both');
    expect(await eventually(() => reach(outside, '192.0.2.1', 8090) === 'both')).toBe(true);
    expect(reach(engine.netns, '::1', 8090)).toBe('both');
    await engine.dockerOk('network', 'disconnect', 'open2', 'both');
    expect(await engine.dockerOk('port', 'both')).toBe('');
    await engine.dockerOk('run', '-d', '--name', 'taker', '-p', '8090:80', ...serve(80, 'taker')); // the host port is free again
    expect((await engine.docker('network', 'connect', 'open1', 'both')).stderr).toContain('0.0.0.0:8090 failed: port is already allocated (by container taker)');
    expect(await engine.dockerOk('inspect', '-f', '{{len .NetworkSettings.Networks}}', 'both')).toBe('1');
    await engine.dockerOk('rm', '-f', 'both', 'taker');
    await engine.dockerOk('run', '-d', '--name', 'both', '--network', 'closed', '--network', 'open1', '-p', '8090:80', ...serve(80, 'both'));
    expect(await eventually(() => reach(outside, '192.0.2.1', 8090) === 'both')).toBe(true);
    await engine.dockerOk('rm', '-f', 'both');
    await engine.dockerOk('network', 'rm', 'closed', 'open1', 'open2');
  }, 60_000);
});

describe('user-defined networks', () => {
  test('names, aliases and IPv6 work inside, other networks stay apart, internal ones reach nothing outside', async () => {
    await engine.dockerOk('network', 'create', '--ipv6', '--subnet', '10.91.0.0/24', '--subnet', 'fd91::/64', 'shop');
    await engine.dockerOk('network', 'create', '--internal', 'vault');
    await engine.dockerOk('run', '-d', '--name', 'shop1', '--network', 'shop', '--network-alias', 'front', '--ip', '10.91.0.77', ...serve(80, 'shop'));
    await engine.dockerOk('run', '-d', '--name', 'shop2', '--network', 'shop', '--network-alias', 'front', 'busybox:test', 'sleep', '600');
    await engine.dockerOk('run', '-d', '--name', 'safe', '--network', 'vault', 'busybox:test', 'sleep', '600');
    const found = await engine.dockerOk('exec', 'shop2', 'nslookup', 'shop1', '127.0.0.11');
    expect(found).toContain('10.91.0.77');
    expect(found).toContain('fd91::');
    const shared = await engine.dockerOk('exec', 'shop2', 'nslookup', 'front', '127.0.0.11');
    expect(shared.match(/Address: 10\.91\.0\.\d+/g)).toHaveLength(2);
    expect(await eventually(async () => await inside('shop2', '10.91.0.77', 80) === 'shop')).toBe(true);
    expect(await inside('client', '10.91.0.77', 80)).toBe('');
    expect((await engine.docker('exec', 'safe', 'ping', '-c1', '-W1', '192.0.2.2')).code).not.toBe(0);
    expect((await engine.docker('exec', 'shop2', 'ping', '-c1', '-W2', '192.0.2.2')).code).toBe(0);
  }, 30_000);

  test('a running container joins and leaves', async () => {
    expect((await engine.docker('exec', 'client', 'nslookup', 'shop1', '127.0.0.11')).code).not.toBe(0);
    await engine.dockerOk('network', 'connect', '--alias', 'guest', 'shop', 'client');
    expect(await engine.dockerOk('exec', 'shop2', 'nslookup', 'guest', '127.0.0.11')).toContain(await address('client', 'shop'));
    expect((await engine.docker('network', 'connect', 'shop', 'client')).stderr).toContain('endpoint with name client already exists in network shop');
    await engine.dockerOk('network', 'disconnect', 'shop', 'client');
    expect((await engine.docker('exec', 'shop2', 'nslookup', 'guest', '127.0.0.11')).code).not.toBe(0);
  }, 30_000);

  test.each([
    [['create', '--subnet', '10.91.0.128/25', 'x1'], 'Pool overlaps with other one on this address space'],
    [['create', 'shop'], 'network with name shop already exists'],
    [['create', '-d', 'overlay', 'x2'], 'This node is not a swarm manager'],
    [['create', '-d', 'nothing', 'x3'], 'plugin not found'],
    [['rm', 'shop'], 'network shop has active endpoints'],
    [['rm', 'bridge'], 'bridge is a pre-defined network and cannot be removed'],
    [['inspect', 'nope'], 'network nope not found'],
  ])('docker network %j is refused', async (args, message) => {
    const { code, stderr } = await engine.docker('network', ...args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  });

  test('a pool that is used up says so', async () => {
    await engine.dockerOk('network', 'create', '--subnet', '10.92.0.0/30', 'tiny');
    await engine.dockerOk('run', '-d', '--name', 'only', '--network', 'tiny', 'busybox:test', 'sleep', '600');
    const { stderr } = await engine.docker('run', '--rm', '--network', 'tiny', 'busybox:test', 'true');
    expect(stderr).toContain('no available IPv4 addresses');
  }, 30_000);
});

test('after a crash, with bridge and rules gone, running containers are connected again; after the last one nothing is left', async () => {
  await engine.kill9();
  await engine.inNetns('nft', 'flush', 'ruleset');
  await engine.inNetns('ip', 'link', 'del', 'gantry0');
  await engine.start();
  expect(await eventually(() => reach(outside, '192.0.2.1', 8080) === 'hello')).toBe(true);
  expect(await engine.dockerOk('exec', 'shop2', 'nslookup', 'shop1', '127.0.0.11')).toContain('10.91.0.77');
  await engine.dockerOk('rm', '-f', 'web', 'client', 'shop1', 'shop2', 'safe', 'only');
  const links = async () => (await engine.inNetns('ip', '-br', 'link')).stdout.split('\n').map((line) => line.split(/[ @]/)[0]).filter((name) => name && name !== 'lo' && name !== 'ext0');
  expect(await eventually(async () => (await links()).length === 0)).toBe(true);
  expect(await eventually(async () => !(await engine.inNetns('nft', 'list', 'tables')).stdout.includes('gantry'))).toBe(true);
  expect(engine.leftovers().filter((found) => !found.includes('image'))).toEqual([]);
}, 30_000);

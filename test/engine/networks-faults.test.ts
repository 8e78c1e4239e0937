// Networks when things go wrong or are unusual: kills at any moment, foreign hands in kernel state, drivers on real parents.
import { execFileSync, spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { busyboxArchive, startTestEngine, type TestEngine } from './harness.ts';

let engine: TestEngine;
const outside = `gtfar${process.pid}`;
const rounds = Number(process.env['GANTRY_KILL_ROUNDS'] ?? 4);
const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
const address = (container: string, network: string) => engine.dockerOk('inspect', '-f', `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, container);
const inside = async (container: string, ...argv: string[]) => (await engine.docker('exec', container, ...argv)).stdout.trim();
const far = (...argv: string[]) => {
  try {
    return execFileSync('nsenter', [`--net=/run/netns/${outside}`, ...argv], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 }).trim();
  } catch {
    return undefined; // not reached
  }
};

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
  ip('-n', engine.netns, 'addr', 'add', 'fd00:2::1/64', 'dev', 'ext0', 'nodad');
  ip('-n', engine.netns, 'link', 'set', 'ext0', 'up');
  ip('-n', outside, 'addr', 'add', '192.0.2.2/24', 'dev', 'far0');
  ip('-n', outside, 'addr', 'add', 'fd00:2::2/64', 'dev', 'far0', 'nodad');
  ip('-n', outside, 'link', 'set', 'far0', 'up');
  await engine.dockerOk('load', '-i', busyboxArchive());
}, 60_000);

afterAll(async () => {
  await engine?.[Symbol.asyncDispose]();
  try { ip('netns', 'del', outside); } catch { /* the engine did not start, so it was never made */ }
});

test('udp, port ranges, one address, and IPv6 answer from another machine', async () => {
  await engine.dockerOk('network', 'create', '--ipv6', '--subnet', 'fd00:77::/64', 'six');
  await engine.dockerOk('run', '-d', '--name', 'many', '--network', 'six', '-p', '5000-5002:5000-5002', '-p', '127.0.0.1:5010:5000', '-p', '5353:53/udp', 'busybox:test', 'sh', '-c',
    'for p in 5000 5001 5002; do nc -ll -p $p -e echo tcp$p & done; wait');
  for (const port of [5000, 5002]) expect(await eventually(() => far('busybox', 'nc', '-w', '2', '192.0.2.1', String(port)) === `tcp${port}`)).toBe(true);
  expect(far('busybox', 'nc', '-w', '2', '192.0.2.1', '5010')).toBeUndefined();
  expect(await eventually(() => far('busybox', 'nc', '-w', '2', 'fd00:2::1', '5001') === 'tcp5001')).toBe(true);
  // the image has no server for UDP, so one of ours answers inside the container's namespace
  const pid = await engine.dockerOk('inspect', '-f', '{{.State.Pid}}', 'many');
  const server = spawn('nsenter', ['--target', pid, '--net', process.execPath, '-e', "const s = require('dgram').createSocket('udp4'); s.on('message', (_, from) => s.send('udp\\n', from.port, from.address)); s.bind(53)"], { stdio: 'ignore' });
  try {
    expect(await eventually(() => far('bash', '-c', 'exec 3<>/dev/udp/192.0.2.1/5353; echo hi >&3; timeout 1 head -n 1 <&3') === 'udp')).toBe(true);
  } finally {
    server.kill();
  }
  await engine.dockerOk('rm', '-f', 'many');
  await engine.dockerOk('network', 'rm', 'six');
}, 60_000);

test('a UDP client that never falls silent finds its container again after a restart', async () => {
  const serverIn = async (word: string) => {
    const pid = await engine.dockerOk('inspect', '-f', '{{.State.Pid}}', 'talker');
    return spawn('nsenter', ['--target', pid, '--net', process.execPath, '-e', `const s = require('dgram').createSocket('udp4'); s.on('message', (_, from) => s.send('${word}', from.port, from.address)); s.bind(53)`], { stdio: 'ignore' });
  };
  await engine.dockerOk('run', '-d', '--name', 'talker', '-p', '5454:53/udp', 'busybox:test', 'sleep', '600');
  const before = await address('talker', 'bridge');
  const servers = [await serverIn('first')];
  const client = spawn('nsenter', [`--net=/run/netns/${outside}`, process.execPath, '-e', "const s = require('dgram').createSocket('udp4'); s.on('message', (m) => console.log(String(m))); s.on('error', () => {}); s.bind(40000, () => setInterval(() => s.send('x', 5454, '192.0.2.1', () => {}), 20))"], { stdio: ['ignore', 'pipe', 'ignore'] });
  let heard = '';
  client.stdout.on('data', (chunk: Buffer) => { heard += String(chunk); });
  try {
    expect(await eventually(() => heard.includes('first'))).toBe(true);
    await engine.dockerOk('restart', '-t', '0', 'talker');
    expect(await address('talker', 'bridge')).not.toBe(before); // else the old way would do
    servers.push(await serverIn('second'));
    expect(await eventually(() => heard.includes('second'))).toBe(true);
  } finally {
    for (const child of [client, ...servers]) child.kill();
  }
  await engine.dockerOk('rm', '-f', 'talker');
}, 60_000);

test('without ICC containers of a network do not reach each other, published ports still do', async () => {
  await engine.dockerOk('network', 'create', '-o', 'com.docker.network.bridge.enable_icc=false', 'shy');
  await engine.dockerOk('run', '-d', '--name', 'one', '--network', 'shy', '-p', '6000:80', 'busybox:test', 'nc', '-ll', '-p', '80', '-e', 'echo', 'shy');
  await engine.dockerOk('run', '-d', '--name', 'two', '--network', 'shy', 'busybox:test', 'sleep', '600');
  expect(await eventually(() => far('busybox', 'nc', '-w', '2', '192.0.2.1', '6000') === 'shy')).toBe(true);
  expect(await inside('two', 'nc', '-w', '2', await address('one', 'shy'), '80')).toBe('');
  await engine.dockerOk('rm', '-f', 'one', 'two');
  await engine.dockerOk('network', 'rm', 'shy');
}, 60_000);

test('macvlan puts a container beside its machine; a parent that is not there and a missing driver are named', async () => {
  await engine.dockerOk('network', 'create', '-d', 'macvlan', '--subnet', '192.0.2.0/24', '--ip-range', '192.0.2.128/25', '--gateway', '192.0.2.2', '-o', 'parent=ext0', 'lan');
  await engine.dockerOk('run', '-d', '--name', 'neighbour', '--network', 'lan', 'busybox:test', 'nc', '-ll', '-p', '80', '-e', 'echo', 'beside');
  const at = await address('neighbour', 'lan');
  expect(at).toMatch(/^192\.0\.2\.(1[3-9]\d|12[89]|2\d\d)$/);
  expect(await eventually(() => far('busybox', 'nc', '-w', '2', at, '80') === 'beside')).toBe(true);
  await engine.dockerOk('rm', '-f', 'neighbour');
  await engine.dockerOk('network', 'rm', 'lan');
  expect((await engine.docker('network', 'create', '-d', 'macvlan', '-o', 'parent=nodev0', 'lost')).stderr).toContain('invalid parent nodev0: no such device');
  const { stderr, code } = await engine.docker('network', 'create', '-d', 'ipvlan', '--subnet', '198.51.100.0/24', '-o', 'parent=ext0', 'thin');
  expect([code, stderr]).toEqual([0, '']);
  const ran = await engine.docker('run', '--rm', '--network', 'thin', 'busybox:test', 'ip', '-4', '-o', 'addr', 'show', 'eth0');
  expect(ran.code === 0 ? ran.stdout : ran.stderr).toMatch(/198\.51\.100\.2|kernel has no ipvlan devices/);
  await engine.dockerOk('network', 'rm', 'thin');
}, 60_000);

test('leaving every network and coming back; a rename does not part containers that share a namespace', async () => {
  await engine.dockerOk('run', '-d', '--name', 'loner', 'busybox:test', 'sleep', '600');
  await engine.dockerOk('network', 'disconnect', 'bridge', 'loner');
  expect(await engine.dockerOk('inspect', '-f', '{{len .NetworkSettings.Networks}}', 'loner')).toBe('0');
  expect(await inside('loner', 'ls', '/sys/class/net')).toBe('lo');
  await engine.dockerOk('network', 'connect', 'bridge', 'loner');
  expect(await inside('loner', 'ip', '-4', '-o', 'addr', 'show', 'eth0')).toContain(await address('loner', 'bridge'));
  await engine.dockerOk('create', '--name', 'guest', '--network', 'container:loner', 'busybox:test', 'sleep', '600');
  await engine.dockerOk('rename', 'loner', 'host1');
  await engine.dockerOk('start', 'guest');
  expect(await inside('guest', 'ip', '-o', 'link')).toBe(await inside('host1', 'ip', '-o', 'link'));
  await engine.dockerOk('rm', '-f', 'guest', 'host1');
}, 60_000);

test('a container leaves none for a network while it runs, and keeps it over a restart', async () => {
  await engine.dockerOk('run', '-d', '--name', 'hermit', '--network', 'none', 'busybox:test', 'sleep', '600');
  expect((await engine.docker('network', 'connect', 'bridge', 'hermit')).stderr).toContain('in private (none) mode');
  await engine.dockerOk('network', 'disconnect', 'none', 'hermit');
  await engine.dockerOk('network', 'connect', 'bridge', 'hermit');
  expect(await inside('hermit', 'ip', '-4', '-o', 'addr', 'show', 'eth0')).toContain(await address('hermit', 'bridge'));
  await engine.kill9();
  await engine.start();
  await engine.dockerOk('restart', '-t', '0', 'hermit');
  expect(await inside('hermit', 'ip', '-4', '-o', 'addr', 'show', 'eth0')).toContain(await address('hermit', 'bridge'));
  await engine.dockerOk('rm', '-f', 'hermit');
}, 60_000);

test('a network or container that is not there yet is missed at start, not at create; linked containers are in the environment', async () => {
  await engine.dockerOk('create', '--name', 'early', '--network', 'later', 'busybox:test', 'sleep', '600');
  expect((await engine.docker('start', 'early')).stderr).toContain('network later not found');
  await engine.dockerOk('network', 'create', 'later');
  await engine.dockerOk('start', 'early');
  expect((await engine.docker('run', '--rm', '--network', 'container:nobody', 'busybox:test', 'true')).stderr).toContain('No such container: nobody');
  expect((await engine.docker('run', '--rm', '--volumes-from', 'nobody', 'busybox:test', 'true')).stderr).not.toContain('Unable to find image');
  await engine.dockerOk('run', '-d', '--name', 'db', '--expose', '5432', '-e', 'USER=me', 'busybox:test', 'sleep', '600');
  const seen = await engine.dockerOk('run', '--rm', '--name', 'app', '--link', 'db:store', 'busybox:test', 'env');
  expect(seen).toContain(`STORE_PORT_5432_TCP=tcp://${await address('db', 'bridge')}:5432`);
  expect(seen).toContain('STORE_ENV_USER=me');
  await engine.dockerOk('rm', '-f', 'early', 'db');
  await engine.dockerOk('network', 'rm', 'later');
}, 60_000);

test(`nothing half made after ${rounds} kills while a network comes up`, async () => {
  await engine.dockerOk('network', 'create', 'brittle');
  for (let round = 0; round < rounds; round++) {
    const started = engine.docker('run', '-d', '--name', `try${round}`, '--network', 'brittle', '-p', `${7000 + round}:80`, 'busybox:test', 'sleep', '600');
    await new Promise((next) => setTimeout(next, 60 + 25 * round)); // from before the namespace to after the rules
    await engine.kill9();
    await started;
    await engine.start();
    await engine.docker('rm', '-f', `try${round}`);
  }
  await engine.dockerOk('network', 'rm', 'brittle');
  const links = async () => (await engine.inNetns('ip', '-br', 'link')).stdout.split('\n').map((line) => line.split(/[ @]/)[0]).filter((name) => name && name !== 'lo' && name !== 'ext0');
  expect(await eventually(async () => (await links()).length === 0)).toBe(true);
  expect(await eventually(async () => !(await engine.inNetns('nft', 'list', 'tables')).stdout.includes('gantry'))).toBe(true);
  expect(await eventually(() => engine.leftovers().length === 0)).toBe(true);
}, 120_000);

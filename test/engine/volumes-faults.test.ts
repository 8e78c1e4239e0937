// Volumes when their helpers fail: plugins that hang, lie or die, a gocryptfs that is killed or not installed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { busyboxArchive, startTestEngine, type TestEngine } from './harness.ts';

let engine: TestEngine;
const folder = mkdtempSync(join(tmpdir(), 'gantry-volume-faults-'));

beforeAll(async () => {
  engine = await startTestEngine();
  await engine.dockerOk('load', '-i', busyboxArchive());
}, 60_000);

afterAll(async () => {
  await engine?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A plugin whose answers the test decides; what it has no answer for hangs. */
async function startPlugin(name: string, answers: Record<string, unknown>): Promise<Server> {
  const plugins = join(engine.runRoot, 'plugins');
  mkdirSync(plugins, { recursive: true });
  const server = createServer((request, response: ServerResponse) => {
    const answer = answers[request.url?.slice(1) ?? ''];
    if (answer !== undefined) response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((done) => server.listen(join(plugins, `${name}.sock`), done));
  return server;
}
const stop = (server: Server) => new Promise<void>((done) => { server.closeAllConnections(); server.close(() => done()); });

test('a plugin that dies while its volume is in use: the container ends cleanly, the volume can be forced away', async () => {
  const where = join(folder, 'plugged');
  mkdirSync(where);
  const plugin = await startPlugin('mortal', { 'Plugin.Activate': { Implements: ['VolumeDriver'] }, 'VolumeDriver.Create': {}, 'VolumeDriver.Mount': { Mountpoint: where }, 'VolumeDriver.List': { Volumes: [{ Name: 'soul' }] }, 'VolumeDriver.Unmount': {}, 'VolumeDriver.Remove': {} });
  await engine.dockerOk('volume', 'create', '-d', 'mortal', 'soul');
  await engine.dockerOk('run', '-d', '--name', 'body', '-v', 'soul:/d', '-v', 'beside:/e', 'busybox:test', 'sleep', '600');
  await stop(plugin);
  await engine.dockerOk('rm', '-f', 'body');
  expect((await engine.docker('volume', 'rm', 'soul')).stderr).toContain('plugin');
  await engine.dockerOk('volume', 'rm', '-f', 'soul');
  await engine.dockerOk('volume', 'rm', 'beside');
  expect(engine.leftovers()).toEqual([]);
}, 60_000);

test('a plugin that answers nonsense or hangs is named and stops nobody else', async () => {
  const liar = await startPlugin('liar', { 'Plugin.Activate': { Implements: ['VolumeDriver'] }, 'VolumeDriver.Create': 'not json', 'VolumeDriver.List': { Volumes: [] } });
  expect((await engine.docker('volume', 'create', '-d', 'liar', 'lie')).stderr).toContain('volume plugin liar: VolumeDriver.Create: no JSON came back');
  await stop(liar);
  const sleeper = await startPlugin('sleeper', { 'Plugin.Activate': { Implements: ['VolumeDriver'] } });
  const listing = engine.docker('volume', 'ls', '-q');
  await engine.dockerOk('run', '--rm', '-v', 'meanwhile:/d', 'busybox:test', 'true');
  expect((await listing).code).toBe(0);
  expect((await engine.api<{ Warnings: string[] }>('GET', '/volumes')).json.Warnings.join()).toContain('volume plugin sleeper: VolumeDriver.List: no answer within');
  await stop(sleeper);
  await engine.dockerOk('volume', 'rm', 'meanwhile');
}, 60_000);

test('a gocryptfs that was killed is mounted anew for the next container', async () => {
  await engine.dockerOk('volume', 'create', '-o', 'encryption=gocryptfs', 'secret');
  await engine.api('POST', '/gantry/volumes/secret/unlock', { key: 'k' });
  await engine.dockerOk('run', '-d', '--name', 'reader', '-v', 'secret:/d', 'busybox:test', 'sh', '-c', 'echo kept > /d/f; sleep 600');
  const data = join(engine.dataRoot, 'volumes', 'data', 'secret');
  execFileSync('pkill', ['-KILL', '-f', `gocryptfs.*${data}`]);
  expect((await engine.docker('exec', 'reader', 'cat', '/d/f')).code).not.toBe(0);
  await engine.dockerOk('rm', '-f', 'reader');
  expect(await engine.dockerOk('run', '--rm', '-v', 'secret:/d', 'busybox:test', 'cat', '/d/f')).toBe('kept');
  await engine.dockerOk('volume', 'rm', 'secret');
  expect(engine.leftovers()).toEqual([]);
}, 60_000);

// The engine's own calls for looking around in a container's files, running and stopped, and names that are not ASCII.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { busyboxArchive, startTestEngine, type TestEngine } from './harness.ts';

let engine: TestEngine;
const outside = mkdtempSync(join(tmpdir(), 'gantry-outside-'));
beforeAll(async () => {
  engine = await startTestEngine();
  await engine.dockerOk('load', '-i', busyboxArchive('busybox:test'));
  const make = `mkdir -p '/a/目录' /v; echo one > '/a/目录/文.txt'; chown 65534 '/a/目录/文.txt'; ln -s /etc/passwd /a/link; ln -s ${outside} /a/out; echo x > /v/x`;
  await engine.dockerOk('run', '-d', '--network', 'none', '--name', 'up', '-v', 'data:/v', 'busybox:test', 'sleep', '1000');
  await engine.dockerOk('exec', 'up', 'sh', '-c', make);
  await engine.dockerOk('run', '--network', 'none', '--name', 'down', '-v', 'data2:/v', 'busybox:test', 'sh', '-c', make);
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(outside, { recursive: true, force: true });
});

interface Item { Name: string; Type: string; Owner: string; LinkTarget?: string }
const files = (name: string, path: string) => engine.api<Item[]>('GET', `/gantry/containers/${name}/files?path=${encodeURIComponent(path)}`);
const rename = (name: string, from: string, to: string) => engine.api<{ message: string }>('POST', `/gantry/containers/${name}/files/rename?path=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`);
const remove = (name: string, path: string) => engine.api<{ message: string }>('DELETE', `/gantry/containers/${name}/files?path=${encodeURIComponent(path)}`);

test.each(['up', 'down'])('the files of a container that is %s are listed, renamed and deleted', async (name) => {
  expect((await files(name, '/')).json.map((item) => item.Name)).toEqual(expect.arrayContaining(['bin', 'etc', 'a']));
  expect((await files(name, '/a')).json).toEqual(expect.arrayContaining([expect.objectContaining({ Name: '目录', Type: 'dir' }), expect.objectContaining({ Name: 'link', Type: 'symlink', LinkTarget: '/etc/passwd' })]));
  expect((await files(name, '/a/目录')).json).toEqual([expect.objectContaining({ Name: '文.txt', Type: 'file', Owner: 'nobody' })]);
  expect((await rename(name, '/a/目录/文.txt', '/a/新.txt')).status).toBe(204);
  expect(await rename(name, '/a/新.txt', '/a/link')).toMatchObject({ status: 409, json: { message: '/a/link exists already' } });
  expect((await rename(name, '/a/gone', '/a/x')).status).toBe(404);
  expect((await remove(name, '/a/目录')).status).toBe(204);
  expect((await files(name, '/a')).json.map((item) => item.Name).toSorted()).toEqual(['link', 'out', '新.txt']);
  expect((await remove(name, '/')).status).toBe(400);
  expect((await files(name, '/nowhere')).status).toBe(404);
});

test.each(['up', 'down'])('a link of a container that is %s leads nowhere outside of it', async (name) => {
  writeFileSync(join(outside, 'secret'), 'kept');
  expect((await files(name, '/a/out')).status).toBe(404);
  expect((await remove(name, '/a/out/secret')).status).toBe(404);
  expect((await remove(name, '/a/out')).status).toBe(204);
  expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('kept');
});

test('what lies in a volume is seen in a stopped container, too', async () => {
  expect((await files('down', '/v')).json.map((item) => item.Name)).toEqual(['x']);
  expect((await remove('down', '/v')).status).toBe(400);
});

test('docker cp takes files whose names are not ASCII', async () => {
  await engine.dockerOk('exec', 'up', 'sh', '-c', "mkdir '/名'; echo hi > '/名/文 件.txt'");
  await engine.dockerOk('cp', 'up:/名/文 件.txt', outside);
  expect(readFileSync(join(outside, '文 件.txt'), 'utf8')).toBe('hi\n');
  await engine.dockerOk('cp', 'up:/名', outside);
  expect(existsSync(join(outside, '名/文 件.txt'))).toBe(true);
  expect(execFileSync('ls', [outside], { encoding: 'utf8' })).toContain('secret');
});

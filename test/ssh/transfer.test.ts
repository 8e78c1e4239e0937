// Copies between two hosts, here two dockerds: what arrives is what was there, what fails leaves nothing behind.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RemoteProgress } from '../../src/main/contract/remote.ts';
import { migrateContainer } from '../../src/main/hosts/transfer-container.ts';
import { copyImage } from '../../src/main/hosts/transfer-image.ts';
import { copyVolume } from '../../src/main/hosts/transfer-volume.ts';
import { startDockerd, type Dockerd } from './dockerd.ts';

let a: Dockerd;
let b: Dockerd;
const signal = undefined;

beforeAll(async () => {
  [a, b] = await Promise.all([startDockerd(), startDockerd()]);
  const folder = mkdtempSync(join(tmpdir(), 'transfer-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'data'), Buffer.alloc(3_000_000, 7));
  execFileSync('cp', ['/bin/busybox', join(folder, 'bin/sh')]);
  const body = execFileSync('tar', ['-c', '-C', folder, '.'], { maxBuffer: 1 << 28 });
  rmSync(folder, { recursive: true });
  for await (const _line of a.client.lines('POST', '/images/create', { query: { fromSrc: '-', repo: 'lab/tool', tag: '1', changes: 'CMD ["/bin/sh","-c","while :; do sleep 1; done"]' }, body }));
}, 60_000);
afterAll(async () => {
  await a?.[Symbol.asyncDispose]();
  await b?.[Symbol.asyncDispose]();
});

async function all(steps: AsyncIterable<RemoteProgress>): Promise<RemoteProgress[]> {
  const seen: RemoteProgress[] = [];
  for await (const step of steps) seen.push(step);
  return seen;
}

const inspect = (host: Dockerd, path: string): Promise<Record<string, unknown>> => host.client.json('GET', path);

test('an image arrives whole, with its name, once', async () => {
  const steps = await all(copyImage(a.client, b.client, 'lab/tool:1', { signal }));
  expect(steps.at(-1)).toMatchObject({ done: true });
  expect(steps.some(({ phase, bytes = 0 }) => phase === 'send' && bytes >= 0)).toBe(true);
  expect(await inspect(b, '/images/lab/tool:1/json')).toMatchObject({ Id: (await inspect(a, '/images/lab/tool:1/json'))['Id'] });
  const again = await all(copyImage(a.client, b.client, 'lab/tool:1', { signal }));
  expect(again.map(({ phase }) => phase)).toEqual(['compare', 'check', 'done']);
});

test('an image that is not there', async () => {
  await expect(all(copyImage(a.client, b.client, 'no/such:1', { signal }))).rejects.toMatchObject({ kind: 'NotFound' });
});

test('a volume arrives with owners, modes, links and times; nothing else is left', async () => {
  await a.client.json('POST', '/volumes/create', { json: { Name: 'files', Labels: { keep: 'me' } } });
  const place = (await inspect(a, '/volumes/files'))['Mountpoint'] as string;
  execFileSync('sh', ['-c', `cd ${place} && mkdir -p sub/deep && echo hello > sub/deep/file && chmod 4711 sub/deep/file && chown 12:34 sub && ln -s deep/file sub/link && dd if=/dev/urandom of=big bs=1M count=3 2>/dev/null && touch -d 2001-02-03 big && mkfifo pipe`]);
  const steps = await all(copyVolume(a.client, b.client, 'files', 'copied', { signal }));
  expect(steps.at(-1)).toMatchObject({ done: true });
  const there = (await inspect(b, '/volumes/copied'))['Mountpoint'] as string;
  const list = (folder: string): string => execFileSync('sh', ['-c', `cd ${folder} && find . -printf '%p %m %U:%G %l %y\\n' | sort && md5sum big sub/deep/file && stat -c %Y big`], { encoding: 'utf8' });
  expect(list(there)).toBe(list(place));
  expect((await inspect(b, '/volumes/copied'))['Labels']).toEqual({ keep: 'me' });
  for (const host of [a, b]) {
    expect(await host.client.json('GET', '/containers/json', { query: { all: true } })).toEqual([]);
    expect((await host.client.json<{ RepoTags: string[] }[]>('GET', '/images/json')).flatMap(({ RepoTags }) => RepoTags)).toEqual(['lab/tool:1']);
  }
  await expect(all(copyVolume(a.client, b.client, 'files', 'copied', { signal }))).rejects.toMatchObject({ kind: 'Conflict' });
});

test('a cancelled volume copy leaves no volume behind', async () => {
  const controller = new AbortController();
  const steps = copyVolume(a.client, b.client, 'files', 'half', { signal: controller.signal });
  await steps.next();
  await steps.next();
  controller.abort(new Error('enough'));
  await expect(all(steps)).rejects.toThrow();
  const { Volumes } = await b.client.json<{ Volumes: { Name: string }[] | null }>('GET', '/volumes');
  expect((Volumes ?? []).map(({ Name }) => Name)).not.toContain('half');
});

test('a container moves with image, volume and settings; the original stays, stopped', async () => {
  const { Id } = await a.client.json<{ Id: string }>('POST', '/containers/create', {
    query: { name: 'web' }, json: { Image: 'lab/tool:1', Env: ['A=1'], Labels: { team: 'x' }, HostConfig: { NetworkMode: 'none', Binds: ['store:/store'], Memory: 64 * 1024 * 1024 } },
  });
  const place = (await inspect(a, '/volumes/store'))['Mountpoint'] as string;
  writeFileSync(join(place, 'note'), 'hello');
  const steps = await all(migrateContainer(a.client, b.client, Id, { start: false, volumes: true, signal }));
  expect(steps.at(-1)).toMatchObject({ phase: 'done', done: true });
  const moved = await inspect(b, '/containers/web/json') as { Config: { Env: string[]; Labels: object }; HostConfig: { Memory: number }; Mounts: { Name: string }[] };
  expect(moved.Config.Env).toContain('A=1');
  expect(moved.HostConfig.Memory).toBe(64 * 1024 * 1024);
  expect(moved.Mounts[0]!.Name).toBe('store');
  expect(execFileSync('cat', [join((await inspect(b, '/volumes/store'))['Mountpoint'] as string, 'note')], { encoding: 'utf8' })).toBe('hello');
  expect(await inspect(a, '/containers/web/json')).toMatchObject({ State: { Running: false } });
  await expect(all(migrateContainer(a.client, b.client, Id, { start: false, volumes: true, signal }))).rejects.toMatchObject({ kind: 'Conflict' });
});

test('a move that fails or is given up leaves the other side clean and the original running', async () => {
  const { Id } = await a.client.json<{ Id: string }>('POST', '/containers/create', { query: { name: 'busy' }, json: { Image: 'lab/tool:1', StopTimeout: 1, HostConfig: { NetworkMode: 'none', Binds: ['one:/one', 'two:/two'] } } });
  await a.client.json('POST', `/containers/${Id}/start`);
  const isClean = async (): Promise<void> => {
    expect(await inspect(a, '/containers/busy/json')).toMatchObject({ State: { Running: true } });
    const { Volumes } = await b.client.json<{ Volumes: { Name: string }[] | null }>('GET', '/volumes');
    expect((Volumes ?? []).map(({ Name }) => Name)).toEqual(expect.not.arrayContaining(['one']));
    await expect(inspect(b, '/containers/busy/json')).rejects.toMatchObject({ kind: 'NotFound' });
  };
  // One volume arrives, the next has a namesake there.
  await b.client.json('POST', '/volumes/create', { json: { Name: 'two' } });
  await expect(all(migrateContainer(a.client, b.client, Id, { start: true, volumes: true, signal }))).rejects.toMatchObject({ kind: 'Conflict' });
  await isClean();
  await b.client.json('DELETE', '/volumes/two');

  const controller = new AbortController();
  await expect((async () => {
    for await (const { phase } of migrateContainer(a.client, b.client, Id, { start: true, volumes: true, signal: controller.signal })) if (phase === 'create') controller.abort(new Error('enough'));
  })()).rejects.toThrow();
  await isClean();
  await a.client.json('DELETE', `/containers/${Id}`, { query: { force: true } });
});

test('a container with a folder of the host is refused before anything is done', async () => {
  const { Id } = await a.client.json<{ Id: string }>('POST', '/containers/create', { query: { name: 'bound' }, json: { Image: 'lab/tool:1', HostConfig: { NetworkMode: 'none', Binds: ['/etc:/data'] } } });
  await expect(all(migrateContainer(a.client, b.client, Id, { start: false, volumes: true, signal }))).rejects.toMatchObject({ kind: 'InvalidParameter', message: expect.stringContaining('/etc') });
});

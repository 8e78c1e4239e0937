// Backups with the real engine behind the app's own code: what comes back, and what an interruption leaves.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDockerClient, type DockerClient } from '../../src/main/docker/client.ts';
import { backUp, clone, restore } from '../../src/main/volumes/backup.ts';
import { createCatalog, type Catalog } from '../../src/main/volumes/catalog.ts';
import { keepNewest } from '../../src/main/volumes/schedules.ts';
import { startTestEngine, type TestEngine } from './harness.ts';

let engine: TestEngine;
let client: DockerClient;
let catalog: Catalog;
const folder = mkdtempSync(join(tmpdir(), 'gantry-backups-'));
const MIB = 1 << 20;

const dataOf = (volume: string) => join(engine.dataRoot, 'volumes', 'data', volume, '_data');
const names = (volume: string) => readdirSync(dataOf(volume)).toSorted();
const digest = (volume: string) => execFileSync('sh', ['-c', 'tar --sort=name --numeric-owner -C "$0" -cf - . | sha256sum', dataOf(volume)], { encoding: 'utf8' });
const backUpOf = async (volume: string, to = catalog) => {
  for await (const _ of backUp(client, { host: 'local', volume, mode: 'live' }, to, undefined));
  return (await to.list('local', volume))[0]!;
};
/** Runs until the first progress that tells of bytes, then aborts. */
async function interrupt(work: (signal: AbortSignal) => AsyncGenerator<{ bytes?: number }>): Promise<void> {
  const stop = new AbortController();
  await expect((async () => { for await (const { bytes = 0 } of work(stop.signal)) if (bytes > 0) stop.abort(); })()).rejects.toThrow();
}

beforeAll(async () => {
  engine = await startTestEngine();
  client = createDockerClient(({ signal }) => new Promise((resolve, reject) => {
    const socket = connect({ path: engine.socketPath, ...(signal ? { signal } : {}) }).once('connect', () => resolve(socket)).once('error', reject);
  }));
  catalog = createCatalog(join(folder, 'backups'));
  await client.json('POST', '/volumes/create', { json: { Name: 'work' } });
  execFileSync('sh', ['-ec', 'head -c 60000000 /dev/urandom > big; mkdir sub; echo text > sub/file; chown 33:34 sub; ln sub/file sub/hard; ln -s /nowhere link; mkfifo pipe; truncate -s 100M sparse'], { cwd: dataOf('work') });
}, 60_000);

afterAll(async () => {
  await client?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

test('a backup is a plain .tar.zst and comes back whole, into a new volume and over what is there', async () => {
  const { id, path, contentBytes } = await backUpOf('work');
  expect(contentBytes).toBeGreaterThan(60_000_000);
  execFileSync('zstd', ['--test', '--quiet', path]);
  for await (const _ of restore(client, { id, host: 'local', target: 'again', replace: false }, catalog, undefined));
  expect(digest('again')).toBe(digest('work'));
  await expect((async () => { for await (const _ of restore(client, { id, host: 'local', target: 'again', replace: false }, catalog, undefined)); })()).rejects.toThrow('exists already');
  writeFileSync(join(dataOf('again'), 'newer'), 'x');
  for await (const _ of restore(client, { id, host: 'local', target: 'again', replace: true }, catalog, undefined));
  expect(digest('again')).toBe(digest('work'));
}, 60_000);

test('an interrupted restore leaves the volume as it was; the same after the engine is killed', async () => {
  const { id } = (await catalog.list('local', 'work'))[0]!;
  await client.json('POST', '/volumes/create', { json: { Name: 'kept' } });
  writeFileSync(join(dataOf('kept'), 'mine'), 'x');
  await interrupt((signal) => restore(client, { id, host: 'local', target: 'kept', replace: true }, catalog, signal));
  expect(names('kept')).toEqual(['mine']);
  const broken = (async () => { for await (const { bytes = 0 } of restore(client, { id, host: 'local', target: 'kept', replace: true }, catalog, undefined)) if (bytes > 0) await engine.kill9(); })();
  await expect(broken).rejects.toThrow();
  await engine.start();
  expect(names('kept')).toEqual(['mine']);
  expect(readdirSync(join(dataOf('kept'), '..'))).toEqual(['_data']);
}, 60_000);

test('an interrupted clone leaves no half volume, an interrupted backup one that is marked and cannot be restored', async () => {
  await interrupt((signal) => clone(client, { host: 'local', source: 'work', target: 'half' }, catalog, signal));
  expect((await engine.api('GET', '/volumes/half')).status).toBe(404);
  expect(await catalog.incomplete('local')).toEqual([]);
  await interrupt((signal) => backUp(client, { host: 'local', volume: 'work', mode: 'live' }, catalog, signal));
  const partial = (await catalog.list('local', 'work')).find(({ state }) => state === 'partial');
  await expect((async () => { for await (const _ of restore(client, { id: partial!.id, host: 'local', target: 'x', replace: false }, catalog, undefined)); })()).rejects.toThrow('not whole');
  await keepNewest(catalog, { host: 'local', volume: 'work', keep: 1 });
  expect((await catalog.list('local', 'work')).map(({ state }) => state)).toEqual(['whole']);
}, 60_000);

test('a full disk ends a backup with an error and a mark; the volume is as it was', async () => {
  const small = join(folder, 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${8 * MIB}`, 'tmpfs', small]);
  try {
    const full = createCatalog(small);
    await expect(backUpOf('work', full)).rejects.toThrow(/ENOSPC|no space/i);
    expect((await full.list('local', 'work')).map(({ state }) => state)).toEqual(['partial']);
  } finally {
    execFileSync('umount', [small]);
  }
  expect(names('work')).toContain('big');
}, 60_000);

test('a damaged file is found before anything is touched', async () => {
  const entry = (await catalog.list('local', 'work'))[0]!;
  execFileSync('dd', ['if=/dev/urandom', `of=${entry.path}`, 'bs=1', 'count=16', 'seek=100000', 'conv=notrunc', 'status=none']);
  await expect((async () => { for await (const _ of restore(client, { id: entry.id, host: 'local', target: 'kept', replace: true }, catalog, undefined)); })()).rejects.toThrow('damaged');
  expect(names('kept')).toEqual(['mine']);
}, 30_000);

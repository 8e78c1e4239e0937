import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCatalog } from './catalog.ts';
import { keepNewest } from './schedules.ts';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'backups-')); });
afterEach(() => rm(folder, { recursive: true }));

const note = { contentBytes: 10, sizeBytes: 5, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', mode: 'live' as const };
async function make(volume: string, at: string, isWhole = true) {
  using backup = await createCatalog(folder).begin('local', volume, new Date(at));
  await writeFile(backup.path, 'abc');
  if (isWhole) await backup.finish(note);
  return backup.id;
}

test('a whole backup is found with its facts, newest first', async () => {
  await make('data', '2026-01-01T10:00:00.000Z');
  const newer = await make('data', '2026-01-02T10:00:00.000Z');
  const entries = await createCatalog(folder).list('local', 'data');
  expect(entries.map(({ createdAtMs }) => new Date(createdAtMs).toISOString())).toEqual(['2026-01-02T10:00:00.000Z', '2026-01-01T10:00:00.000Z']);
  expect(entries[0]).toMatchObject({ id: newer, state: 'whole', contentBytes: 10, host: 'local', volume: 'data' });
  expect(await createCatalog(folder).checksum(entries[0]!)).toBe(note.sha256);
});

test('an interrupted backup is marked and can be removed', async () => {
  const id = await make('data', '2026-01-01T10:00:00.000Z', false);
  expect(await createCatalog(folder).find(id)).toMatchObject({ state: 'partial' });
  await createCatalog(folder).remove(id);
  expect(await createCatalog(folder).list()).toEqual([]);
});

test('one that is being written is neither listed nor dropped by a schedule', async () => {
  const catalog = createCatalog(folder);
  {
    using running = await catalog.begin('local', 'data');
    await writeFile(running.path, 'ab');
    expect(await catalog.list()).toEqual([]);
    await keepNewest(catalog, { host: 'local', volume: 'data', keep: 1 });
    await running.finish(note);
  }
  expect((await catalog.list()).map(({ state }) => state)).toEqual(['whole']);
});

test('names with slashes and dots stay inside the folder', async () => {
  await make('../../etc', '2026-01-01T10:00:00.000Z');
  expect(await readdir(folder)).toEqual(['local']);
  expect((await createCatalog(folder).list())[0]?.volume).toBe('../../etc');
});

test('a schedule keeps the newest and drops the interrupted', async () => {
  for (const day of [1, 2, 3, 4]) await make('data', `2026-01-0${day}T10:00:00.000Z`);
  await make('data', '2026-01-05T10:00:00.000Z', false);
  await make('other', '2026-01-01T10:00:00.000Z');
  const catalog = createCatalog(folder);
  await keepNewest(catalog, { host: 'local', volume: 'data', keep: 2 });
  expect((await catalog.list('local', 'data')).map(({ createdAtMs }) => new Date(createdAtMs).getUTCDate())).toEqual([4, 3]);
  expect(await catalog.list('local', 'other')).toHaveLength(1);
});

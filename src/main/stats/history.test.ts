import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StatsSample } from '../contract/container-stats.ts';
import { createStatsHistory, removeOldHistories } from './history.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'gantry-stats-'))));
afterEach(() => rm(folder, { recursive: true }));

const sample = (atMs: number, cpuPercent = 1): StatsSample => ({ atMs, cpuPercent, memoryBytes: 10, memoryLimitBytes: 100, rxBytesPerSecond: 0, txBytesPerSecond: 0, readBytesPerSecond: 0, writeBytesPerSecond: 0, pids: 1 });

test('the last ten minutes are kept by the second, what is older by the minute, and both survive a new start as minutes', async () => {
  const path = join(folder, 'a', 'c');
  const history = createStatsHistory(path);
  for (let second = 0; second < 1800; second++) history.add(sample(second * 1000, second));
  const all = await history.since(0);
  const recent = all.filter(({ atMs }) => atMs > 1_200_000);
  expect(recent).toHaveLength(599);
  expect(all.length - recent.length).toBeLessThan(90);
  expect(all.find(({ atMs }) => atMs === 59_000)?.cpuPercent).toBe(29.5);
  expect(all.map(({ atMs }) => atMs)).toEqual(all.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
  const later = await createStatsHistory(path).since(0);
  expect(later).toHaveLength(29);
});

test('a week of minutes is kept, and the files of containers long gone are not', async () => {
  await writeFile(join(folder, 'gone'), '');
  await writeFile(join(folder, 'there'), '');
  await utimes(join(folder, 'gone'), 0, 0);
  await removeOldHistories(folder, Date.now());
  expect(await readdir(folder)).toEqual(['there']);

  const history = createStatsHistory(join(folder, 'there'));
  for (let minute = 0; minute < 9 * 24 * 60; minute++) history.add(sample(minute * MINUTE));
  const kept = await history.since(0);
  const spanHours = ((kept.at(-1)?.atMs ?? 0) - (kept[0]?.atMs ?? 0)) / HOUR;
  expect(spanHours).toBeGreaterThanOrEqual(7 * 24);
  expect(spanHours).toBeLessThanOrEqual(8 * 24);
});

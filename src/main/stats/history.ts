// Samples of one container: the last ten minutes by the second in memory, older ones by the minute in a file, for seven days.
// A line of the file is the sample's numbers as a JSON array, about 70 bytes: a week is some 700 KB.
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StatsSample } from '../contract/container-stats.ts';
import { averageOf } from './sample.ts';

export interface StatsHistory {
  add(sample: StatsSample): void;
  since(ms: number): Promise<StatsSample[]>;
}

const RECENT_MS = 10 * 60_000;
const MINUTE_MS = 60_000;
const KEPT_MS = 7 * 24 * 3600_000;
const KEYS = ['atMs', 'cpuPercent', 'memoryBytes', 'memoryLimitBytes', 'rxBytesPerSecond', 'txBytesPerSecond', 'readBytesPerSecond', 'writeBytesPerSecond', 'pids'] as const;
/** Old lines are cut off when this many were added. */
const TRIM_EVERY = 24 * 60;

export function createStatsHistory(path: string): StatsHistory {
  let recent: StatsSample[] = [];
  let minute: StatsSample[] = [];
  let added = 0;
  let writing: Promise<void> = Promise.resolve();

  const keep = async (sample: StatsSample) => {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, `${JSON.stringify(KEYS.map((key) => Math.round(sample[key] * 100) / 100))}\n`);
    if (++added % TRIM_EVERY === 0) {
      const kept = (await read(path)).filter((line) => line.atMs > sample.atMs - KEPT_MS);
      await writeFile(`${path}.new`, kept.map((line) => `${JSON.stringify(KEYS.map((key) => line[key]))}\n`).join(''));
      await rename(`${path}.new`, path);
    }
  };
  return {
    add(sample) {
      recent.push(sample);
      if (recent.length > 660) recent = recent.filter(({ atMs }) => atMs > sample.atMs - RECENT_MS);
      const first = minute[0];
      if (first && sample.atMs - first.atMs >= MINUTE_MS) {
        const average = averageOf(minute);
        minute = [];
        writing = writing.then(() => keep(average)).catch(() => {}); // a full disk costs history, nothing else
      }
      minute.push(sample);
    },
    async since(ms) {
      await writing;
      const firstRecent = recent[0]?.atMs ?? Infinity;
      const stored = ms < firstRecent ? (await read(path)).filter(({ atMs }) => atMs >= ms && atMs < firstRecent) : [];
      return [...stored, ...recent.filter(({ atMs }) => atMs >= ms)];
    },
  };
}

/** Histories of containers that are long gone: nothing was added for as long as anything is kept. */
export async function removeOldHistories(folder: string, nowMs = Date.now()): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []); // nothing stored yet
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const info = entry.isFile() ? await stat(path).catch(() => undefined) : undefined; // gone meanwhile
    if (info && info.mtimeMs < nowMs - KEPT_MS) await rm(path, { force: true });
  }
}

async function read(path: string): Promise<StatsSample[]> {
  const text = await readFile(path, 'utf8').catch(() => ''); // nothing stored yet
  return text.split('\n').flatMap((line) => {
    try {
      const values = JSON.parse(line) as number[];
      return [Object.fromEntries(KEYS.map((key, index) => [key, values[index] ?? 0])) as unknown as StatsSample];
    } catch {
      return []; // a line cut short by a crash
    }
  });
}

// Backups by the clock: one timer to the next due one, kept in a file of the profile. A machine that slept through a time backs up
// when it wakes; failures are noted with the schedule and tried again at the next time.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorMessage } from '../../engine/wire/errors.ts';
import type { BackupSchedule } from '../contract/volumes.ts';
import type { DockerClient } from '../docker/client.ts';
import { backUp } from './backup.ts';
import type { Catalog } from './catalog.ts';

export interface Schedules extends AsyncDisposable {
  list(): BackupSchedule[];
  save(schedule: Omit<BackupSchedule, 'lastAtMs' | 'lastError'>): Promise<void>;
  remove(host: string, volume: string): Promise<void>;
}

const HOUR_MS = 3_600_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const FIRST_WAIT_MS = 10_000; // after the app's start hosts are still connecting

export async function openSchedules(path: string, catalog: Catalog, client: (host: string, signal: AbortSignal) => Promise<DockerClient>): Promise<Schedules> {
  let all = await readFile(path, 'utf8').then((text) => JSON.parse(text) as BackupSchedule[], () => []); // none yet
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const write = async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(`${path}.new`, JSON.stringify(all), { mode: 0o600 });
    await rename(`${path}.new`, path);
  };
  const isSame = (one: BackupSchedule, host: string, volume: string) => one.host === host && one.volume === volume;
  const runOne = async (schedule: BackupSchedule) => {
    let lastError: string | undefined;
    try {
      const { host, volume, mode } = schedule;
      for await (const _progress of backUp(await client(host, stop.signal), { host, volume, mode }, catalog, stop.signal));
      await keepNewest(catalog, schedule);
    } catch (error) {
      lastError = errorMessage(error);
    }
    if (stop.signal.aborted) return;
    all = all.map((one) => (isSame(one, schedule.host, schedule.volume) ? { ...withoutError(one), lastAtMs: Date.now(), ...(lastError !== undefined && { lastError }) } : one));
    await write();
  };
  const plan = (leastMs: number) => {
    clearTimeout(timer);
    if (stop.signal.aborted || all.length === 0) return;
    const due = Math.min(...all.map(dueAt));
    timer = setTimeout(() => {
      running = (async () => {
        for (const schedule of all.filter((one) => dueAt(one) <= Date.now())) await runOne(schedule);
        plan(0);
      })();
    }, Math.min(Math.max(due - Date.now(), leastMs), LONGEST_TIMER_MS));
    timer.unref();
  };
  plan(FIRST_WAIT_MS);
  return {
    list: () => all,
    async save(schedule) {
      const before = all.find((one) => isSame(one, schedule.host, schedule.volume));
      all = [...all.filter((one) => one !== before), { ...schedule, ...(before?.lastAtMs !== undefined && { lastAtMs: before.lastAtMs }) }];
      await write();
      plan(0);
    },
    async remove(host, volume) {
      all = all.filter((one) => !isSame(one, host, volume));
      await write();
      plan(0);
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      stop.abort();
      await running;
    },
  };
}

/** Removes what is more than the schedule keeps; interrupted ones do not count and go too. */
export async function keepNewest(catalog: Catalog, { host, volume, keep }: Pick<BackupSchedule, 'host' | 'volume' | 'keep'>): Promise<void> {
  const entries = await catalog.list(host, volume);
  const whole = entries.filter(({ state }) => state === 'whole');
  for (const { id } of [...whole.slice(keep), ...entries.filter(({ state }) => state === 'partial')]) await catalog.remove(id);
}

const dueAt = ({ lastAtMs, everyHours }: BackupSchedule) => (lastAtMs === undefined ? 0 : lastAtMs + everyHours * HOUR_MS);

function withoutError({ lastError: _gone, ...rest }: BackupSchedule): BackupSchedule {
  return rest;
}

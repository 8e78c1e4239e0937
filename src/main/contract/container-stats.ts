// What containers use: live samples, and history that main keeps.
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';

export interface StatsSample {
  atMs: number;
  /** 100 = one core busy */
  cpuPercent: number;
  /** without the inactive page cache, as the docker CLI shows it */
  memoryBytes: number;
  /** 0: no limit below the machine's memory is known */
  memoryLimitBytes: number;
  rxBytesPerSecond: number;
  txBytesPerSecond: number;
  readBytesPerSecond: number;
  writeBytesPerSecond: number;
  pids: number;
}

const ref = z.object({ host: z.string(), id: z.string().min(1) });

export const containerStatsContract = {
  /** The last sample of every running container, once a second; containers that stopped are absent. */
  all: oc.input(z.object({ host: z.string() })).output(eventIterator(type<Record<string, StatsSample>>())),
  /** Samples since then: every second for the last ten minutes, every minute before, up to seven days. */
  history: oc.input(ref.extend({ sinceMs: z.number() })).output(type<StatsSample[]>()),
};

import { expect, test } from 'vitest';
import type { StatsSample } from '../../main/contract/container-stats.ts';
import { thinned } from './thin-samples.ts';

const sample = (atMs: number): StatsSample => ({ atMs, cpuPercent: 1, memoryBytes: 1, memoryLimitBytes: 0, rxBytesPerSecond: 1, txBytesPerSecond: 1, readBytesPerSecond: 1, writeBytesPerSecond: 1, pids: 1 });

test('a thousand samples become at most a hundred, and a spike of any kind stays', () => {
  const samples = Array.from({ length: 1000 }, (_, index) => sample(index));
  for (const key of ['cpuPercent', 'rxBytesPerSecond', 'writeBytesPerSecond', 'pids'] as const) (samples[501] as StatsSample)[key] = 99;
  const few = thinned(samples, 100);
  expect(few).toHaveLength(100);
  expect(few.at(-1)?.atMs).toBe(999);
  for (const key of ['cpuPercent', 'rxBytesPerSecond', 'writeBytesPerSecond', 'pids'] as const) expect(Math.max(...few.map((item) => item[key]))).toBe(99);
});

test('few samples stay as they are', () => {
  const samples = [sample(1), sample(2)];
  expect(thinned(samples, 10)).toBe(samples);
});

// Fewer samples than there are, for a chart that has only so many pixels. Pure.
import type { StatsSample } from '../../main/contract/container-stats.ts';

const PEAKS = ['cpuPercent', 'memoryBytes', 'rxBytesPerSecond', 'txBytesPerSecond', 'readBytesPerSecond', 'writeBytesPerSecond', 'pids'] as const;

/** Every n-th, with the peaks of what lies between: a spike must not vanish. */
export function thinned(samples: StatsSample[], most: number): StatsSample[] {
  if (samples.length <= most) return samples;
  const size = Math.ceil(samples.length / most);
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, index) => {
    const group = samples.slice(index * size, (index + 1) * size);
    return group.reduce((peak, sample) => ({ ...sample, ...Object.fromEntries(PEAKS.map((key) => [key, Math.max(peak[key], sample[key])])) }));
  });
}

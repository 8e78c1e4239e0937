// A small curve of the last minute, with its newest value.
import { Group, Text } from '@mantine/core';
import { formatBytes } from '../ui/format.ts';
import type { Container } from './container-actions.ts';
import { useStats } from './use-stats.ts';

const POINTS = 60;
const WIDTH = 40;
const HEIGHT = 20;

export function UsageCell({ item, of }: { item: Container; of: 'cpu' | 'memory' }) {
  const samples = useStats(item.host.id, item.row.Id);
  const last = samples.at(-1);
  if (!last) return null;
  const values = samples.slice(-POINTS).map((sample) => (of === 'cpu' ? sample.cpuPercent : sample.memoryBytes));
  const text = of === 'cpu' ? `${last.cpuPercent.toFixed(last.cpuPercent < 10 ? 1 : 0)} %` : formatBytes(last.memoryBytes);
  return (
    <Group gap={6} wrap="nowrap">
      <Sparkline values={values} floor={of === 'cpu' ? 5 : last.memoryBytes * 1.2} />
      <Text size="xs" className="numeric" truncate>{text}</Text>
    </Group>
  );
}

/** @param floor the scale reaches at least this far, so that noise stays flat */
function Sparkline({ values, floor }: { values: number[]; floor: number }) {
  const top = Math.max(floor, ...values);
  const points = values.map((value, index) => `${(((POINTS - values.length + index) / (POINTS - 1)) * WIDTH).toFixed(1)},${(HEIGHT - 2 - (value / top) * (HEIGHT - 4)).toFixed(1)}`);
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden style={{ flex: 'none' }}>
      <polygon points={`${points[0]?.split(',')[0] ?? 0},${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`} fill="var(--mantine-primary-color-light)" />
      <polyline points={points.join(' ')} fill="none" stroke="var(--mantine-primary-color-filled)" strokeWidth={1.4} />
    </svg>
  );
}

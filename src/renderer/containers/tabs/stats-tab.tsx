// What a container uses: charts that go on living, over stored history; limits as lines, events as marks.
import { Group, Paper, SegmentedControl, SimpleGrid, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { StatsSample } from '../../../main/contract/container-stats.ts';
import type { ContainerDetail } from '../../../main/contract/containers.ts';
import type { DockerEvent } from '../../../main/contract/system.ts';
import { formatBytes } from '../../ui/format.ts';
import { useContainerEvents } from '../use-events.ts';
import { useStatsHistory } from '../use-stats.ts';

const SPANS = { '2m': 2, '10m': 10, '1h': 60, '24h': 24 * 60, '7d': 7 * 24 * 60 } as const;
const MOST_POINTS = 400;
const MARKED = ['start', 'die', 'oom', 'restart'];
const percent = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} %`;
const perSecond = (value: number) => `${formatBytes(value)}/s`;

export function StatsTab({ host, detail }: { host: string; detail: ContainerDetail }) {
  const { t } = useTranslation();
  const [span, setSpan] = useState<keyof typeof SPANS>('2m');
  const spanMs = SPANS[span] * 60_000;
  const samples = useStatsHistory(host, detail.Id, spanMs);
  const points = useMemo(() => thinned(samples, MOST_POINTS), [samples]);
  const marks = (useContainerEvents(host, detail.Id).data ?? []).filter((event) => MARKED.includes(event.Action) || event.Action.endsWith('unhealthy'));
  const last = samples.at(-1);
  const limit = typeof detail.HostConfig['Memory'] === 'number' && detail.HostConfig['Memory'] > 0 ? detail.HostConfig['Memory'] : undefined;
  const cpus = typeof detail.HostConfig['NanoCpus'] === 'number' && detail.HostConfig['NanoCpus'] > 0 ? detail.HostConfig['NanoCpus'] / 1e7 : undefined;
  const common = { points, marks, spanMs };
  return (
    <>
      <Group justify="space-between" mb="sm">
        <SegmentedControl size="xs" value={span} onChange={(value) => setSpan(value as keyof typeof SPANS)} data={Object.keys(SPANS)} aria-label={t('container:stats.span')} />
        {!detail.State.Running && <Text size="sm" c="var(--gantry-subtle)">{t('container:stats.stopped')}</Text>}
        {last && <Text size="sm" className="numeric" c="var(--gantry-subtle)">{t('container:stats.pids', { count: last.pids })}</Text>}
      </Group>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <Chart {...common} title={t('container:stats.cpu')} now={last && percent(last.cpuPercent)} format={percent} lines={[{ key: 'cpuPercent', name: 'CPU', colour: 'var(--mantine-primary-color-filled)' }]} limit={cpus} floor={5} />
        <Chart {...common} title={t('container:stats.memory')} now={last && formatBytes(last.memoryBytes)} format={formatBytes} lines={[{ key: 'memoryBytes', name: t('container:stats.memory'), colour: 'var(--mantine-color-grape-6)' }]} limit={limit} floor={1e6} />
        <Chart {...common} title={t('container:stats.network')} now={last && `↓ ${perSecond(last.rxBytesPerSecond)}  ↑ ${perSecond(last.txBytesPerSecond)}`} format={perSecond} lines={[{ key: 'rxBytesPerSecond', name: t('container:stats.received'), colour: 'var(--mantine-color-teal-6)' }, { key: 'txBytesPerSecond', name: t('container:stats.sent'), colour: 'var(--mantine-color-orange-6)' }]} floor={1000} />
        <Chart {...common} title={t('container:stats.disk')} now={last && `R ${perSecond(last.readBytesPerSecond)}  W ${perSecond(last.writeBytesPerSecond)}`} format={perSecond} lines={[{ key: 'readBytesPerSecond', name: t('container:stats.read'), colour: 'var(--mantine-color-teal-6)' }, { key: 'writeBytesPerSecond', name: t('container:stats.written'), colour: 'var(--mantine-color-orange-6)' }]} floor={1000} />
      </SimpleGrid>
    </>
  );
}

interface ChartProps {
  title: string;
  now: string | undefined;
  points: StatsSample[];
  marks: DockerEvent[];
  spanMs: number;
  lines: { key: keyof StatsSample; name: string; colour: string }[];
  format: (value: number) => string;
  limit?: number | undefined;
  /** the scale reaches at least this far */
  floor: number;
}

function Chart({ title, now, points, marks, spanMs, lines, format, limit, floor }: ChartProps) {
  const toMs = points.at(-1)?.atMs ?? 0;
  const fromMs = toMs - spanMs;
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group justify="space-between" mb={6}><Text fw={600} size="sm">{title}</Text><Text size="sm" className="numeric" style={{ whiteSpace: 'pre' }}>{now}</Text></Group>
      <ResponsiveContainer width="100%" height={170}>
        <LineChart data={points} margin={{ top: 6, right: 4, bottom: 0, left: 4 }}>
          <CartesianGrid stroke="var(--gantry-line)" strokeDasharray="3 3" vertical={false} />
          <XAxis dataKey="atMs" type="number" domain={[fromMs, toMs]} allowDataOverflow tickFormatter={(value: number) => clock(value, spanMs)} tick={{ fontSize: 11, fill: 'var(--gantry-subtle)' }} stroke="var(--gantry-line)" minTickGap={50} />
          <YAxis width={72} domain={[0, (most: number) => Math.max(most * 1.1, floor, limit !== undefined && most > limit * 0.4 ? limit * 1.05 : 0)]} tickFormatter={format} tick={{ fontSize: 11, fill: 'var(--gantry-subtle)' }} stroke="var(--gantry-line)" />
          <Tooltip isAnimationActive={false} labelFormatter={(value) => new Date(Number(value)).toLocaleString()} formatter={(value) => format(Number(value))} contentStyle={{ background: 'var(--gantry-surface)', borderColor: 'var(--gantry-line)', borderRadius: 8, fontSize: 12 }} />
          {marks.filter((event) => event.time * 1000 >= fromMs).map((event) => <ReferenceLine key={`${event.timeNano} ${event.Action}`} x={event.time * 1000} stroke={event.Action === 'start' ? 'var(--mantine-color-teal-6)' : 'var(--mantine-color-red-6)'} strokeDasharray="4 3" label={{ value: event.Action, position: 'insideTopLeft', fontSize: 10, fill: 'var(--gantry-subtle)' }} />)}
          {limit !== undefined && <ReferenceLine y={limit} stroke="var(--mantine-color-red-6)" strokeDasharray="6 4" label={{ value: format(limit), position: 'insideTopRight', fontSize: 11, fill: 'var(--mantine-color-red-6)' }} />}
          {lines.map((line) => <Line key={line.key} dataKey={line.key} name={line.name} stroke={line.colour} dot={false} strokeWidth={1.8} isAnimationActive={false} type="linear" />)}
        </LineChart>
      </ResponsiveContainer>
    </Paper>
  );
}

function clock(ms: number, spanMs: number): string {
  const date = new Date(ms);
  return spanMs > 24 * 3600_000 ? date.toLocaleDateString(undefined, { month: 'short', day: 'numeric' }) : date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', ...(spanMs <= 600_000 ? { second: '2-digit' } : {}) });
}

/** Every n-th, with the peaks of what lies between: a spike must not vanish. */
function thinned(samples: StatsSample[], most: number): StatsSample[] {
  if (samples.length <= most) return samples;
  const size = Math.ceil(samples.length / most);
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, index) => {
    const group = samples.slice(index * size, (index + 1) * size);
    return group.reduce((peak, sample) => ({ ...sample, cpuPercent: Math.max(peak.cpuPercent, sample.cpuPercent), memoryBytes: Math.max(peak.memoryBytes, sample.memoryBytes) }));
  });
}

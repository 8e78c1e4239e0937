// One chart of what a container uses: lines over time, the limit as a line of its own, what happened as marks on the time axis.
import { Center, Group, Paper, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { StatsSample } from '../../../main/contract/container-stats.ts';
import type { DockerEvent } from '../../../main/contract/system.ts';
import { formatTime } from '../../ui/format.ts';
import { eventWords } from '../event-words.ts';

interface UsageChartProps {
  title: string;
  now: string | undefined;
  points: StatsSample[];
  marks: DockerEvent[];
  spanMs: number;
  lines: { key: keyof StatsSample; name: string; colour: string }[];
  format: (value: number) => string;
  limit?: number | undefined;
  /** the scale reaches the limit, however far it is */
  isToLimit: boolean;
  /** the scale reaches at least this far */
  floor: number;
}

const TICKS = 4;
/** Words of marks that stand closer than this share of the axis would lie on each other: only the last of them has its words. */
const WORDS_APART = 0.12;
const tick = { fontSize: 11, fill: 'var(--gantry-subtle)' };

export function UsageChart({ title, now, points, marks, spanMs, lines, format, limit, isToLimit, floor }: UsageChartProps) {
  const { t, i18n } = useTranslation();
  const toMs = points.at(-1)?.atMs ?? 0;
  const fromMs = toMs - spanMs;
  const shownMarks = marks.filter((event) => event.timeNano / 1e6 >= fromMs && event.timeNano / 1e6 <= toMs);
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Group justify="space-between" mb={6} wrap="nowrap">
        <Text fw={600} size="sm">{title}</Text>
        <Text size="sm" className="numeric" style={{ whiteSpace: 'pre' }}>{now}{limit !== undefined && <Text span size="xs" c="var(--gantry-subtle)">{`  / ${format(limit)}`}</Text>}</Text>
      </Group>
      {points.length === 0 ? <Center h={170}><Text size="sm" c="var(--gantry-subtle)">{t('container:stats.nothing')}</Text></Center> : <ResponsiveContainer width="100%" height={170}>
        <LineChart data={points} margin={{ top: 6, right: 30, bottom: 0, left: 4 }}>
          <CartesianGrid stroke="var(--gantry-line)" strokeDasharray="3 3" vertical={false} />
          <XAxis dataKey="atMs" type="number" domain={[fromMs, toMs]} allowDataOverflow ticks={Array.from({ length: TICKS + 1 }, (_, index) => fromMs + (spanMs * index) / TICKS)} interval={0} tickFormatter={(value: number) => clock(value, spanMs, i18n.language)} tick={tick} stroke="var(--gantry-line)" />
          <YAxis width={72} domain={[0, (most: number) => Math.max(most * 1.1, floor, limit !== undefined && (isToLimit || most > limit * 0.4) ? limit * 1.08 : 0)]} tickFormatter={format} tick={tick} tickCount={4} stroke="var(--gantry-line)" />
          <Tooltip isAnimationActive={false} labelFormatter={(value) => formatTime(Number(value), i18n.language)} formatter={(value) => format(Number(value))} contentStyle={{ background: 'var(--gantry-surface)', borderColor: 'var(--gantry-line)', borderRadius: 8, fontSize: 12 }} />
          {shownMarks.map((event, index) => {
            const atMs = event.timeNano / 1e6;
            const next = shownMarks[index + 1];
            const hasWords = !next || next.timeNano / 1e6 - atMs > spanMs * WORDS_APART;
            const isNearEnd = toMs - atMs < spanMs * WORDS_APART;
            return <ReferenceLine key={`${event.timeNano} ${event.Action}`} x={atMs} stroke={event.Action === 'start' ? 'var(--mantine-color-teal-6)' : 'var(--mantine-color-red-6)'} strokeDasharray="4 3" {...(hasWords ? { label: { value: eventWords(event, t).name, position: isNearEnd ? 'insideTopRight' as const : 'insideTopLeft' as const, fontSize: 10, fill: 'var(--gantry-subtle)' } } : {})} />;
          })}
          {limit !== undefined && <ReferenceLine y={limit} stroke="var(--mantine-color-red-6)" strokeDasharray="6 4" label={{ value: t('container:stats.limit', { limit: format(limit) }), position: 'insideBottomRight', fontSize: 11, fill: 'light-dark(var(--mantine-color-red-9), var(--mantine-color-red-4))' }} />}
          {lines.map((line) => <Line key={line.key} dataKey={line.key} name={line.name} stroke={line.colour} dot={points.length === 1} strokeWidth={1.8} isAnimationActive={false} type="linear" />)}
        </LineChart>
      </ResponsiveContainer>}
    </Paper>
  );
}

function clock(ms: number, spanMs: number, language: string): string {
  const date = new Date(ms);
  return spanMs > 24 * 3600_000 ? date.toLocaleDateString(language, { month: 'short', day: 'numeric' }) : date.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', ...(spanMs <= 600_000 ? { second: '2-digit' } : {}) });
}

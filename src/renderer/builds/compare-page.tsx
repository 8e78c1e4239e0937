// Two builds side by side: which steps are new or gone, what became slower, what the cache gave, how the size changed.
import { Anchor, Badge, Group, Paper, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'wouter';
import { formatBytes, formatDuration } from '../ui/format.ts';
import { Page } from '../ui/page.tsx';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { cacheRate, durationOf, pairSteps, type BuildView, type StepView } from './build-model.ts';
import classes from './builds.module.css';
import { StateBadge, StepMark } from './state-mark.tsx';
import { useBuild } from './use-build.ts';

export default function ComparePage() {
  const { t } = useTranslation();
  const { host = '', first: firstId = '', second: secondId = '' } = useParams<{ host: string; first: string; second: string }>();
  const first = useBuild(host, firstId);
  const second = useBuild(host, secondId);
  const error = first.error ?? second.error;
  return (
    <Page fill before={<Anchor component={Link} href="/builds" size="sm"><Group gap={4}><IconArrowLeft size={14} />{t('builds:title')}</Group></Anchor>} title={t('builds:compare.title')} subtitle={`${nameOf(first.build)} → ${nameOf(second.build)}`}>
      {error !== undefined && <FailureNote title={t('builds:gone')} error={error} />}
      {error === undefined && (!first.isLoaded || !second.isLoaded) && <LoadingRows />}
      {first.isLoaded && second.isLoaded && <Comparison first={first.build} second={second.build} />}
    </Page>
  );
}

const nameOf = (build: BuildView): string => `${build.tags[0] ?? ''} ${build.id.slice(0, 8)}`.trim();
const sizeOf = (build: BuildView): string => (build.sizeBytes === undefined ? '–' : formatBytes(build.sizeBytes));
const lasted = (build: BuildView): number => (build.endedAtMs ?? build.startedAtMs) - build.startedAtMs;

function Comparison({ first, second }: { first: BuildView; second: BuildView }) {
  const { t } = useTranslation();
  const [a, b] = [cacheRate(first.steps), cacheRate(second.steps)];
  return (
    <Stack gap="md" className={classes.scroll ?? ''}>
      <SimpleGrid cols={{ base: 2, md: 4 }}>
        <Fact label={t('builds:columns.state')} first={<StateBadge state={first.state} />} second={<StateBadge state={second.state} />} />
        <Fact label={t('builds:columns.duration')} first={formatDuration(lasted(first))} second={formatDuration(lasted(second))} change={change(lasted(first), lasted(second), formatDuration)} />
        <Fact label={t('builds:columns.size')} first={sizeOf(first)} second={sizeOf(second)} change={first.sizeBytes === undefined || second.sizeBytes === undefined ? undefined : change(first.sizeBytes, second.sizeBytes, formatBytes)} />
        <Fact label={t('builds:columns.cache')} first={`${a.cached}/${a.of}`} second={`${b.cached}/${b.of}`} />
      </SimpleGrid>
      <Table stickyHeader aria-label={t('builds:compare.title')}>
        <Table.Thead><Table.Tr><Table.Th>{t('builds:compare.step')}</Table.Th><Table.Th>{nameOf(first)}</Table.Th><Table.Th>{nameOf(second)}</Table.Th><Table.Th ta="right">{t('builds:compare.time')}</Table.Th><Table.Th ta="right">{t('builds:columns.size')}</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {pairSteps(first.steps, second.steps).map((pair) => {
            const shown = (pair.second ?? pair.first) as StepView;
            const times = change(durationOf(pair.first ?? shown, 0) ?? 0, durationOf(pair.second ?? shown, 0) ?? 0, formatDuration, NOISE_MS);
            const sizes = change(pair.first?.sizeBytes ?? 0, pair.second?.sizeBytes ?? 0, formatBytes);
            return (
              <Table.Tr key={pair.key}>
                <Table.Td maw={480}><Group gap="xs" wrap="nowrap">{!pair.first && <Badge size="xs" color="teal">{t('builds:compare.new')}</Badge>}{!pair.second && <Badge size="xs" color="red">{t('builds:compare.gone')}</Badge>}<Text size="xs" ff="monospace" truncate title={shown.plan.text}>{shown.plan.text}</Text></Group></Table.Td>
                <Table.Td><Side step={pair.first} /></Table.Td>
                <Table.Td><Side step={pair.second} /></Table.Td>
                <Table.Td ta="right"><Change value={pair.first && pair.second ? times : undefined} /></Table.Td>
                <Table.Td ta="right"><Change value={sizes} /></Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}

function Side({ step }: { step: StepView | undefined }) {
  if (!step) return <Text size="xs" c="var(--gantry-subtle)">–</Text>;
  const duration = durationOf(step, 0);
  return <Group gap={8} wrap="nowrap"><StepMark state={step.state} size={16} /><Text size="xs" className="numeric">{duration === undefined ? '' : formatDuration(duration)}{step.sizeBytes > 0 ? ` · ${formatBytes(step.sizeBytes)}` : ''}</Text></Group>;
}

/** Two runs of the same step differ by as much. */
const NOISE_MS = 20;

interface ChangeValue { text: string; isMore: boolean }

function change(before: number, after: number, format: (value: number) => string, noise = 0): ChangeValue | undefined {
  if (Math.abs(after - before) <= noise) return undefined;
  return { text: `${after > before ? '+' : '−'}${format(Math.abs(after - before))}`, isMore: after > before };
}

function Change({ value }: { value: ChangeValue | undefined }) {
  return value === undefined ? null : <Text span size="xs" className="numeric" c={value.isMore ? 'red' : 'teal'}>{value.text}</Text>;
}

function Fact({ label, first, second, change: value }: { label: string; first: ReactNode; second: ReactNode; change?: ChangeValue | undefined }) {
  return (
    <Paper withBorder radius="md" p="sm">
      <Text size="xs" c="var(--gantry-subtle)">{label}</Text>
      <Group gap={8} mt={4}><Text component="div" size="sm" className="numeric">{first}</Text><Text size="sm" c="var(--gantry-subtle)">→</Text><Text component="div" size="sm" fw={600} className="numeric">{second}</Text><Change value={value} /></Group>
    </Paper>
  );
}

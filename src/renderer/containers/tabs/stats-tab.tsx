// What a container uses: charts that go on living, over stored history; limits as lines, events as marks.
import { Group, SegmentedControl, SimpleGrid, Switch, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContainerDetail } from '../../../main/contract/containers.ts';
import { createKeptStore, useStore } from '../../store.ts';
import { formatBytes } from '../../ui/format.ts';
import { useContainerEvents } from '../use-events.ts';
import { thinned } from '../thin-samples.ts';
import { useStatsHistory } from '../use-stats.ts';
import { UsageChart } from './usage-chart.tsx';

const SPANS = { '2m': 2, '10m': 10, '1h': 60, '24h': 24 * 60, '7d': 7 * 24 * 60 } as const;
const MOST_POINTS = 400;
const MARKED = ['start', 'die', 'oom', 'restart'];
const percent = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} %`;
const perSecond = (value: number) => `${formatBytes(value)}/s`;
const whole = (value: number) => String(Math.round(value));
const isToLimitStore = createKeptStore('stats.toLimit', true);

export function StatsTab({ host, detail }: { host: string; detail: ContainerDetail }) {
  const { t } = useTranslation();
  const [span, setSpan] = useState<keyof typeof SPANS>('2m');
  const isToLimit = useStore(isToLimitStore);
  const spanMs = SPANS[span] * 60_000;
  const samples = useStatsHistory(host, detail.Id, spanMs);
  const points = useMemo(() => thinned(samples, MOST_POINTS), [samples]);
  const marks = (useContainerEvents(host, detail.Id).data ?? []).filter((event) => MARKED.includes(event.Action) || event.Action.endsWith('unhealthy'));
  const last = detail.State.Running ? samples.at(-1) : undefined;
  const { memory, cpuPercent, pids } = limitsOf(detail.HostConfig);
  const common = { points, marks, spanMs, isToLimit };
  return (
    <>
      <Group justify="space-between" mb="sm">
        <SegmentedControl size="xs" value={span} onChange={(value) => setSpan(value as keyof typeof SPANS)} data={Object.keys(SPANS)} aria-label={t('container:stats.span')} />
        {!detail.State.Running && <Text size="sm" c="var(--gantry-subtle)">{t('container:stats.stopped')}</Text>}
        {(memory ?? cpuPercent ?? pids) !== undefined && <Switch size="xs" label={t('container:stats.toLimit')} checked={isToLimit} onChange={(event) => isToLimitStore.set(event.currentTarget.checked)} />}
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <UsageChart {...common} title={t('container:stats.cpu')} now={last && percent(last.cpuPercent)} format={percent} lines={[{ key: 'cpuPercent', name: t('container:stats.cpu'), colour: 'var(--mantine-primary-color-filled)' }]} limit={cpuPercent} floor={5} />
        <UsageChart {...common} title={t('container:stats.memory')} now={last && formatBytes(last.memoryBytes)} format={formatBytes} lines={[{ key: 'memoryBytes', name: t('container:stats.memory'), colour: 'var(--mantine-color-grape-6)' }]} limit={memory} floor={1e6} />
        <UsageChart {...common} title={t('container:stats.network')} now={last && `↓ ${perSecond(last.rxBytesPerSecond)}  ↑ ${perSecond(last.txBytesPerSecond)}`} format={perSecond} lines={[{ key: 'rxBytesPerSecond', name: t('container:stats.received'), colour: 'var(--mantine-color-teal-6)' }, { key: 'txBytesPerSecond', name: t('container:stats.sent'), colour: 'var(--mantine-color-orange-6)' }]} floor={1000} />
        <UsageChart {...common} title={t('container:stats.disk')} now={last && `${t('container:stats.read')} ${perSecond(last.readBytesPerSecond)}  ${t('container:stats.written')} ${perSecond(last.writeBytesPerSecond)}`} format={perSecond} lines={[{ key: 'readBytesPerSecond', name: t('container:stats.read'), colour: 'var(--mantine-color-teal-6)' }, { key: 'writeBytesPerSecond', name: t('container:stats.written'), colour: 'var(--mantine-color-orange-6)' }]} floor={1000} />
        <UsageChart {...common} title={t('container:stats.processes')} now={last && whole(last.pids)} format={whole} lines={[{ key: 'pids', name: t('container:stats.processes'), colour: 'var(--mantine-color-indigo-5)' }]} limit={pids} floor={4} />
      </SimpleGrid>
    </>
  );
}

function limitsOf(host: Record<string, unknown>): { memory: number | undefined; cpuPercent: number | undefined; pids: number | undefined } {
  const positive = (key: string) => (typeof host[key] === 'number' && host[key] > 0 ? host[key] : undefined);
  const [nanos, quota] = [positive('NanoCpus'), positive('CpuQuota')];
  return { memory: positive('Memory'), cpuPercent: nanos !== undefined ? nanos / 1e7 : quota !== undefined ? (quota / (positive('CpuPeriod') ?? 100_000)) * 100 : undefined, pids: positive('PidsLimit') };
}

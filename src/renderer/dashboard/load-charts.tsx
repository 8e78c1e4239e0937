// CPU, memory and network of all running containers, live.
import { AreaChart } from '@mantine/charts';
import { SimpleGrid, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../ui/format.ts';
import { Card } from './card.tsx';
import { useLoad, type LoadPoint } from './use-load.ts';

export function LoadCharts() {
  const { t } = useTranslation();
  const points = useLoad();
  const last = points.at(-1);
  const rate = (bytes: number) => `${formatBytes(bytes)}/s`;
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }} spacing="md">
      <Chart title={t('dashboard:cpu')} now={last && `${last.cpuPercent.toFixed(1)} %`} points={points} format={(value) => `${value.toFixed(value < 10 ? 1 : 0)} %`} series={[{ name: 'cpuPercent', label: t('dashboard:cpu'), color: 'gantry.6' }]} />
      <Chart title={t('dashboard:memory')} now={last && formatBytes(last.memoryBytes)} points={points} format={formatBytes} series={[{ name: 'memoryBytes', label: t('dashboard:memory'), color: 'grape.6' }]} />
      <Chart title={t('dashboard:network')} now={last && `↓ ${rate(last.rxBytesPerSecond)}  ↑ ${rate(last.txBytesPerSecond)}`} points={points} format={rate} series={[{ name: 'rxBytesPerSecond', label: t('dashboard:received'), color: 'teal.6' }, { name: 'txBytesPerSecond', label: t('dashboard:sent'), color: 'orange.6' }]} />
    </SimpleGrid>
  );
}

interface ChartProps { title: string; now: string | undefined; points: LoadPoint[]; format: (value: number) => string; series: { name: keyof LoadPoint; label: string; color: string }[] }

function Chart({ title, now, points, format, series }: ChartProps) {
  const time = new Intl.DateTimeFormat(undefined, { minute: '2-digit', second: '2-digit' });
  return (
    <Card title={title} aside={<Text size="sm" fw={560} className="numeric" style={{ whiteSpace: 'nowrap' }}>{now}</Text>}>
      <AreaChart h={132} data={points} dataKey="atMs" series={series} withDots={false} withXAxis={false} gridAxis="x" strokeWidth={1.8} curveType="linear" fillOpacity={0.18} valueFormatter={format} yAxisProps={{ width: 64, tickCount: 4, domain: [0, 'auto'] }} tooltipProps={{ isAnimationActive: false, labelFormatter: (value) => (Number.isFinite(Number(value)) ? time.format(Number(value)) : '') }} areaProps={{ isAnimationActive: false }} />
    </Card>
  );
}

// Everything in scope at a glance: what runs, what it costs, where the bytes are, what happened.
import { SimpleGrid } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useRows, useScopedHosts } from '../queries.ts';
import { Page } from '../ui/page.tsx';
import { ActivityCard } from './activity-card.tsx';
import { DiskCard } from './disk-card.tsx';
import { HostCard } from './host-card.tsx';
import { LoadCharts } from './load-charts.tsx';
import { StartHere } from './start-here.tsx';
import { StateTiles } from './state-tiles.tsx';

export default function DashboardPage() {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  const images = useRows('images');
  const isNew = !images.isLoading && images.errors.length === 0 && images.rows.length === 0 && hosts.some((host) => host.state === 'live');
  return (
    <Page title={t('dashboard:title')} subtitle={t('dashboard:subtitle', { count: hosts.length })}>
      {isNew && <StartHere />}
      <StateTiles />
      <LoadCharts />
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        <ActivityCard />
        <DiskCard />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="md">{hosts.map((host) => <HostCard key={host.id} host={host} />)}</SimpleGrid>
    </Page>
  );
}

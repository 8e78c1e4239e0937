// The state of every host in scope at a glance.
import { Badge, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { HostDot } from '../frame/host-switcher.tsx';
import { useRows, useScopedHosts } from '../queries.ts';
import { Page } from '../ui/page.tsx';

export default function DashboardPage() {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  const containers = useRows('containers').rows;
  return (
    <Page title={t('dashboard:title')}>
      <SimpleGrid cols={{ base: 1, md: 2, lg: 3 }}>
        {hosts.map((host) => {
          const mine = containers.filter((item) => item.host.id === host.id);
          return (
            <Paper key={host.id} withBorder p="md">
              <Stack gap="xs">
                <Group gap="xs"><HostDot host={host} /><Text fw={600}>{host.name}</Text>{host.engine && <Badge color="gray">{host.engine.name} {host.engine.version}</Badge>}</Group>
                <Text size="sm" c="var(--gantry-subtle)">{host.error?.message ?? host.address}</Text>
                <Text size="sm">{t('containers:summary', { running: mine.filter((item) => item.row.State === 'running').length, total: mine.length })}</Text>
              </Stack>
            </Paper>
          );
        })}
      </SimpleGrid>
    </Page>
  );
}

// One host: what answers there, and on what machine.
import { Badge, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { HostSummary } from '../../main/contract/hosts.ts';
import { HostDot } from '../frame/host-switcher.tsx';
import { rpc } from '../rpc.ts';
import { formatBytes } from '../ui/format.ts';
import { attempt } from '../ui/notify.ts';

export function HostCard({ host }: { host: HostSummary }) {
  const { t } = useTranslation();
  const info = useQuery({ queryKey: [host.id, 'info'], queryFn: ({ signal }) => rpc.system.info({ host: host.id }, { signal }), enabled: host.state === 'live' }).data;
  const facts = info ? [info.OperatingSystem, `${info.KernelVersion} · ${info.Architecture}`, t('dashboard:machine', { cpus: info.NCPU, memory: formatBytes(info.MemTotal) }), [info.Driver, info.DefaultRuntime, info.CgroupVersion && `cgroup v${info.CgroupVersion}`].filter(Boolean).join(' · ')] : [];
  return (
    <Paper withBorder p="md">
      <Stack gap={6}>
        <Group gap="xs" wrap="nowrap">
          <HostDot host={host} />
          <Text fw={600} truncate>{host.name}</Text>
          {host.engine && <Badge color="gray">{host.engine.name} {host.engine.version}</Badge>}
          {host.latencyMs !== undefined && host.state === 'live' && <Text size="xs" c="var(--gantry-subtle)" ml="auto" className="numeric">{t('dashboard:latency', { ms: host.latencyMs })}</Text>}
        </Group>
        <Text size="xs" ff="monospace" c="var(--gantry-subtle)" truncate>{host.address}</Text>
        {facts.filter(Boolean).map((fact) => <Text key={fact} size="sm" truncate>{fact}</Text>)}
        {host.error && (
          <>
            <Text size="sm" c="red" style={{ overflowWrap: 'anywhere' }}>{host.error.message}</Text>
            <Button size="compact-sm" variant="default" w="fit-content" onClick={() => void attempt(t('connection.failed', { host: host.name }), () => rpc.hosts.reconnect({ host: host.id }))}>{t('connection.now')}</Button>
          </>
        )}
      </Stack>
    </Paper>
  );
}

// What a container is: its life, what it runs, its limits, where its files and networks come from.
import { Badge, Button, Grid, Group, Stack, Table, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContainerDetail } from '../../../main/contract/containers.ts';
import { formatBytes, formatTime, shortId } from '../../ui/format.ts';
import type { Container } from '../container-actions.ts';
import { StateDiagram } from '../state-diagram.tsx';
import { Card } from './card.tsx';
import { HealthCard } from './health-card.tsx';
import { HistoryCard } from './history-card.tsx';
import { IsolationCard } from './isolation-card.tsx';

type Fact = [name: string, value: ReactNode];

export function OverviewTab({ item, detail }: { item: Container; detail: ContainerDetail }) {
  const { t, i18n } = useTranslation();
  const { Config, HostConfig, State } = detail;
  const limits = limitsOf(HostConfig);
  const date = (text: string) => (text.startsWith('0001') || text === '' ? '' : formatTime(Date.parse(text), i18n.language));
  const run: Fact[] = [
    ['image', Config.Image],
    ['command', <code key="c">{[detail.Path, ...detail.Args].join(' ')}</code>],
    ['workingDir', Config.WorkingDir],
    ['user', Config.User],
    ['restart', policyOf(HostConfig.RestartPolicy)],
    ['created', date(detail.Created)],
    ['started', date(State.StartedAt)],
    ['finished', State.Running ? '' : date(State.FinishedAt)],
    ['exit', State.Running || State.Status === 'created' ? '' : `${State.ExitCode}${State.OOMKilled ? ` (${t('container:facts.oom')})` : ''}`],
    ['error', State.Error],
    ['restarts', detail.RestartCount ? String(detail.RestartCount) : ''],
    ['id', <code key="i">{shortId(detail.Id)}</code>],
  ];
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack gap="md">
          <StateDiagram item={item} detail={detail} />
          <HistoryCard host={item.host.id} id={detail.Id} />
          {State.Health && <HealthCard health={State.Health} />}
          <Card title={t('container:overview.mounts')}>
            {detail.Mounts.length === 0 ? <None /> : (
              <Table><Table.Tbody>{detail.Mounts.map((mount) => (
                <Table.Tr key={mount.Destination}>
                  <Table.Td w={90}><Badge size="sm" color="gray">{mount.Type}</Badge></Table.Td>
                  <Table.Td ff="monospace" fz="xs" style={{ overflowWrap: 'anywhere' }}>{mount.Name ?? mount.Source}</Table.Td>
                  <Table.Td ff="monospace" fz="xs" style={{ overflowWrap: 'anywhere' }}>{mount.Destination}</Table.Td>
                  <Table.Td w={90}>{!mount.RW && <Badge size="sm" color="yellow">{t('container:overview.readOnly')}</Badge>}</Table.Td>
                </Table.Tr>
              ))}</Table.Tbody></Table>
            )}
          </Card>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Stack gap="md">
          <Card title={t('container:overview.run')}><Facts facts={run} /></Card>
          <Card title={t('container:overview.network')}><Networks item={item} detail={detail} /></Card>
          <Card title={t('container:overview.limits')}>{limits.length === 0 ? <None /> : <Facts facts={limits} />}</Card>
          {State.Running && <IsolationCard host={item.host.id} id={detail.Id} pid={State.Pid} />}
          <Card title={t('container:overview.env')}>{(Config.Env ?? []).length === 0 ? <None /> : <Facts facts={(Config.Env ?? []).map((entry): Fact => [entry.slice(0, entry.indexOf('=')), <code key={entry}>{hidden(entry)}</code>])} isRaw />}</Card>
          <Card title={t('container:overview.labels')}>{Object.keys(Config.Labels ?? {}).length === 0 ? <None /> : <Facts facts={Object.entries(Config.Labels ?? {}).map(([name, value]): Fact => [name, <code key={name}>{value}</code>])} isRaw />}</Card>
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function Networks({ item, detail }: { item: Container; detail: ContainerDetail }) {
  const networks = Object.entries((detail.NetworkSettings['Networks'] ?? {}) as Record<string, { IPAddress?: string; GlobalIPv6Address?: string; MacAddress?: string }>);
  const ports = item.row.Ports.map((port) => (port.PublicPort === undefined ? `${port.PrivatePort}/${port.Type}` : `${port.IP?.includes(':') ? `[${port.IP}]` : (port.IP ?? '')}:${port.PublicPort} → ${port.PrivatePort}/${port.Type}`));
  if (networks.length === 0 && ports.length === 0) return <None />;
  return (
    <Stack gap={6}>
      {networks.map(([name, { IPAddress, GlobalIPv6Address }]) => <Group key={name} gap="xs"><Badge size="sm" color="gray">{name}</Badge><Text size="sm" ff="monospace">{[IPAddress, GlobalIPv6Address].filter(Boolean).join(', ')}</Text></Group>)}
      {[...new Set(ports)].map((port) => <Text key={port} size="sm" ff="monospace">{port}</Text>)}
    </Stack>
  );
}

const MOST_FACTS = 40;

function Facts({ facts: all, isRaw = false }: { facts: Fact[]; isRaw?: boolean }) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const facts = isWhole ? all : all.slice(0, MOST_FACTS);
  return (
    <>
    <Table variant="vertical" withRowBorders={false} verticalSpacing={4} layout="fixed">
      <Table.Tbody>{facts.filter(([, value]) => value !== '').map(([name, value]) => <Table.Tr key={name}><Table.Th w={150} fw={500} style={{ overflowWrap: 'anywhere' }}>{isRaw ? name : t(`container:facts.${name}`)}</Table.Th><Table.Td fz="sm" style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td></Table.Tr>)}</Table.Tbody>
    </Table>
    {facts.length < all.length && <Button size="compact-xs" variant="light" mt="xs" onClick={() => setWhole(true)}>{t('container:overview.all', { count: all.length })}</Button>}
    </>
  );
}

function None() {
  const { t } = useTranslation();
  return <Text size="sm" c="var(--gantry-subtle)">{t('container:overview.none')}</Text>;
}

/** Values that look like secrets are not shown over somebody's shoulder; the Inspect tab has them. */
function hidden(entry: string): string {
  const at = entry.indexOf('=');
  const value = entry.slice(at + 1);
  return /PASS|SECRET|TOKEN|KEY|CREDENTIAL/i.test(entry.slice(0, at)) && value !== '' ? '••••••••' : value;
}

function policyOf(policy: { Name: string; MaximumRetryCount?: number } | undefined): string {
  if (!policy || policy.Name === '' || policy.Name === 'no') return '';
  return policy.MaximumRetryCount ? `${policy.Name}:${policy.MaximumRetryCount}` : policy.Name;
}

function limitsOf(host: Record<string, unknown>): Fact[] {
  const number = (key: string) => (typeof host[key] === 'number' ? (host[key] as number) : 0);
  const bytes = (key: string) => (number(key) > 0 ? formatBytes(number(key)) : number(key) < 0 ? '∞' : '');
  const cpus = number('NanoCpus') > 0 ? String(number('NanoCpus') / 1e9) : number('CpuQuota') > 0 ? String(number('CpuQuota') / (number('CpuPeriod') || 100_000)) : '';
  const facts: Fact[] = [['memory', bytes('Memory')], ['memorySwap', bytes('MemorySwap')], ['memoryReservation', bytes('MemoryReservation')], ['cpus', cpus], ['cpuShares', number('CpuShares') ? String(number('CpuShares')) : ''], ['cpuset', (host['CpusetCpus'] as string | undefined) ?? ''], ['pids', number('PidsLimit') > 0 ? String(number('PidsLimit')) : '']];
  return facts.filter(([, value]) => value !== '');
}

// One host: state, engine, latency and throughput, what stops it, what can be done.
import { ActionIcon, Badge, Button, Card, Group, Menu, Stack, Text, Tooltip } from '@mantine/core';
import { IconDots, IconPencil, IconPlugConnected, IconServerBolt, IconStethoscope, IconTerminal2, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { HostSummary } from '../../main/contract/hosts.ts';
import type { RemoteStatus } from '../../main/contract/remote.ts';
import { HostDot } from '../frame/host-switcher.tsx';
import { rpc } from '../rpc.ts';
import { useStore } from '../store.ts';
import { confirmDanger } from '../ui/confirm.tsx';
import { formatBytes } from '../ui/format.ts';
import { attempt } from '../ui/notify.ts';
import { statuses } from './feed.ts';
import { asProblem, ProblemNote } from './problem.tsx';

export function HostCard({ host, onEdit, onExamine, onInstall }: { host: HostSummary; onEdit: () => void; onExamine: () => void; onInstall: () => void }) {
  const { t } = useTranslation();
  const status = useStore(statuses)[host.id];
  const error = status?.problem ?? (host.error && { message: host.error.message, ...(typeof host.error.data === 'object' ? host.error.data : {}) });
  const isBusy = host.state === 'connecting' || host.state === 'reconnecting';
  return (
    <Card component="li" withBorder radius="md" padding="md" aria-label={host.name} style={{ borderInlineStart: `4px solid var(--mantine-color-${host.colour}-6)` }}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Stack gap={2} miw={0}>
            <Group gap="xs" wrap="nowrap"><HostDot host={host} /><Text fw={620} truncate>{host.name}</Text></Group>
            <Text size="xs" ff="monospace" c="var(--gantry-subtle)" style={{ overflowWrap: 'anywhere' }}>{host.address}</Text>
          </Stack>
          <HostMenu host={host} onEdit={onEdit} onExamine={onExamine} onInstall={onInstall} />
        </Group>
        <Group gap={6}>
          <Badge color={host.state === 'live' ? 'teal' : host.state === 'failed' ? 'red' : 'gray'}>{t(`frame:hosts.state.${host.state}`)}</Badge>
          {host.engine && <Badge color="gray">{host.engine.name} {host.engine.version}</Badge>}
          {host.engine && <Badge color="gray">{host.engine.os}/{host.engine.arch}</Badge>}
          <Latency host={host} status={status} />
          {status?.route && <Tooltip label={status.route.path}><Badge color="gray" tabIndex={0}>{t(`hosts:mode.${status.route.mode}`)}</Badge></Tooltip>}
          {status && status.receivedPerSecond + status.sentPerSecond > 1024 && <Badge color="gray" className="numeric">↓ {formatBytes(status.receivedPerSecond)}/s ↑ {formatBytes(status.sentPerSecond)}/s</Badge>}
        </Group>
        {status?.state === 'reconnecting' && <Text size="sm" role="status">{t('hosts:reconnecting', { count: status.attempt })}</Text>}
        {error && host.state !== 'live' && <ProblemNote problem={asProblem(error.message, error)} />}
        <Group gap="xs">
          {host.state !== 'live' && <Button size="compact-sm" loading={isBusy && !status && !error} leftSection={<IconPlugConnected size={15} />} onClick={() => void rpc.hosts.reconnect({ host: host.id }).catch(() => {}) /* the card shows the reason */}>{t('hosts:connect')}</Button>}
          {host.kind !== 'local' && <Button size="compact-sm" variant="default" leftSection={<IconStethoscope size={15} />} onClick={onExamine}>{t('hosts:doctor.open')}</Button>}
        </Group>
      </Stack>
    </Card>
  );
}

function Latency({ host, status }: { host: HostSummary; status: RemoteStatus | undefined }) {
  const { t } = useTranslation();
  const ms = status?.latencyMs ?? host.latencyMs;
  if (host.state !== 'live' || ms === undefined) return null;
  return <Badge className="numeric" color={ms < 50 ? 'teal' : ms < 200 ? 'yellow' : 'red'} title={t('hosts:latency')}>{t('hosts:ms', { ms: ms < 10 ? ms.toFixed(1) : Math.round(ms) })}</Badge>;
}

function HostMenu({ host, onEdit, onExamine, onInstall }: { host: HostSummary; onEdit: () => void; onExamine: () => void; onInstall: () => void }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const remove = async (): Promise<void> => {
    const isSure = await confirmDanger({ title: t('hosts:remove.title', { host: host.name }), text: t('hosts:remove.text'), confirm: t('hosts:remove.confirm') });
    if (isSure) await attempt(t('hosts:failed.remove'), () => rpc.hosts.remove({ host: host.id }));
  };
  return (
    <Menu>
      <Menu.Target><ActionIcon aria-label={t('frame:table.actionsFor', { name: host.name })}><IconDots size={16} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        {host.kind === 'ssh' && <Menu.Item leftSection={<IconTerminal2 size={16} />} onClick={() => go(`/hosts/${host.id}/terminal`)}>{t('hosts:terminal.open')}</Menu.Item>}
        {host.kind !== 'local' && <Menu.Item leftSection={<IconStethoscope size={16} />} onClick={onExamine}>{t('hosts:doctor.open')}</Menu.Item>}
        {host.kind === 'ssh' && <Menu.Item leftSection={<IconServerBolt size={16} />} onClick={onInstall}>{t('hosts:engine.open')}</Menu.Item>}
        <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>{t('hosts:edit.open')}</Menu.Item>
        {host.kind !== 'local' && <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => void remove()}>{t('hosts:remove.confirm')}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}

// The columns of the container list.
import { Badge, Group, Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { Action } from '../actions.ts';
import type { Column } from '../ui/data-table.tsx';
import { HostBadge } from '../ui/host-badge.tsx';
import { QuickAction, RowMenu } from '../ui/row-actions.tsx';
import { containerActions, healthOf, nameOf, type Container } from './container-actions.ts';
import { Since } from './since.tsx';
import { UsageCell } from './sparkline.tsx';
import { StateBadge } from './state-badge.tsx';

const HEALTH_COLOURS = { healthy: 'teal', unhealthy: 'red', starting: 'yellow' };

/** Where all columns do not fit, those that change all the time give way, one after the other: whose machine it is and what runs stays. */
const NARROW = { memory: 1066, cpu: 942, uptime: 830 };

export function columnsOf(t: TFunction, actions: Action<Container>[]): Column<Container>[] {
  return [
    { id: 'name', label: t('containers:columns.name'), width: 'minmax(104px, 2fr)', sortBy: nameOf, render: (item) => <Text size="sm" fw={560} truncate>{nameOf(item)}</Text> },
    { id: 'state', label: t('containers:columns.state'), width: '146px', sortBy: (item) => item.row.State, render: (item) => <State item={item} t={t} /> },
    { id: 'cpu', hideBelow: NARROW.cpu, label: t('containers:columns.cpu'), width: '96px', render: (item) => <UsageCell item={item} of="cpu" /> },
    { id: 'memory', hideBelow: NARROW.memory, label: t('containers:columns.memory'), width: '108px', render: (item) => <UsageCell item={item} of="memory" /> },
    { id: 'ports', label: t('containers:columns.ports'), width: 'minmax(84px, 1fr)', render: (item) => <Ports item={item} /> },
    { id: 'image', label: t('containers:columns.image'), width: 'minmax(84px, 1.4fr)', sortBy: (item) => item.row.Image, render: (item) => item.row.Image },
    { id: 'uptime', hideBelow: NARROW.uptime, label: t('containers:columns.status'), width: 'minmax(100px, 1fr)', sortBy: (item) => item.row.SinceMs ?? item.row.Created * 1000, render: (item) => <Text size="sm" c="var(--gantry-subtle)" truncate className="numeric"><Since row={item.row} /></Text> },
    { id: 'host', label: t('containers:columns.host'), width: 'minmax(76px, 1fr)', sortBy: (item) => item.host.name, render: (item) => <HostBadge host={item.host} /> },
    { id: 'actions', label: '', width: '62px', render: (item) => <RowTools item={item} actions={actions} /> },
  ];
}

function RowTools({ item, actions }: { item: Container; actions: Action<Container>[] }) {
  const quick = containerActions.find((action) => (action.id === 'start' || action.id === 'stop') && action.appliesTo([item]));
  return <Group gap={2} wrap="nowrap" justify="flex-end">{quick && <QuickAction action={quick} row={item} name={nameOf(item)} />}<RowMenu actions={actions} row={item} name={nameOf(item)} /></Group>;
}

function State({ item, t }: { item: Container; t: TFunction }) {
  const health = healthOf(item);
  return (
    <Group gap={4} wrap="nowrap">
      <StateBadge row={item.row} />
      {health && <Badge size="sm" variant="dot" color={HEALTH_COLOURS[health]}>{t(`container:health.${health}`)}</Badge>}
    </Group>
  );
}

function Ports({ item }: { item: Container }) {
  const published = [...new Set((item.row.Ports ?? []).filter((port) => port.PublicPort !== undefined).map((port) => `${port.PublicPort}→${port.PrivatePort}`))];
  const [first, ...others] = published;
  return (
    <Group gap={4} wrap="nowrap" title={published.join(', ')}>
      {first && <Badge color="gray" size="sm" className="numeric" style={{ flex: 'none' }}>{first}</Badge>}
      {others.length > 0 && <Text size="xs" c="var(--gantry-subtle)">+{others.length}</Text>}
    </Group>
  );
}

// All volumes of the hosts in scope: size, who uses them, when they were last backed up.
import { Anchor, Badge, Button, Group, SegmentedControl, Text, TextInput, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconCalendarClock, IconDatabase, IconLock, IconPlus, IconRecycle, IconSearch } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'wouter';
import { useScopedHosts } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { confirmDanger } from '../ui/confirm.tsx';
import { DataTable, type Column } from '../ui/data-table.tsx';
import { formatAge, formatBytes } from '../ui/format.ts';
import { HostBadge } from '../ui/host-badge.tsx';
import { attempt, notifyDone } from '../ui/notify.ts';
import { Page } from '../ui/page.tsx';
import { RowMenu, SelectionBar, usePaletteActions } from '../ui/row-actions.tsx';
import { EmptyState, FailureNote, LoadingRows } from '../ui/states.tsx';
import { CreateDialog } from './create-dialog.tsx';
import { useVolumes } from './use-volumes.ts';
import { volumeActions } from './volume-actions.tsx';
import { isAnonymous, isEncrypted, shownName, type Volume } from './volume.ts';

const FILTERS = ['all', 'used', 'unused', 'anonymous'] as const;
type Filter = (typeof FILTERS)[number];
const fits = ({ row, users }: Volume, filter: Filter) => filter === 'all' || (filter === 'used' ? users.length > 0 : filter === 'unused' ? users.length === 0 : isAnonymous(row));

export default function VolumesPage() {
  const { t, i18n } = useTranslation();
  const { rows, isLoading, errors, retry } = useVolumes();
  const [search, setSearch] = useState('');
  const [filter, setFilter] = useState<Filter>('all');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isCreating, setCreating] = useState(false);
  const hosts = useScopedHosts();
  const [, go] = useLocation();
  const shown = useMemo(() => rows.filter((volume) => fits(volume, filter) && `${volume.row.Name} ${volume.row.Driver}`.toLowerCase().includes(search.trim().toLowerCase())), [rows, search, filter]);
  const items = useMemo(() => rows.filter((item) => selected.has(item.key)), [rows, selected]);
  const columns = useMemo(() => columnsOf(t, i18n.language, hosts.length > 1), [t, i18n.language, hosts.length]);
  usePaletteActions('volumes', t('volumes:title'), volumeActions, items);
  const idle = rows.filter(({ users, row }) => users.length === 0 && isAnonymous(row));
  const prune = async () => {
    const bytes = idle.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
    if (!(await confirmDanger({ title: t('volumes:prune.title'), text: idle.length === 0 ? t('volumes:prune.nothing') : t('volumes:prune.text', { count: idle.length, size: formatBytes(bytes) }), confirm: t('volumes:prune.submit') }))) return;
    for (const host of new Set(rows.map((row) => row.host.id))) {
      await attempt(t('volumes:prune.title'), async () => {
        const { deleted, reclaimedBytes } = await rpc.volumes.prune({ host, all: false });
        notifyDone(t('volumes:prune.done', { count: deleted.length, size: formatBytes(reclaimedBytes) }));
      });
    }
  };
  const total = rows.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
  return (
    <Page
      fill
      title={t('volumes:title')}
      subtitle={rows.length > 0 && t('volumes:summary', { count: rows.length, size: formatBytes(total) })}
      actions={
        <>
          <Button variant="default" leftSection={<IconRecycle size={16} />} onClick={() => void prune()}>{t('volumes:prune.open')}</Button>
          <Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>{t('volumes:create.open')}</Button>
        </>
      }
    >
      {errors.map(({ host, error }) => <FailureNote key={host.id} title={t('volumes:listFailed', { host: host.name })} error={error} onRetry={retry} />)}
      {isLoading ? <LoadingRows /> : rows.length === 0 && errors.length === 0 ? (
        <EmptyState icon={IconDatabase} title={t('volumes:empty.title')} text={t('volumes:empty.text')}><Button leftSection={<IconPlus size={16} />} onClick={() => setCreating(true)}>{t('volumes:create.open')}</Button></EmptyState>
      ) : (
        <>
          <Group gap="sm">
            <TextInput value={search} onChange={(event) => setSearch(event.currentTarget.value)} placeholder={t('volumes:search')} aria-label={t('volumes:search')} leftSection={<IconSearch size={15} />} w={300} />
            <SegmentedControl size="sm" value={filter} onChange={(value) => setFilter(value as Filter)} data={FILTERS.map((value) => ({ value, label: t(`volumes:filter.${value}`) }))} aria-label={t('volumes:filter.label')} />
          </Group>
          <SelectionBar actions={volumeActions} items={items} onClear={() => setSelected(new Set())} />
          <DataTable label={t('volumes:title')} rows={shown} columns={columns} keyOf={(item) => item.key} nameOf={({ row }) => shownName(row)} defaultSort={{ column: 'name', descending: false }} selected={selected} onSelect={setSelected} onOpen={({ host, row }) => go(`/volumes/${host.id}/${encodeURIComponent(row.Name)}`)} onKey={(key) => key === 'Delete' && items.length > 0 && void volumeActions.at(-1)?.perform(items)} />
        </>
      )}
      <CreateDialog opened={isCreating} onClose={() => setCreating(false)} />
    </Page>
  );
}

function columnsOf(t: TFunction, language: string, severalHosts: boolean): Column<Volume>[] {
  return [
    { id: 'name', label: t('volumes:columns.name'), width: 'minmax(180px, 2.4fr)', sortBy: ({ row }) => row.Name, render: (item) => <Name volume={item} t={t} /> },
    { id: 'driver', label: t('volumes:columns.driver'), width: '90px', hideBelow: 820, sortBy: ({ row }) => row.Driver, render: ({ row }) => row.Driver },
    { id: 'size', label: t('volumes:columns.size'), width: '92px', align: 'right', sortBy: ({ sizeBytes }) => sizeBytes ?? -1, render: ({ sizeBytes }) => (sizeBytes === undefined ? '–' : formatBytes(sizeBytes)) },
    { id: 'used', label: t('volumes:columns.used'), width: 'minmax(120px, 1.4fr)', sortBy: ({ users }) => users.length, render: ({ users }) => <Group gap={6} wrap="nowrap">{users.slice(0, 2).map(({ host, row }) => <Anchor key={row.Id} component={Link} href={`/containers/${host.id}/${row.Id}`} size="sm" truncate>{(row.Names[0] ?? '').replace(/^\//, '')}</Anchor>)}{users.length > 2 && <Badge size="xs" color="gray">+{users.length - 2}</Badge>}</Group> },
    {
      id: 'backup', label: t('volumes:columns.backup'), width: '150px', sortBy: ({ lastBackup }) => lastBackup?.createdAtMs ?? 0,
      render: ({ lastBackup, schedule }) => (
        <Group gap={6} wrap="nowrap">
          <Text size="sm" {...(!lastBackup && { c: 'var(--gantry-subtle)' })} truncate>{lastBackup ? formatAge(lastBackup.createdAtMs, language) : t('volumes:never')}</Text>
          {schedule && <Tooltip label={t('volumes:schedule.summary', { hours: schedule.everyHours, keep: schedule.keep })}><IconCalendarClock size={15} color={schedule.lastError === undefined ? 'var(--mantine-color-teal-6)' : 'var(--mantine-color-red-6)'} aria-label={t('volumes:schedule.has')} /></Tooltip>}
        </Group>
      ),
    },
    ...(severalHosts ? [{ id: 'host', label: t('volumes:columns.host'), width: '112px', sortBy: ({ host }: Volume) => host.name, render: ({ host }: Volume) => <HostBadge host={host} /> }] : []),
    { id: 'actions', label: '', width: '40px', render: (item) => <RowMenu actions={volumeActions} row={item} name={shownName(item.row)} /> },
  ];
}

function Name({ volume: { row, isIncomplete }, t }: { volume: Volume; t: TFunction }) {
  return (
    <Group gap={6} wrap="nowrap">
      <Text size="sm" fw={560} truncate {...(isAnonymous(row) && { ff: 'monospace', c: 'var(--gantry-subtle)' })}>{shownName(row)}</Text>
      {isEncrypted(row) && <IconLock size={14} aria-label={t('volumes:encrypted')} />}
      {isAnonymous(row) && <Badge size="xs" color="gray">{t('volumes:anonymous')}</Badge>}
      {isIncomplete && <Badge size="xs" color="orange" leftSection={<IconAlertTriangle size={10} />}>{t('volumes:incomplete')}</Badge>}
    </Group>
  );
}

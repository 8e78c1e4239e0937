// All builds of the hosts in scope, newest first, whoever started them.
import { Button, Group, Progress, SegmentedControl, Text, TextInput } from '@mantine/core';
import { IconHammer, IconPlus, IconRecycle, IconSearch } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { BuildRow } from '../../main/contract/builds.ts';
import { useRows } from '../queries.ts';
import { DataTable, type Column } from '../ui/data-table.tsx';
import { formatAge, formatBytes, formatDuration } from '../ui/format.ts';
import { HostBadge } from '../ui/host-badge.tsx';
import { Page } from '../ui/page.tsx';
import { RowMenu, SelectionBar, usePaletteActions } from '../ui/row-actions.tsx';
import { EmptyState, FailureNote, LoadingRows } from '../ui/states.tsx';
import { buildActions, buildName, type Build } from './build-actions.tsx';
import { CacheDialog } from './cache-dialog.tsx';
import { StateBadge } from './state-mark.tsx';

type StateFilter = 'all' | BuildRow['state'];
const FILTERS: StateFilter[] = ['all', 'running', 'done', 'failed'];

export default function BuildsPage() {
  const { t, i18n } = useTranslation();
  const { rows, isLoading, errors, retry } = useRows('builds');
  const [search, setSearch] = useState('');
  const [state, setState] = useState<StateFilter>('all');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isCacheOpen, setCacheOpen] = useState(false);
  const [, go] = useLocation();
  const shown = useMemo(() => {
    const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
    return rows.filter(({ row }) => (state === 'all' || row.state === state) && words.every((word) => `${row.request.tags.join(' ')} ${row.id} ${row.request.remote} ${row.error ?? ''}`.toLowerCase().includes(word)));
  }, [rows, search, state]);
  const items = useMemo(() => rows.filter((item) => selected.has(item.key)), [rows, selected]);
  const columns = useMemo(() => columnsOf(t, i18n.language), [t, i18n.language]);
  usePaletteActions('builds', t('builds:title'), buildActions, items);
  const create = <Button leftSection={<IconPlus size={16} />} onClick={() => go('/builds/new')}>{t('builds:new')}</Button>;

  return (
    <Page
      fill
      title={t('builds:title')}
      subtitle={rows.length > 0 && t('builds:summary', { count: rows.length })}
      actions={<><Button variant="default" leftSection={<IconRecycle size={16} />} onClick={() => setCacheOpen(true)}>{t('builds:cache.open')}</Button>{create}</>}
    >
      {errors.map(({ host, error }) => <FailureNote key={host.id} title={t('builds:listFailed', { host: host.name })} error={error} onRetry={retry} />)}
      {isLoading ? <LoadingRows /> : rows.length === 0 && errors.length === 0 ? (
        <EmptyState icon={IconHammer} title={t('builds:empty.title')} text={t('builds:empty.text')}>{create}</EmptyState>
      ) : (
        <>
          <Group gap="sm">
            <TextInput value={search} onChange={(event) => setSearch(event.currentTarget.value)} placeholder={t('builds:search')} aria-label={t('builds:search')} leftSection={<IconSearch size={15} />} w={320} />
            <SegmentedControl value={state} onChange={(value) => setState(value as StateFilter)} data={FILTERS.map((value) => ({ value, label: value === 'all' ? t('builds:allStates') : t(`builds:state.${value}`) }))} aria-label={t('builds:columns.state')} />
          </Group>
          <SelectionBar actions={buildActions} items={items} onClear={() => setSelected(new Set())} />
          <DataTable label={t('builds:title')} rows={shown} columns={columns} keyOf={(item) => item.key} nameOf={buildName} defaultSort={{ column: 'started', descending: true }} selected={selected} onSelect={setSelected} onOpen={(item) => go(`/builds/${item.host.id}/${item.row.id}`)} onKey={(key) => key === 'Delete' && items.length > 0 && void buildActions.at(-1)?.perform(items)} />
        </>
      )}
      <CacheDialog opened={isCacheOpen} onClose={() => setCacheOpen(false)} />
    </Page>
  );
}

const durationMs = ({ row }: Build): number => (row.endedAtMs ?? Date.now()) - row.startedAtMs;

function columnsOf(t: TFunction, language: string): Column<Build>[] {
  return [
    { id: 'state', label: t('builds:columns.state'), width: '116px', sortBy: ({ row }) => row.state, render: ({ row }) => <StateBadge state={row.state} /> },
    { id: 'name', label: t('builds:columns.name'), width: 'minmax(220px, 3fr)', sortBy: buildName, render: (item) => <Name build={item} /> },
    { id: 'cache', label: t('builds:columns.cache'), width: 'minmax(120px, 1fr)', sortBy: ({ row }) => row.cachedSteps / Math.max(1, row.steps), render: ({ row }) => row.steps > 0 && <Cached cached={row.cachedSteps} steps={row.steps} label={t('builds:cachedOf', { cached: row.cachedSteps, steps: row.steps })} /> },
    { id: 'duration', label: t('builds:columns.duration'), width: '110px', align: 'right', sortBy: durationMs, render: (item) => (item.row.endedAtMs === null ? '…' : formatDuration(durationMs(item))) },
    { id: 'size', label: t('builds:columns.size'), width: '96px', align: 'right', sortBy: ({ row }) => row.sizeBytes ?? -1, render: ({ row }) => (row.sizeBytes === null ? '–' : formatBytes(row.sizeBytes)) },
    { id: 'started', label: t('builds:columns.started'), width: '140px', sortBy: ({ row }) => row.startedAtMs, render: ({ row }) => formatAge(row.startedAtMs, language) },
    { id: 'host', label: t('builds:columns.host'), width: '120px', sortBy: (item) => item.host.name, render: (item) => <HostBadge host={item.host} /> },
    { id: 'actions', label: '', width: '40px', render: (item) => <RowMenu actions={buildActions} row={item} name={buildName(item)} /> },
  ];
}

function Name({ build }: { build: Build }) {
  const { row } = build;
  return (
    <div style={{ minWidth: 0 }}>
      <Text size="sm" fw={560} truncate>{buildName(build)}</Text>
      {row.error !== null && row.state === 'failed' && <Text size="xs" c="red" truncate title={row.error}>{row.error.split('\n')[0]}</Text>}
    </div>
  );
}

function Cached({ cached, steps, label }: { cached: number; steps: number; label: string }) {
  return (
    <Group gap={8} wrap="nowrap">
      <Progress value={steps === 0 ? 0 : (cached / steps) * 100} color="violet" w={56} size="sm" aria-label={label} />
      <Text size="xs" c="var(--gantry-subtle)" className="numeric">{cached}/{steps}</Text>
    </Group>
  );
}

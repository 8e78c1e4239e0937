// All containers of the hosts in scope, by project, live.
import { Button, Group } from '@mantine/core';
import { IconBox, IconFileText, IconPlayerPlay } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearchParams } from 'wouter';
import type { Action } from '../actions.ts';
import { useRows } from '../queries.ts';
import { createKeptStore, useStore } from '../store.ts';
import { DataTable } from '../ui/data-table.tsx';
import { Page } from '../ui/page.tsx';
import { SelectionBar, usePaletteActions } from '../ui/row-actions.tsx';
import { EmptyState, FailureNote, LoadingRows } from '../ui/states.tsx';
import { columnsOf } from './columns.tsx';
import { containerActions, nameOf, projectOf, type Container } from './container-actions.ts';
import { FilterBar } from './filter-bar.tsx';
import { filterOf } from './filters.ts';
import { GroupHead } from './group-head.tsx';
import { RunForm } from './run-form.tsx';

const isGroupedStore = createKeptStore('containers.grouped', true);
const closedStore = createKeptStore<string[]>('containers.closed', []);

export default function ContainersPage() {
  const { t } = useTranslation();
  const { rows, isLoading, errors, retry } = useRows('containers');
  const [query, setQuery] = useSearchParams();
  const [, go] = useLocation();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isRunOpen, setRunOpen] = useState(query.has('run'));
  const isGrouped = useStore(isGroupedStore);
  const closedList = useStore(closedStore);
  const closed = useMemo(() => new Set(closedList), [closedList]);
  const filter = query.get('filter') ?? '';
  const shown = useMemo(() => rows.filter(filterOf(filter)), [rows, filter]);
  const items = useMemo(() => rows.filter((item) => selected.has(item.key)), [rows, selected]);
  const columns = useMemo(() => columnsOf(t), [t]);
  const actions = useMemo((): Action<Container>[] => [...containerActions, { id: 'logs', label: 'containers:actions.logs', icon: IconFileText, appliesTo: (chosen) => chosen.length > 1 && chosen.length <= 36 && chosen.every((item) => item.host.id === chosen[0]?.host.id), perform: (chosen) => go(`/logs/${chosen[0]?.host.id}?ids=${chosen.map((item) => item.row.Id.slice(0, 12)).join(',')}`) }], [go]);
  usePaletteActions('containers', t('containers:title'), actions, items);
  const change = (name: string, value: string | undefined) => setQuery((now) => {
    const next = new URLSearchParams(now);
    if (value) next.set(name, value);
    else next.delete(name);
    return next;
  }, { replace: true });
  const closeRun = () => {
    setRunOpen(false);
    if (query.has('run')) setQuery({});
  };
  const running = rows.filter((item) => item.row.State === 'running').length;
  const fold = (group: string) => closedStore.set((now) => (now.includes(group) ? now.filter((other) => other !== group) : [...now, group]));

  return (
    <Page fill title={t('containers:title')} subtitle={t('containers:summary', { running, total: rows.length })} actions={<Button leftSection={<IconPlayerPlay size={16} />} onClick={() => setRunOpen(true)}>{t('containers:run.open')}</Button>}>
      {errors.map(({ host, error }) => <FailureNote key={host.id} title={t('containers:listFailed', { host: host.name })} error={error} onRetry={retry} />)}
      <FilterBar text={filter} onText={(text) => change('filter', text)} isGrouped={isGrouped} onGrouped={isGroupedStore.set} rows={rows} />
      <SelectionBar actions={actions} items={items} onClear={() => setSelected(new Set())} />
      {isLoading ? (
        <LoadingRows />
      ) : rows.length === 0 && errors.length === 0 ? (
        <EmptyState icon={IconBox} title={t('containers:empty.title')} text={t('containers:empty.text')}>
          <Group><Button onClick={() => setRunOpen(true)}>{t('containers:run.open')}</Button><Button variant="default" onClick={() => go('/images')}>{t('containers:empty.images')}</Button></Group>
        </EmptyState>
      ) : (
        <DataTable
          label={t('containers:title')}
          rows={shown}
          columns={columns}
          keyOf={(item) => item.key}
          nameOf={nameOf}
          selected={selected}
          onSelect={setSelected}
          onOpen={(item) => go(`/containers/${item.host.id}/${item.row.Id}`)}
          onKey={(key) => { if (key === 'Delete' && items.length > 0) void containerActions.find((action) => action.shortcut === 'Delete')?.perform(items); }}
          {...(isGrouped ? { groupOf: projectOf, closedGroups: closed, renderGroup: (group: string, inside: Container[]) => <GroupHead group={group} items={inside} isClosed={closed.has(group)} onFold={() => fold(group)} /> } : {})}
        />
      )}
      <RunForm opened={isRunOpen} image={query.get('run') ?? ''} host={query.get('host') ?? undefined} onClose={closeRun} />
    </Page>
  );
}

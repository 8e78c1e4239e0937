// All containers of the hosts in scope, by project, live.
import { Button, Group } from '@mantine/core';
import { IconBox, IconFilterOff, IconPlayerPlay, IconRecycle } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearchParams } from 'wouter';
import { useRows } from '../queries.ts';
import { createKeptStore, useStore } from '../store.ts';
import { DataTable } from '../ui/data-table.tsx';
import { Page } from '../ui/page.tsx';
import { performByKey, SelectionBar, usePaletteActions } from '../ui/row-actions.tsx';
import { EmptyState, FailureNote, LoadingRows } from '../ui/states.tsx';
import { columnsOf } from './columns.tsx';
import { containerActions, nameOf, projectOf, type Container } from './container-actions.ts';
import { FilterBar } from './filter-bar.tsx';
import { filterOf } from './filters.ts';
import { GroupHead } from './group-head.tsx';
import { isOver, pruneContainers } from './prune.ts';
import { RunForm } from './run-form.tsx';
import { viewActions } from './view-actions.ts';

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
  const present = useMemo(() => new Set(items.map((item) => item.key)), [items]); // without those that were removed meanwhile
  const actions = useMemo(() => [...viewActions(go), ...containerActions], [go]);
  const columns = useMemo(() => columnsOf(t, actions), [t, actions]);
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
    <Page fill title={t('containers:title')} subtitle={t('containers:summary', { running, total: rows.length })} actions={<><Button variant="default" leftSection={<IconRecycle size={16} />} disabled={!rows.some(isOver)} onClick={() => void pruneContainers(rows.filter(isOver))}>{t('containers:prune.open')}</Button><Button leftSection={<IconPlayerPlay size={16} />} onClick={() => setRunOpen(true)}>{t('containers:run.open')}</Button></>}>
      {errors.map(({ host, error }) => <FailureNote key={host.id} title={t('containers:listFailed', { host: host.name })} error={error} onRetry={retry} />)}
      <FilterBar text={filter} onText={(text) => change('filter', text)} isGrouped={isGrouped} onGrouped={isGroupedStore.set} rows={rows} />
      <SelectionBar actions={actions} items={items} onClear={() => setSelected(new Set())} />
      {isLoading ? (
        <LoadingRows />
      ) : rows.length === 0 && errors.length === 0 ? (
        <EmptyState icon={IconBox} title={t('containers:empty.title')} text={t('containers:empty.text')}>
          <Group><Button onClick={() => setRunOpen(true)}>{t('containers:run.open')}</Button><Button variant="default" onClick={() => go('/images')}>{t('containers:empty.images')}</Button></Group>
        </EmptyState>
      ) : shown.length === 0 && rows.length > 0 ? (
        <EmptyState icon={IconFilterOff} title={t('containers:filter.nothing')} text={t('containers:filter.nothingText', { count: rows.length })}><Button variant="default" onClick={() => change('filter', undefined)}>{t('containers:filter.clear')}</Button></EmptyState>
      ) : (
        <DataTable
          label={t('containers:title')}
          rows={shown}
          columns={columns}
          keyOf={(item) => item.key}
          nameOf={nameOf}
          selected={present}
          onSelect={setSelected}
          onOpen={(item) => go(`/containers/${item.host.id}/${item.row.Id}`)}
          onKey={(_key, event, current) => performByKey(actions, event, items, current)}
          {...(isGrouped ? { groupOf: projectOf, closedGroups: closed, renderGroup: (group: string, inside: Container[]) => <GroupHead group={group} items={inside} isClosed={closed.has(group)} onFold={() => fold(group)} /> } : {})}
        />
      )}
      <RunForm opened={isRunOpen} image={query.get('run') ?? ''} host={query.get('host') ?? undefined} volume={query.get('volume') ?? undefined} onClose={closeRun} />
    </Page>
  );
}

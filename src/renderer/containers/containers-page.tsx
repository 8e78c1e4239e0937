// All containers of the hosts in scope.
import { Badge, Button, Group, Text, TextInput } from '@mantine/core';
import { IconBox, IconPlayerPlay, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearchParams } from 'wouter';
import { useRows } from '../queries.ts';
import { DataTable, type Column } from '../ui/data-table.tsx';
import { formatAge } from '../ui/format.ts';
import { HostBadge } from '../ui/host-badge.tsx';
import { Page } from '../ui/page.tsx';
import { RowMenu, SelectionBar, usePaletteActions } from '../ui/row-actions.tsx';
import { EmptyState, FailureNote, LoadingRows } from '../ui/states.tsx';
import { containerActions, nameOf, type Container } from './container-actions.ts';
import { RunForm } from './run-form.tsx';
import { StateBadge } from './state-badge.tsx';

export default function ContainersPage() {
  const { t, i18n } = useTranslation();
  const { rows, isLoading, errors, retry } = useRows('containers');
  const [search, setSearch] = useState('');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [query, setQuery] = useSearchParams();
  const [isRunOpen, setRunOpen] = useState(query.has('run'));
  const [, go] = useLocation();
  const shown = useMemo(() => {
    const text = search.trim().toLowerCase();
    return text === '' ? rows : rows.filter((item) => `${nameOf(item)} ${item.row.Image} ${item.row.Id} ${item.row.State}`.toLowerCase().includes(text));
  }, [rows, search]);
  const items = useMemo(() => rows.filter((item) => selected.has(item.key)), [rows, selected]);
  const columns = useMemo(() => columnsOf(t, i18n.language), [t, i18n.language]);
  usePaletteActions('containers', t('containers:title'), containerActions, items);
  const closeRun = () => {
    setRunOpen(false);
    if (query.has('run')) setQuery({});
  };
  const running = rows.filter((item) => item.row.State === 'running').length;

  return (
    <Page
      fill
      title={t('containers:title')}
      subtitle={t('containers:summary', { running, total: rows.length })}
      actions={<Button leftSection={<IconPlayerPlay size={16} />} onClick={() => setRunOpen(true)}>{t('containers:run.open')}</Button>}
    >
      {errors.map(({ host, error }) => <FailureNote key={host.id} title={t('containers:listFailed', { host: host.name })} error={error} onRetry={retry} />)}
      <TextInput value={search} onChange={(event) => setSearch(event.currentTarget.value)} placeholder={t('containers:search')} aria-label={t('containers:search')} leftSection={<IconSearch size={15} />} maw={340} />
      <SelectionBar actions={containerActions} items={items} onClear={() => setSelected(new Set())} />
      {isLoading ? (
        <LoadingRows />
      ) : rows.length === 0 && errors.length === 0 ? (
        <EmptyState icon={IconBox} title={t('containers:empty.title')} text={t('containers:empty.text')}>
          <Button onClick={() => setRunOpen(true)}>{t('containers:run.open')}</Button>
          <Button variant="default" onClick={() => go('/images')}>{t('containers:empty.images')}</Button>
        </EmptyState>
      ) : (
        <DataTable label={t('containers:title')} rows={shown} columns={columns} keyOf={(item) => item.key} nameOf={nameOf} selected={selected} onSelect={setSelected} onOpen={(item) => go(`/containers/${item.host.id}/${item.row.Id}`)} onKey={(key) => key === 'Delete' && void containerActions.at(-1)?.perform(items)} />
      )}
      <RunForm opened={isRunOpen} image={query.get('run') ?? ''} host={query.get('host') ?? undefined} onClose={closeRun} />
    </Page>
  );
}

function columnsOf(t: (key: string) => string, language: string): Column<Container>[] {
  return [
    { id: 'name', label: t('containers:columns.name'), width: 'minmax(180px, 2fr)', sortBy: nameOf, render: (item) => <Text size="sm" fw={560} truncate>{nameOf(item)}</Text> },
    { id: 'state', label: t('containers:columns.state'), width: '130px', sortBy: (item) => item.row.State, render: (item) => <StateBadge state={item.row.State} status={item.row.Status} /> },
    { id: 'image', label: t('containers:columns.image'), width: 'minmax(140px, 2fr)', sortBy: (item) => item.row.Image, render: (item) => item.row.Image },
    { id: 'ports', label: t('containers:columns.ports'), width: 'minmax(110px, 1fr)', render: (item) => <Ports item={item} /> },
    { id: 'status', label: t('containers:columns.status'), width: 'minmax(120px, 1fr)', render: (item) => <Text size="sm" c="var(--gantry-subtle)" truncate>{item.row.Status}</Text> },
    { id: 'created', label: t('containers:columns.created'), width: '130px', sortBy: (item) => item.row.Created, render: (item) => formatAge(item.row.Created * 1000, language) },
    { id: 'host', label: t('containers:columns.host'), width: '120px', sortBy: (item) => item.host.name, render: (item) => <HostBadge host={item.host} /> },
    { id: 'actions', label: '', width: '40px', render: (item) => <RowMenu actions={containerActions} row={item} name={nameOf(item)} /> },
  ];
}

function Ports({ item }: { item: Container }) {
  const published = [...new Set(item.row.Ports.filter((port) => port.PublicPort !== undefined).map((port) => `${port.PublicPort}→${port.PrivatePort}`))];
  return <Group gap={4} wrap="nowrap">{published.slice(0, 2).map((text) => <Badge key={text} color="gray" size="sm" className="numeric">{text}</Badge>)}</Group>;
}

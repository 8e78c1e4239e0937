// All images of the hosts in scope.
import { Text, TextInput } from '@mantine/core';
import { IconSearch, IconStack2 } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRows } from '../queries.ts';
import { DataTable, type Column } from '../ui/data-table.tsx';
import { formatAge, formatBytes, shortId } from '../ui/format.ts';
import { HostBadge } from '../ui/host-badge.tsx';
import { Page } from '../ui/page.tsx';
import { EmptyState, FailureNote, LoadingRows } from '../ui/states.tsx';
import { imageName, type Image } from './image.ts';

export default function ImagesPage() {
  const { t, i18n } = useTranslation();
  const { rows, isLoading, errors, retry } = useRows('images');
  const [search, setSearch] = useState('');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(() => {
    const text = search.trim().toLowerCase();
    return text === '' ? rows : rows.filter((item) => `${(item.row.RepoTags ?? []).join(' ')} ${item.row.Id}`.toLowerCase().includes(text));
  }, [rows, search]);
  const columns = useMemo(() => columnsOf(t, i18n.language), [t, i18n.language]);
  return (
    <Page fill title={t('images:title')} subtitle={t('images:summary', { count: rows.length })}>
      {errors.map(({ host, error }) => <FailureNote key={host.id} title={t('images:listFailed', { host: host.name })} error={error} onRetry={retry} />)}
      <TextInput value={search} onChange={(event) => setSearch(event.currentTarget.value)} placeholder={t('images:search')} aria-label={t('images:search')} leftSection={<IconSearch size={15} />} maw={340} />
      {isLoading ? <LoadingRows /> : rows.length === 0 && errors.length === 0 ? (
        <EmptyState icon={IconStack2} title={t('images:empty.title')} text={t('images:empty.text')} />
      ) : (
        <DataTable label={t('images:title')} rows={shown} columns={columns} keyOf={(item) => item.key} nameOf={imageName} selected={selected} onSelect={setSelected} />
      )}
    </Page>
  );
}

function columnsOf(t: (key: string) => string, language: string): Column<Image>[] {
  return [
    { id: 'name', label: t('images:columns.name'), width: 'minmax(220px, 3fr)', sortBy: imageName, render: (item) => <Text size="sm" fw={560} truncate>{imageName(item)}</Text> },
    { id: 'id', label: t('images:columns.id'), width: '130px', render: (item) => <Text size="xs" ff="monospace" c="var(--gantry-subtle)">{shortId(item.row.Id)}</Text> },
    { id: 'size', label: t('images:columns.size'), width: '100px', align: 'right', sortBy: (item) => item.row.Size, render: (item) => formatBytes(item.row.Size) },
    { id: 'created', label: t('images:columns.created'), width: '140px', sortBy: (item) => item.row.Created, render: (item) => formatAge(item.row.Created * 1000, language) },
    { id: 'host', label: t('images:columns.host'), width: '120px', sortBy: (item) => item.host.name, render: (item) => <HostBadge host={item.host} /> },
  ];
}

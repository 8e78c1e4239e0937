// All networks of the hosts in scope: as a table, or as a picture of one host.
import { Badge, Button, Group, SegmentedControl, Text, TextInput } from '@mantine/core';
import { IconNetwork, IconPlus, IconRecycle, IconRoute, IconSearch } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearchParams } from 'wouter';
import { rpc } from '../rpc.ts';
import { confirmDanger } from '../ui/confirm.tsx';
import { DataTable, type Column } from '../ui/data-table.tsx';
import { HostBadge } from '../ui/host-badge.tsx';
import { attempt, notifyDone } from '../ui/notify.ts';
import { Page } from '../ui/page.tsx';
import { RowMenu, SelectionBar, usePaletteActions } from '../ui/row-actions.tsx';
import { EmptyState, FailureNote, LoadingRows } from '../ui/states.tsx';
import { CreateDialog } from './create-dialog.tsx';
import { networkActions } from './network-actions.tsx';
import { isPredefined, subnetsOf, type Network } from './network.ts';
import { ReachDialog } from './reach-dialog.tsx';
import { TopologyView } from './topology-view.tsx';
import { deviceOf } from './topology.ts';
import { useNetworks } from './use-networks.ts';

export default function NetworksPage() {
  const { t } = useTranslation();
  const { rows, containers, isLoading, errors, retry } = useNetworks();
  const [query, setQuery] = useSearchParams();
  const view = query.get('view') === 'picture' ? 'picture' : 'table';
  const [search, setSearch] = useState('');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<'create' | 'reach'>();
  const [, go] = useLocation();
  const shown = useMemo(() => rows.filter(({ row }) => `${row.Name} ${row.Driver} ${subnetsOf(row).join(' ')} ${row.Id}`.toLowerCase().includes(search.trim().toLowerCase())), [rows, search]);
  const items = useMemo(() => rows.filter((item) => selected.has(item.key)), [rows, selected]);
  const hosts = useMemo(() => [...new Map(rows.map(({ host }) => [host.id, host])).values()], [rows]);
  const columns = useMemo(() => columnsOf(t, hosts.length > 1), [t, hosts.length]);
  const pictured = hosts.find(({ id }) => id === query.get('host')) ?? hosts[0];
  usePaletteActions('networks', t('networks:title'), networkActions, items);
  const prune = async () => {
    const idle = rows.filter(({ row, members }) => !isPredefined(row) && members.length === 0);
    if (!(await confirmDanger({ title: t('networks:prune.title'), text: idle.length === 0 ? t('networks:prune.nothing') : t('networks:prune.text', { names: idle.map(({ row }) => row.Name).join(', ') }), confirm: t('networks:prune.submit') }))) return;
    for (const host of hosts) await attempt(t('networks:prune.title'), async () => notifyDone(t('networks:prune.done', { count: (await rpc.networks.prune({ host: host.id })).deleted.length })));
  };
  return (
    <Page
      fill
      title={t('networks:title')}
      subtitle={rows.length > 0 && t('networks:summary', { count: rows.length })}
      actions={
        <>
          <Button variant="default" leftSection={<IconRoute size={16} />} onClick={() => setOpen('reach')}>{t('networks:reach.open')}</Button>
          <Button variant="default" leftSection={<IconRecycle size={16} />} onClick={() => void prune()}>{t('networks:prune.open')}</Button>
          <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen('create')}>{t('networks:create.open')}</Button>
        </>
      }
    >
      {errors.map(({ host, error }) => <FailureNote key={host.id} title={t('networks:listFailed', { host: host.name })} error={error} onRetry={retry} />)}
      {isLoading ? <LoadingRows /> : rows.length === 0 && errors.length === 0 ? <EmptyState icon={IconNetwork} title={t('networks:empty.title')} text={t('networks:empty.text')} /> : (
        <>
          <Group gap="sm">
            <SegmentedControl size="sm" value={view} onChange={(next) => setQuery(next === 'picture' ? { view: 'picture' } : {})} data={['table', 'picture'].map((value) => ({ value, label: t(`networks:view.${value}`) }))} aria-label={t('networks:view.label')} />
            {view === 'picture' && hosts.length > 1 && <SegmentedControl size="sm" value={pictured?.id ?? ''} onChange={(host) => setQuery({ view: 'picture', host })} data={hosts.map(({ id, name }) => ({ value: id, label: name }))} aria-label={t('hosts.host')} />}
            {view === 'table' && <TextInput value={search} onChange={(event) => setSearch(event.currentTarget.value)} placeholder={t('networks:search')} aria-label={t('networks:search')} leftSection={<IconSearch size={15} />} w={300} />}
          </Group>
          {view === 'picture' ? pictured && <TopologyView key={pictured.id} host={pictured} networks={rows.filter((item) => item.host.id === pictured.id)} containers={containers.filter((item) => item.host.id === pictured.id)} /> : (
            <>
              <SelectionBar actions={networkActions} items={items} onClear={() => setSelected(new Set())} />
              <DataTable label={t('networks:title')} rows={shown} columns={columns} keyOf={(item) => item.key} nameOf={({ row }) => row.Name} defaultSort={{ column: 'name', descending: false }} selected={selected} onSelect={setSelected} onOpen={({ host, row }) => go(`/networks/${host.id}/${row.Id}`)} onKey={(key) => key === 'Delete' && networkActions[1]?.appliesTo(items) && void networkActions[1].perform(items)} />
            </>
          )}
        </>
      )}
      <CreateDialog opened={open === 'create'} onClose={() => setOpen(undefined)} />
      <ReachDialog opened={open === 'reach'} onClose={() => setOpen(undefined)} />
    </Page>
  );
}

function columnsOf(t: TFunction, severalHosts: boolean): Column<Network>[] {
  const subtle = (text: string) => <Text size="xs" ff="monospace" c="var(--gantry-subtle)" truncate>{text}</Text>;
  return [
    { id: 'name', label: t('networks:columns.name'), width: 'minmax(160px, 2fr)', sortBy: ({ row }) => row.Name, render: ({ row }) => <Group gap={6} wrap="nowrap"><Text size="sm" fw={560} truncate>{row.Name}</Text>{isPredefined(row) && <Badge size="xs" color="gray">{t('networks:predefined')}</Badge>}{row.Internal && <Badge size="xs" color="yellow">{t('networks:internal')}</Badge>}</Group> },
    { id: 'driver', label: t('networks:columns.driver'), width: '96px', sortBy: ({ row }) => row.Driver, render: ({ row }) => row.Driver },
    { id: 'subnet', label: t('networks:columns.subnet'), width: 'minmax(150px, 1.4fr)', sortBy: ({ row }) => subnetsOf(row)[0] ?? '', render: ({ row }) => subtle(subnetsOf(row).join(' ')) },
    { id: 'device', label: t('networks:columns.device'), width: '132px', hideBelow: 820, render: ({ row }) => subtle(deviceOf(row)) },
    { id: 'members', label: t('networks:columns.members'), width: 'minmax(120px, 1fr)', sortBy: ({ members }) => members.length, render: ({ members }) => members.length > 0 && <Badge color="teal" size="sm">{t('networks:members', { count: members.length })}</Badge> },
    ...(severalHosts ? [{ id: 'host', label: t('networks:columns.host'), width: '112px', sortBy: ({ host }: Network) => host.name, render: ({ host }: Network) => <HostBadge host={host} /> }] : []),
    { id: 'actions', label: '', width: '40px', render: (item) => <RowMenu actions={networkActions} row={item} name={item.row.Name} /> },
  ];
}

// One network: what it is, who is on it with which addresses, everything the engine says.
import { ActionIcon, Anchor, Badge, Breadcrumbs, Button, Group, Paper, Stack, Table, Tabs, Text, Tooltip } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'wouter';
import type { NetworkRow } from '../../main/contract/networks.ts';
import { JsonTree } from '../containers/json-tree.tsx';
import { useHost } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { HostBadge } from '../ui/host-badge.tsx';
import { attempt } from '../ui/notify.ts';
import { Page } from '../ui/page.tsx';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { networkActions } from './network-actions.tsx';
import { gatewaysOf, subnetsOf } from './network.ts';
import { deviceOf } from './topology.ts';
import { useNetworks } from './use-networks.ts';

export default function NetworkPage() {
  const { t } = useTranslation();
  const params = useParams();
  const hostId = params['host'] ?? '';
  const id = decodeURIComponent(params['id'] ?? '');
  const host = useHost(hostId);
  const { rows } = useNetworks();
  const network = rows.find((item) => item.host.id === hostId && item.row.Id === id);
  const detail = useQuery({ queryKey: [hostId, 'networks', id], queryFn: ({ signal }) => rpc.networks.inspect({ host: hostId, id }, { signal }) });
  const crumbs = <Breadcrumbs fz="sm"><Anchor component={Link} href="/networks">{t('networks:title')}</Anchor><span>{detail.data?.Name ?? id.slice(0, 12)}</span></Breadcrumbs>;
  if (detail.isPending) return <LoadingRows />;
  if (detail.isError) return <Page title={id.slice(0, 12)} before={crumbs}><FailureNote title={t('networks:gone')} error={detail.error} onRetry={() => void detail.refetch()} /></Page>;
  const row = detail.data;
  return (
    <Page
      before={crumbs}
      title={row.Name}
      subtitle={<Group gap="xs" mt={4}>{host && <HostBadge host={host} />}<Badge color="gray">{row.Driver}</Badge>{row.Internal && <Badge color="yellow">{t('networks:internal')}</Badge>}{row.EnableIPv6 && <Badge color="blue">IPv6</Badge>}<Text size="sm" ff="monospace">{subnetsOf(row).join(' ')}</Text></Group>}
      actions={network && networkActions.filter((action) => action.appliesTo([network])).map((action, index) => <Button key={action.id} size="xs" variant={index === 0 ? 'filled' : 'default'} leftSection={<action.icon size={15} />} onClick={() => void action.perform([network])}>{t(action.label)}</Button>)}
    >
      <Tabs defaultValue="members" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="members">{t('networks:tabs.members')}</Tabs.Tab>
          <Tabs.Tab value="facts">{t('networks:tabs.facts')}</Tabs.Tab>
          <Tabs.Tab value="inspect">{t('networks:tabs.inspect')}</Tabs.Tab>
        </Tabs.List>
        <Stack pt="md">
          <Tabs.Panel value="members"><Members host={hostId} network={row} /></Tabs.Panel>
          <Tabs.Panel value="facts"><Facts network={row} /></Tabs.Panel>
          <Tabs.Panel value="inspect"><JsonTree value={row} isSearchable /></Tabs.Panel>
        </Stack>
      </Tabs>
    </Page>
  );
}

function Members({ host, network }: { host: string; network: NetworkRow }) {
  const { t } = useTranslation();
  const members = Object.entries(network.Containers ?? {});
  if (members.length === 0) return <Text size="sm" c="var(--gantry-subtle)">{t('networks:noMembers')}</Text>;
  const leave = (container: string, name: string) => attempt(t('networks:failed.disconnect', { container: name, network: network.Name }), () => rpc.networks.disconnect({ host, id: network.Id, container }));
  return (
    <Paper withBorder><Table aria-label={t('networks:tabs.members')}>
      <Table.Thead><Table.Tr><Table.Th>{t('networks:columns.container')}</Table.Th><Table.Th>IPv4</Table.Th><Table.Th>IPv6</Table.Th><Table.Th>MAC</Table.Th><Table.Th aria-label={t('table.actions')} /></Table.Tr></Table.Thead>
      <Table.Tbody>
        {members.map(([id, { Name, IPv4Address, IPv6Address, MacAddress }]) => (
          <Table.Tr key={id}>
            <Table.Td><Anchor component={Link} href={`/containers/${host}/${id}`} size="sm">{Name}</Anchor></Table.Td>
            <Table.Td ff="monospace" fz="xs">{IPv4Address}</Table.Td><Table.Td ff="monospace" fz="xs">{IPv6Address}</Table.Td><Table.Td ff="monospace" fz="xs">{MacAddress}</Table.Td>
            <Table.Td ta="right"><Tooltip label={t('networks:actions.disconnect')}><ActionIcon aria-label={t('networks:disconnectName', { name: Name })} onClick={() => void leave(id, Name)}><IconPlugConnectedX size={16} /></ActionIcon></Tooltip></Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table></Paper>
  );
}

function Facts({ network }: { network: NetworkRow }) {
  const { t } = useTranslation();
  const options = [...Object.entries(network.Options ?? {}), ...Object.entries(network.Labels ?? {})];
  const facts: [string, string][] = [
    [t('networks:columns.device'), deviceOf(network) || '–'], [t('networks:create.subnet'), subnetsOf(network).join(', ') || '–'], [t('networks:create.gateway'), gatewaysOf(network).join(', ') || '–'],
    ['ID', network.Id], ...options,
  ];
  return <Paper withBorder><Table fz="sm"><Table.Tbody>{facts.map(([name, value]) => <Table.Tr key={name}><Table.Td w={320} c="var(--gantry-subtle)">{name}</Table.Td><Table.Td ff="monospace" fz="xs">{value}</Table.Td></Table.Tr>)}</Table.Tbody></Table></Paper>;
}

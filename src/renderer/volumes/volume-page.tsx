// One volume: the way of its life as guided steps, its backups, who uses it, everything the engine says.
import { Anchor, Badge, Breadcrumbs, Button, Code, Group, Paper, Stack, Table, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'wouter';
import type { VolumeRow } from '../../main/contract/volumes.ts';
import { JsonTree } from '../containers/json-tree.tsx';
import { formatBytes } from '../ui/format.ts';
import { HostBadge } from '../ui/host-badge.tsx';
import { Page } from '../ui/page.tsx';
import { EmptyState, LoadingRows } from '../ui/states.tsx';
import { IconDatabase } from '@tabler/icons-react';
import { BackupTable } from './backup-table.tsx';
import { useVolumes } from './use-volumes.ts';
import { VolumeFiles } from './volume-files.tsx';
import { volumeActions } from './volume-actions.tsx';
import { VolumeLife } from './volume-life.tsx';
import { isEncrypted, isLocked, shownName, type Volume } from './volume.ts';

export default function VolumePage() {
  const { t } = useTranslation();
  const params = useParams();
  const hostId = params['host'] ?? '';
  const name = decodeURIComponent(params['name'] ?? '');
  const { rows, backups, isLoading } = useVolumes();
  const [tab, setTab] = useState<string | null>('backups');
  const volume = rows.find(({ host, row }) => host.id === hostId && row.Name === name);
  const mine = backups.filter((entry) => entry.host === hostId && entry.volume === name);
  const crumbs = <Breadcrumbs fz="sm"><Anchor component={Link} href="/volumes">{t('volumes:title')}</Anchor><span>{name.slice(0, 40)}</span></Breadcrumbs>;
  if (isLoading) return <LoadingRows />;
  if (!volume) {
    return (
      <Page title={name.slice(0, 40)} before={crumbs}>
        <EmptyState icon={IconDatabase} title={t('volumes:gone')} text={t('volumes:goneText')} />
        {mine.length > 0 && <BackupTable entries={mine} />}
      </Page>
    );
  }
  const { row, host, sizeBytes } = volume;
  return (
    <Page
      before={crumbs}
      title={shownName(row)}
      subtitle={<Group gap="xs" mt={4}><HostBadge host={host} /><Badge color="gray">{row.Driver}</Badge>{sizeBytes !== undefined && <Badge color="gray">{formatBytes(sizeBytes)}</Badge>}{isEncrypted(row) && <Badge color={isLocked(row) ? 'yellow' : 'teal'}>{t(isLocked(row) ? 'volumes:locked' : 'volumes:unlocked')}</Badge>}{volume.isIncomplete && <Badge color="orange">{t('volumes:incomplete')}</Badge>}</Group>}
      actions={volumeActions.filter((action) => action.appliesTo([volume])).map((action, index) => <Button key={action.id} size="xs" variant={index === 0 ? 'filled' : 'default'} {...(action.colour && { color: action.colour })} leftSection={<action.icon size={15} />} onClick={() => void action.perform([volume])}>{t(action.label)}</Button>)}
    >
      <VolumeLife volume={volume} onFiles={() => setTab('files')} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="backups">{t('volumes:tabs.backups')} <Text span size="xs" c="dimmed">{mine.length}</Text></Tabs.Tab>
          <Tabs.Tab value="users">{t('volumes:tabs.users')} <Text span size="xs" c="dimmed">{volume.users.length}</Text></Tabs.Tab>
          <Tabs.Tab value="files">{t('volumes:tabs.files')}</Tabs.Tab>
          <Tabs.Tab value="facts">{t('volumes:tabs.facts')}</Tabs.Tab>
          <Tabs.Tab value="inspect">{t('volumes:tabs.inspect')}</Tabs.Tab>
        </Tabs.List>
        <Stack pt="md">
          <Tabs.Panel value="backups"><BackupTable entries={mine} /></Tabs.Panel>
          <Tabs.Panel value="users"><Users volume={volume} /></Tabs.Panel>
          <Tabs.Panel value="files"><VolumeFiles volume={volume} /></Tabs.Panel>
          <Tabs.Panel value="facts"><Facts volume={row} /></Tabs.Panel>
          <Tabs.Panel value="inspect"><JsonTree value={row} isSearchable /></Tabs.Panel>
        </Stack>
      </Tabs>
    </Page>
  );
}

function Users({ volume }: { volume: Volume }) {
  const { t } = useTranslation();
  if (volume.users.length === 0) return <Text size="sm" c="var(--gantry-subtle)">{t('volumes:noUsers')}</Text>;
  return (
    <Stack gap={6}>
      {volume.users.map(({ host, row }) => {
        const mount = row.Mounts?.find(({ Name }) => Name === volume.row.Name);
        return (
          <Group key={row.Id} gap="sm">
            <Anchor component={Link} href={`/containers/${host.id}/${row.Id}`} size="sm">{(row.Names[0] ?? '').replace(/^\//, '')}</Anchor>
            <Code>{mount?.Destination}</Code>
            <Badge size="xs" color={mount?.RW === false ? 'gray' : 'blue'}>{t(mount?.RW === false ? 'volumes:readOnly' : 'volumes:readWrite')}</Badge>
            <Text size="xs" c="var(--gantry-subtle)">{row.Status}</Text>
          </Group>
        );
      })}
    </Stack>
  );
}

function Facts({ volume }: { volume: VolumeRow }) {
  const { t, i18n } = useTranslation();
  const facts: [string, string][] = [
    [t('volumes:facts.mountpoint'), volume.Mountpoint], [t('volumes:columns.driver'), volume.Driver], [t('volumes:facts.scope'), volume.Scope],
    [t('volumes:facts.created'), volume.CreatedAt ? new Date(volume.CreatedAt).toLocaleString(i18n.language) : '–'],
    ...Object.entries(volume.Options ?? {}), ...Object.entries(volume.Labels ?? {}),
  ];
  return <Paper withBorder><Table fz="sm"><Table.Tbody>{facts.map(([name, value]) => <Table.Tr key={name}><Table.Td w={260} c="var(--gantry-subtle)">{name}</Table.Td><Table.Td ff="monospace" fz="xs" style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td></Table.Tr>)}</Table.Tbody></Table></Paper>;
}

// Registries: choose one, look into its repositories and tags, see what an image is before pulling it.
import { Button, Group, Paper } from '@mantine/core';
import { IconBuildingWarehouse, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'wouter';
import { useHosts } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { Page } from '../ui/page.tsx';
import { EmptyState, FailureNote, LoadingRows } from '../ui/states.tsx';
import { AddDialog } from './add-dialog.tsx';
import { LookFrom } from './look-from.tsx';
import { NameList } from './name-list.tsx';
import { RegistryList } from './registry-list.tsx';
import classes from './registries.module.css';
import { RemoteImagePanel } from './remote-image.tsx';

export default function RegistriesPage() {
  const { t } = useTranslation();
  const [query, setQuery] = useSearchParams();
  const [isAdding, setAdding] = useState(false);
  const hosts = useHosts();
  const engines = hosts.filter((host) => host.engine?.product === 'gantry');
  const [chosenHost, setHost] = useState<string>();
  const host = chosenHost ?? engines[0]?.id ?? '';
  const registries = useQuery({ queryKey: ['registries'], queryFn: ({ signal }) => rpc.registries.list(undefined, { signal }) });
  const address = query.get('registry') ?? '';
  const repository = query.get('repository') ?? '';
  const tag = query.get('tag') ?? '';
  const repositories = useQuery({ queryKey: [host, 'registry', address], queryFn: ({ signal }) => rpc.registries.repositories({ host, address }, { signal }), enabled: host !== '' && address !== '' });
  const tags = useQuery({ queryKey: [host, 'registry', address, repository], queryFn: ({ signal }) => rpc.registries.tags({ host, address, repository }, { signal }), enabled: host !== '' && repository !== '' });
  const open = (place: Record<string, string>) => setQuery(place);

  return (
    <Page fill title={t('registries:title')} subtitle={t('registries:subtitle')} actions={<><LookFrom hosts={engines} value={host} onChange={setHost} /><Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>{t('registries:add.open')}</Button></>}>
      {registries.isPending ? <LoadingRows /> : registries.isError ? <FailureNote title={t('registries:unreadable')} error={registries.error} onRetry={() => void registries.refetch()} /> : registries.data.length === 0 ? (
        <EmptyState icon={IconBuildingWarehouse} title={t('registries:empty.title')} text={t('registries:empty.text')}><Button onClick={() => setAdding(true)}>{t('registries:add.open')}</Button></EmptyState>
      ) : (
        <Group className={classes.panes} align="stretch" gap="md" wrap="nowrap">
          <RegistryList rows={registries.data} host={host} chosen={address} onChoose={(registry) => open({ registry })} />
          {address !== '' && <NameList label={t('registries:repositories')} names={repositories.data?.repositories} error={repositories.error} chosen={repository} onChoose={(next) => open({ registry: address, repository: next })} onRetry={() => void repositories.refetch()} isCut={repositories.data?.isCut ?? false} typed />}
          {repository !== '' && <NameList label={t('registries:tags')} names={tags.data?.tags.toReversed()} error={tags.error} chosen={tag} onChoose={(next) => open({ registry: address, repository, tag: next })} onRetry={() => void tags.refetch()} isCut={false} />}
          {tag !== '' ? <RemoteImagePanel host={host} address={address} repository={repository} tag={tag} /> : <Paper withBorder className={classes.rest}><EmptyState icon={IconBuildingWarehouse} title={t('registries:choose.title')} text={t('registries:choose.text')} /></Paper>}
        </Group>
      )}
      <AddDialog opened={isAdding} host={host} onClose={() => setAdding(false)} />
    </Page>
  );
}

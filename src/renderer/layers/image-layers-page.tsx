// The explorer of an image of a host.
import { Anchor, Breadcrumbs, Button } from '@mantine/core';
import { IconNetwork } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'wouter';
import { listOptions, useHost } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { formatBytes } from '../ui/format.ts';
import { HostBadge } from '../ui/host-badge.tsx';
import { Page } from '../ui/page.tsx';
import { EmptyState, FailureNote } from '../ui/states.tsx';
import { ExplorerActions } from './explorer-head.tsx';
import { Explorer } from './explorer.tsx';
import { OpeningState } from './opening-state.tsx';
import { agreeToTransfer, imageKey, imageSession, TransferQuestion } from './session.ts';

export default function ImageLayersPage() {
  const { t } = useTranslation();
  const params = useParams();
  const hostId = params['host'] ?? '';
  const id = decodeURIComponent(params['id'] ?? '');
  const client = useQueryClient();
  const host = useHost(hostId);
  const opened = useQuery(imageSession(hostId, id));
  const names = useQuery({ queryKey: [hostId, 'layers-name', id], enabled: opened.isSuccess, queryFn: ({ signal }) => rpc.images.inspect({ host: hostId, id }, { signal }) });
  const listed = client.getQueryData(listOptions('images', hostId).queryKey)?.find((row) => row.Id === id)?.RepoTags[0]; // while it is opened
  const name = names.data?.RepoTags?.[0] ?? opened.data?.image.image ?? listed ?? id;
  return (
    <Page fill title={name.startsWith('sha256:') ? name.slice(7, 19) : name} subtitle={host && <HostBadge host={host} />} actions={opened.data && <ExplorerActions session={opened.data.session} image={opened.data.image} onChoose={async (choice) => { client.setQueryData(imageSession(hostId, id).queryKey, await rpc.layers.choose({ session: opened.data.session, id: choice })); }} />}
      before={<Breadcrumbs fz="sm"><Anchor component={Link} href="/images">{t('images:title')}</Anchor><Anchor component={Link} href={`/images/${hostId}/${encodeURIComponent(id)}`}>{name.startsWith('sha256:') ? name.slice(7, 19) : name}</Anchor><span>{t('layers:title')}</span></Breadcrumbs>}>
      {opened.isPending || opened.isFetching ? <OpeningState id={imageKey(hostId, id)} /> : opened.error instanceof TransferQuestion ? (
        <EmptyState icon={IconNetwork} title={t('layers:transfer.title', { size: formatBytes(opened.error.bytes) })} text={t('layers:transfer.text')}>
          <Button onClick={() => { agreeToTransfer(hostId, id); void opened.refetch(); }}>{t('layers:transfer.go')}</Button>
        </EmptyState>
      ) : opened.isError ? <FailureNote title={t('layers:cannotOpen')} error={opened.error} onRetry={() => void opened.refetch()} /> : <Explorer key={opened.data.session} opened={opened.data} host={hostId} />}
    </Page>
  );
}

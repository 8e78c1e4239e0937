// The explorer of an image that is still in its registry: layers come when they are opened.
import { Anchor, Breadcrumbs } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'wouter';
import { useHost } from '../queries.ts';
import { HostBadge } from '../ui/host-badge.tsx';
import { Page } from '../ui/page.tsx';
import { FailureNote } from '../ui/states.tsx';
import { ExplorerActions } from './explorer-head.tsx';
import type { StartWish } from './explorer-state.ts';
import { Explorer } from './explorer.tsx';
import { OpeningState } from './opening-state.tsx';
import { readLayers, remoteSession } from './session.ts';

export default function RemotePage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const params = useParams();
  const [query, setQuery] = useSearchParams();
  const at = { host: params['host'] ?? '', reference: decodeURIComponent(params['reference'] ?? ''), platform: query.get('platform') ?? undefined };
  const host = useHost(at.host);
  const opened = useQuery(remoteSession(at));
  const [start, setStart] = useState<StartWish>();
  return (
    <Page fill title={at.reference} subtitle={host && <HostBadge host={host} />} actions={opened.data && <ExplorerActions session={opened.data.session} image={opened.data.image} onChoose={(platform) => setQuery({ platform })} />}
      before={<Breadcrumbs fz="sm"><Anchor component={Link} href="/layers">{t('layers:title')}</Anchor><span>{t('layers:registry.crumb')}</span></Breadcrumbs>}>
      {opened.data ? (
        <Explorer key={opened.data.session} opened={opened.data} start={start} remote={{ at, read: async (layers, here) => { setStart(here); await readLayers(client, at, layers); } }} />
      ) : opened.isError ? <FailureNote title={t('layers:cannotOpen')} error={opened.error} onRetry={() => void opened.refetch()} /> : <OpeningState id="" />}
    </Page>
  );
}

// The explorer of something opened before: an archive from this computer, or a comparison.
import { Anchor, Breadcrumbs } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'wouter';
import { rpc } from '../rpc.ts';
import { Page } from '../ui/page.tsx';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { ExplorerActions } from './explorer-head.tsx';
import { Explorer } from './explorer.tsx';
import { knownSession } from './session.ts';

export default function SessionPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const opened = useQuery(knownSession(useParams()['session'] ?? ''));
  return (
    <Page fill actions={opened.data && <ExplorerActions session={opened.data.session} image={opened.data.image} onChoose={async (id) => { const other = await rpc.layers.choose({ session: opened.data.session, id }); client.setQueryData(knownSession(other.session).queryKey, other); navigate(`/layers/session/${other.session}`); }} />} title={opened.data?.image.image ?? t('layers:title')} before={<Breadcrumbs fz="sm"><Anchor component={Link} href="/layers">{t('layers:title')}</Anchor><span>{t(opened.data?.image.comparison ? 'layers:compare.crumb' : 'layers:archive')}</span></Breadcrumbs>}>
      {opened.isPending ? <LoadingRows /> : opened.isError ? <FailureNote title={t('layers:closed')} error={opened.error} /> : <Explorer key={opened.data.session} opened={opened.data} />}
    </Page>
  );
}

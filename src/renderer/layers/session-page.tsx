// The explorer of something opened before: an archive from this computer, or a comparison.
import { Anchor, Breadcrumbs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'wouter';
import { Page } from '../ui/page.tsx';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { ExplorerActions } from './explorer-head.tsx';
import { Explorer } from './explorer.tsx';
import { knownSession } from './session.ts';

export default function SessionPage() {
  const { t } = useTranslation();
  const opened = useQuery(knownSession(useParams()['session'] ?? ''));
  return (
    <Page fill actions={opened.data && <ExplorerActions session={opened.data.session} image={opened.data.image} />} title={opened.data?.image.image ?? t('layers:title')} before={<Breadcrumbs fz="sm"><Anchor component={Link} href="/layers">{t('layers:title')}</Anchor><span>{t(opened.data?.image.comparison ? 'layers:compare.crumb' : 'layers:archive')}</span></Breadcrumbs>}>
      {opened.isPending ? <LoadingRows /> : opened.isError ? <FailureNote title={t('layers:closed')} error={opened.error} /> : <Explorer key={opened.data.session} opened={opened.data} />}
    </Page>
  );
}

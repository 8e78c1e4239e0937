// The logs of several containers as one, by time.
import { Anchor, Breadcrumbs } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'wouter';
import { useRows } from '../queries.ts';
import { Page } from '../ui/page.tsx';
import { LoadingRows } from '../ui/states.tsx';
import { nameOf } from './container-actions.ts';
import { LogView } from './logs/log-view.tsx';

export default function MergedLogsPage() {
  const { t } = useTranslation();
  const { host = '' } = useParams();
  const [query] = useSearchParams();
  const { rows, isLoading } = useRows('containers');
  const wanted = query.get('ids') ?? '';
  const names = rows.filter((item) => item.host.id === host && wanted.split(',').includes(item.row.Id.slice(0, 12))).map((item) => `${item.row.Id} ${nameOf(item)}`).join('\n');
  // The rows change with every event; the view must not begin anew.
  const containers = useMemo(() => names.split('\n').filter(Boolean).map((line) => ({ id: line.slice(0, line.indexOf(' ')), name: line.slice(line.indexOf(' ') + 1) })), [names]);
  if (isLoading) return <LoadingRows />;
  return (
    <Page fill before={<Breadcrumbs fz="sm"><Anchor component={Link} href="/containers">{t('containers:title')}</Anchor><span>{t('container:tabs.logs')}</span></Breadcrumbs>} title={t('containers:merged', { count: containers.length })}>
      <LogView host={host} containers={containers} />
    </Page>
  );
}

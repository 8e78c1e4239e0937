// One container: what it is, and its live log.
import { Anchor, Badge, Breadcrumbs, Button, Code, Group, Paper, Table, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'wouter';
import { useHost, useRows } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { Page } from '../ui/page.tsx';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { containerActions, nameOf } from './container-actions.ts';
import { LogView } from './log-view.tsx';
import { StateBadge } from './state-badge.tsx';

export default function ContainerPage() {
  const { t } = useTranslation();
  const { host: hostId = '', id = '' } = useParams();
  const host = useHost(hostId);
  const [, go] = useLocation();
  const detail = useQuery({ queryKey: [hostId, 'containers', id], queryFn: ({ signal }) => rpc.containers.inspect({ host: hostId, id }, { signal }) });
  const item = useRows('containers').rows.find((row) => row.host.id === hostId && row.row.Id === id);
  if (detail.isPending) return <LoadingRows />;
  const crumbs = <Breadcrumbs fz="sm"><Anchor component={Link} href="/containers">{t('containers:title')}</Anchor><span>{host?.name}</span></Breadcrumbs>;
  if (detail.isError) return <Page title={t('containers:title')} before={crumbs}><FailureNote title={t('containers:gone')} error={detail.error} onRetry={() => go('/containers')} /></Page>;
  const container = detail.data;
  const facts: [string, string][] = [
    ['image', container.Config.Image],
    ['command', [container.Path, ...container.Args].join(' ')],
    ['id', container.Id],
    ['created', container.Created],
    ['exit', container.State.Running ? '' : String(container.State.ExitCode)],
    ['error', container.State.Error],
  ];
  return (
    <Page
      fill
      before={crumbs}
      title={container.Name.replace(/^\//, '')}
      subtitle={<Group gap="xs"><StateBadge state={container.State.Status} />{container.State.Running && <Badge color="gray" size="sm">PID {container.State.Pid}</Badge>}</Group>}
      actions={item && containerActions.filter((action) => action.appliesTo([item])).map((action) => <Button key={action.id} variant="default" size="xs" leftSection={<action.icon size={15} />} aria-label={`${t(action.label)}: ${nameOf(item)}`} onClick={() => void action.perform([item])}>{t(action.label)}</Button>)}
    >
      <Tabs defaultValue="logs" flex={1} mih={0} display="flex" style={{ flexDirection: 'column' }} keepMounted={false}>
        <Tabs.List><Tabs.Tab value="logs">{t('containers:tabs.logs')}</Tabs.Tab><Tabs.Tab value="overview">{t('containers:tabs.overview')}</Tabs.Tab><Tabs.Tab value="inspect">{t('containers:tabs.inspect')}</Tabs.Tab></Tabs.List>
        <Tabs.Panel value="logs" flex={1} mih={0} pt="sm"><LogView host={hostId} id={id} running={container.State.Running} /></Tabs.Panel>
        <Tabs.Panel value="overview" pt="sm">
          <Paper withBorder><Table variant="vertical"><Table.Tbody>{facts.filter(([, value]) => value !== '').map(([name, value]) => <Table.Tr key={name}><Table.Th w={180}>{t(`containers:facts.${name}`)}</Table.Th><Table.Td ff="monospace" fz="sm">{value}</Table.Td></Table.Tr>)}</Table.Tbody></Table></Paper>
        </Tabs.Panel>
        <Tabs.Panel value="inspect" pt="sm" flex={1} mih={0} style={{ overflow: 'auto' }}><Code block tabIndex={0}>{JSON.stringify(container, null, 2)}</Code></Tabs.Panel>
      </Tabs>
    </Page>
  );
}

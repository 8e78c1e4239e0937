// One container, in tabs. The tab is part of the address, so that a reload or a link comes back to it.
import { ActionIcon, Anchor, Badge, Breadcrumbs, Button, Group, Menu, Tabs, Text } from '@mantine/core';
import { IconActivity, IconBinaryTree, IconBraces, IconChartLine, IconDots, IconFiles, IconFileText, IconInfoCircle, IconList, IconTerminal2, type Icon } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'wouter';
import { textColour } from '../actions.ts';
import { useHost, useRows } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { HostBadge } from '../ui/host-badge.tsx';
import { Page } from '../ui/page.tsx';
import { usePaletteActions } from '../ui/row-actions.tsx';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { containerActions, nameOf } from './container-actions.ts';
import { useMoreActions } from './more-actions.tsx';
import { JsonTree } from './json-tree.tsx';
import { LogView } from './logs/log-view.tsx';
import { Since } from './since.tsx';
import { StateBadge } from './state-badge.tsx';
import { DEFAULT_GRACE_SECONDS, StopCountdown } from './stop-countdown.tsx';
import { ChangesTab } from './tabs/changes-tab.tsx';
import { EventsTab } from './tabs/events-tab.tsx';
import { FilesTab } from './tabs/files-tab.tsx';
import { OverviewTab } from './tabs/overview-tab.tsx';
import { ProcessesTab } from './tabs/processes-tab.tsx';
import { StatsTab } from './tabs/stats-tab.tsx';
import classes from './tabs/tabs.module.css';
import { TerminalTab } from './tabs/terminal-tab.tsx';

const ICONS: Record<string, Icon> = { overview: IconInfoCircle, logs: IconFileText, terminal: IconTerminal2, files: IconFiles, stats: IconChartLine, processes: IconList, changes: IconBinaryTree, inspect: IconBraces, events: IconActivity };
const FILLING = ['logs', 'terminal', 'files', 'changes', 'events'];

export default function ContainerPage() {
  const { t } = useTranslation();
  const { host: hostId = '', id = '', tab = 'overview' } = useParams();
  const host = useHost(hostId);
  const [, go] = useLocation();
  const detail = useQuery({ queryKey: [hostId, 'containers', id], queryFn: ({ signal }) => rpc.containers.inspect({ host: hostId, id }, { signal }) });
  const item = useRows('containers').rows.find((row) => row.host.id === hostId && row.row.Id === id);
  const more = useMoreActions(item, detail.data);
  usePaletteActions('container', item ? nameOf(item) : t('containers:title'), containerActions, useMemo(() => (item ? [item] : []), [item]));
  if (detail.isPending) return <LoadingRows />;
  const crumbs = <Breadcrumbs fz="sm"><Anchor component={Link} href="/containers">{t('containers:title')}</Anchor><span>{host?.name}</span></Breadcrumbs>;
  if (detail.isError || !item) return <Page title={t('containers:title')} before={crumbs}><FailureNote title={t('containers:gone')} error={detail.error ?? new Error(t('container:removed'))} onRetry={() => go('/containers')} /></Page>;
  const container = detail.data;
  const isRunning = item.row.State === 'running';
  const name = nameOf(item);
  const place = { host: hostId, id: container.Id };
  const panels: Record<string, () => ReactNode> = {
    overview: () => <OverviewTab item={item} detail={container} />,
    logs: () => <LogView host={hostId} containers={[{ id: container.Id, name }]} />,
    terminal: () => <TerminalTab {...place} isRunning={isRunning} canAttach={container.Config.OpenStdin === true} />,
    files: () => <FilesTab {...place} isRunning={isRunning} />,
    stats: () => <StatsTab host={hostId} detail={container} />,
    processes: () => <ProcessesTab {...place} isRunning={isRunning} />,
    changes: () => <ChangesTab {...place} />,
    inspect: () => <JsonTree value={container} isSearchable />,
    events: () => <EventsTab {...place} />,
  };
  const isFilling = FILLING.includes(tab);
  return (
    <Page
      fill={isFilling}
      before={crumbs}
      title={name}
      subtitle={
        <Group gap="xs" mt={4}>
          <StateBadge row={item.row} />
          <Text size="sm" className="numeric"><Since row={item.row} /></Text>
          <Badge color="gray" size="sm">{container.Config.Image}</Badge>
          {host && <HostBadge host={host} />}
          {tab !== 'overview' && <StopCountdown item={item} graceSeconds={container.Config.StopTimeout ?? DEFAULT_GRACE_SECONDS} />}
        </Group>
      }
      actions={
        <>
          {containerActions.filter((action) => action.appliesTo([item])).map((action) => <Button key={action.id} variant="default" size="xs" leftSection={<action.icon size={15} />} {...(action.colour ? { c: textColour(action.colour) } : {})} aria-label={`${t(action.label)}: ${name}`} onClick={() => void action.perform([item])}>{t(action.label)}</Button>)}
          <Menu>
            <Menu.Target><ActionIcon size={30} variant="default" aria-label={t('table.actionsFor', { name })}><IconDots size={16} /></ActionIcon></Menu.Target>
            <Menu.Dropdown>{more.items.map((action) => <Menu.Item key={action.label} leftSection={<action.icon size={15} />} onClick={action.run}>{t(action.label)}</Menu.Item>)}</Menu.Dropdown>
          </Menu>
        </>
      }
    >
      <Tabs value={tab} onChange={(next) => go(`/containers/${hostId}/${id}/${next ?? 'overview'}`)} keepMounted={false} {...(isFilling ? { flex: 1, mih: 0, display: 'flex', style: { flexDirection: 'column' } } : {})}>
        <Tabs.List>{Object.keys(panels).map((key) => { const Shown = ICONS[key] as Icon; return <Tabs.Tab key={key} value={key} className={classes.tab ?? ''} leftSection={<Shown size={15} />}>{t(`container:tabs.${key}`)}</Tabs.Tab>; })}</Tabs.List>
        {Object.entries(panels).map(([key, panel]) => <Tabs.Panel key={key} value={key} pt="md" {...(isFilling ? { flex: 1, mih: 0, style: { display: key === tab ? 'flex' : 'none', flexDirection: 'column' } } : {})}>{key === tab && panel()}</Tabs.Panel>)}
      </Tabs>
      {more.dialogs}
    </Page>
  );
}

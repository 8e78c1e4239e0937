// Which hosts the lists show, with each host's colour and state.
import { Menu, Text, UnstyledButton } from '@mantine/core';
import { IconCheck, IconChevronDown, IconServer2, IconStack2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import type { HostSummary } from '../../main/contract/hosts.ts';
import { feeds } from '../live.ts';
import { useHosts } from '../queries.ts';
import { scope } from '../scope.ts';
import { useStore } from '../store.ts';
import classes from './frame.module.css';

export function HostSwitcher() {
  const { t } = useTranslation();
  const hosts = useHosts();
  const chosen = useStore(scope);
  const [, go] = useLocation();
  const host = hosts.find((item) => item.id === chosen);
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target>
        <UnstyledButton className={classes.hostButton} aria-label={t('hosts.switch', { name: host?.name ?? t('hosts.all') })}>
          {host ? <HostDot host={host} /> : <IconStack2 size={16} aria-hidden />}
          <Text size="sm" truncate>{host?.name ?? t('hosts.all')}</Text>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconStack2 size={16} />} rightSection={host ? null : <IconCheck size={14} />} onClick={() => scope.set('all')}>{t('hosts.all')}</Menu.Item>
        <Menu.Divider />
        {hosts.map((item) => (
          <Menu.Item key={item.id} leftSection={<HostDot host={item} />} rightSection={item.id === chosen ? <IconCheck size={14} /> : null} onClick={() => scope.set(item.id)}>
            <Text size="sm" truncate>{item.name}</Text>
            <Text size="xs" c="dimmed" truncate>{item.engine ? `${item.engine.name} ${item.engine.version}` : item.address}</Text>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconServer2 size={16} />} onClick={() => go('/hosts')}>{t('hosts.manage')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The host's colour; hollow when it does not answer, pulsing while it is being reached. */
export function HostDot({ host }: { host: HostSummary }) {
  const { t } = useTranslation();
  const feed = useStore(feeds)[host.id];
  const state = host.state === 'live' && feed?.state === 'reconnecting' ? 'reconnecting' : host.state;
  const colour = `var(--mantine-color-${host.colour}-6)`;
  const isOff = state === 'failed' || state === 'idle';
  return (
    <span
      className={classes.dot}
      role="img"
      aria-label={t(`hosts.state.${state}`)}
      title={t(`hosts.state.${state}`)}
      style={isOff ? { border: `2px solid ${colour}` } : { background: colour }}
      {...(state === 'connecting' || state === 'reconnecting' ? { 'data-pulse': true } : {})}
    />
  );
}

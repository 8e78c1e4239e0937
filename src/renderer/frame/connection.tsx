// What the person sees when something behind the page is not there: the shell, or an engine.
import { Button, Center, Code, Loader, Stack, Text, Title } from '@mantine/core';
import { IconLinkOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { feeds } from '../live.ts';
import { useScopedHosts } from '../queries.ts';
import { rpc, shellState } from '../rpc.ts';
import { useStore } from '../store.ts';
import classes from './frame.module.css';

/** One line above the view, over the last known state: the view itself stays. */
export function ShellBanner() {
  const { t } = useTranslation();
  const shell = useStore(shellState);
  const states = useStore(feeds);
  const lost = useScopedHosts().filter((host) => states[host.id]?.state === 'reconnecting');
  if (shell === 'lost') return <div className={classes.banner} role="status"><Loader size={14} />{t('connection.shellLost')}</div>;
  return lost.map((host) => (
    <div key={host.id} className={classes.banner} role="status">
      <Loader size={14} />
      <span>{t('connection.reconnecting', { host: host.name })}</span>
      <Text size="xs" c="dimmed" truncate flex={1}>{states[host.id]?.error}</Text>
      <Button size="compact-xs" variant="default" onClick={() => void rpc.hosts.reconnect({ host: host.id }).catch(() => {}) /* the banner stays and says why */}>{t('connection.now')}</Button>
    </div>
  ));
}

export function DeniedScreen() {
  const { t } = useTranslation();
  return (
    <Center h="100vh" p="xl" component="main">
      <Stack align="center" maw={460} gap="sm">
        <IconLinkOff size={40} stroke={1.4} aria-hidden />
        <Title order={1} ta="center">{t('denied.title')}</Title>
        <Text c="dimmed" ta="center">{t('denied.text')}</Text>
        <Code>{'npm start -- --shell=browser'}</Code>
      </Stack>
    </Center>
  );
}

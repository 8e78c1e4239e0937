// The frame all views live in: header, navigation, the view of the address, palette, task tray.
import { AppShell, Burger, Group, Loader, Center } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { useTranslation } from 'react-i18next';
import { useLiveFeeds } from '../live.ts';
import { routes } from '../routes.ts';
import { shellState } from '../rpc.ts';
import { useStore } from '../store.ts';
import { EmptyState } from '../ui/states.tsx';
import { Questions } from '../hosts/questions.tsx';
import { Brand } from './brand.tsx';
import { DeniedScreen, ShellBanner } from './connection.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { useExitNotices } from './exit-notices.ts';
import classes from './frame.module.css';
import { HostSwitcher } from './host-switcher.tsx';
import { Navigation } from './navigation.tsx';
import { Palette, PaletteButton } from './palette.tsx';
import { TaskTray } from './task-tray.tsx';
import { ThemeButton } from './theme-button.tsx';
import { IconError404 } from '@tabler/icons-react';

export function Frame() {
  const { t } = useTranslation();
  const [isOpen, navigation] = useDisclosure(false);
  const shell = useStore(shellState);
  const [location] = useLocation();
  useLiveFeeds();
  useExitNotices();
  if (shell === 'denied') return <DeniedScreen />;
  return (
    <AppShell header={{ height: 52 }} navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !isOpen } }} padding={0} className={classes.shell}>
      <a href="#main" className={classes.skip}>{t('skip')}</a>
      <AppShell.Header className={classes.header}>
        <Group h="100%" px="md" gap="md" wrap="nowrap" justify="space-between">
          <Group gap="md" wrap="nowrap">
            <Burger opened={isOpen} onClick={navigation.toggle} hiddenFrom="sm" size="sm" aria-label={t('nav.toggle')} />
            <Brand />
            <HostSwitcher />
          </Group>
          <PaletteButton />
          <Group gap={6} wrap="nowrap">
            <TaskTray />
            <ThemeButton />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar} aria-label={t('nav.label')}>
        <Navigation onNavigate={navigation.close} />
      </AppShell.Navbar>
      <AppShell.Main className={classes.main}>
        <ShellBanner />
        <div id="main" className={classes.view} tabIndex={-1}>
          <ErrorBoundary place={location}>
            <Suspense fallback={<Center h="100%"><Loader size="sm" aria-label={t('loading')} /></Center>}>
              <Switch>
                {routes.map((route) => <Route key={route.path} path={route.path} component={route.view} />)}
                <Route><EmptyState icon={IconError404} title={t('notFound.title')} text={t('notFound.text')} /></Route>
              </Switch>
            </Suspense>
          </ErrorBoundary>
        </div>
      </AppShell.Main>
      <Palette />
      <Questions />
    </AppShell>
  );
}

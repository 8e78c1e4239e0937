// Settings: how it looks, what happens when the window closes, where things are.
import { CopyButton, Button, Code, Group, Paper, SegmentedControl, Select, Stack, Switch, Table, Text, Title, useMantineColorScheme } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Preferences } from '../../main/contract/settings.ts';
import { LANGUAGES, type Language } from '../i18n/i18n.ts';
import { language } from '../language.ts';
import { rpc } from '../rpc.ts';
import { useStore } from '../store.ts';
import { attempt } from '../ui/notify.ts';
import { Page } from '../ui/page.tsx';
import { FailureNote, LoadingRows } from '../ui/states.tsx';

type Toggle = 'keepEngine' | 'closeToTray' | 'notifyOnExit';

export default function SettingsPage() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const preferences = useQuery({ queryKey: ['preferences'], queryFn: ({ signal }) => rpc.settings.get(undefined, { signal }) });
  const app = useQuery({ queryKey: ['app'], queryFn: ({ signal }) => rpc.settings.app(undefined, { signal }) }).data;
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const chosenLanguage = useStore(language);
  const change = (part: Partial<Preferences>) => attempt(t('settings:failed'), async () => cache.setQueryData(['preferences'], await rpc.settings.update(part)));
  const set = (name: Toggle, isOn: boolean) => {
    if (name === 'notifyOnExit' && isOn) void Notification.requestPermission();
    void change({ [name]: isOn });
  };
  if (preferences.isPending) return <LoadingRows />;
  if (preferences.isError) return <Page title={t('settings:title')}><FailureNote title={t('settings:unreadable')} error={preferences.error} onRetry={() => void preferences.refetch()} /></Page>;
  const toggle = (name: Toggle) => <Switch checked={preferences.data[name]} onChange={(event) => set(name, event.currentTarget.checked)} label={t(`settings:${name}.label`)} description={t(`settings:${name}.text`)} />;
  return (
    <Page title={t('settings:title')}>
      <Stack maw={760} gap="md">
        <Section title={t('settings:look')}>
          <Group justify="space-between"><Text size="sm" fw={560}>{t('theme.label')}</Text><SegmentedControl value={colorScheme} onChange={(value) => setColorScheme(value as typeof colorScheme)} data={(['auto', 'light', 'dark'] as const).map((value) => ({ value, label: t(`theme.${value}`) }))} aria-label={t('theme.label')} /></Group>
          <Group justify="space-between"><Text size="sm" fw={560}>{t('settings:language')}</Text><Select aria-label={t('settings:language')} w={220} value={chosenLanguage} onChange={(value) => value && language.set(value as Language | 'auto')} data={[{ value: 'auto', label: t('settings:systemLanguage') }, ...Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))]} /></Group>
        </Section>
        <Section title={t('settings:behaviour')}>
          {toggle('keepEngine')}
          {app?.shell === 'electron' && toggle('closeToTray')}
          {toggle('notifyOnExit')}
        </Section>
        {app && (
          <Section title={t('settings:about')}>
            <Table variant="vertical" fz="sm"><Table.Tbody>
              <Table.Tr><Table.Th w={200}>{t('settings:version')}</Table.Th><Table.Td>Gantry {app.version} ({t(`settings:shell.${app.shell}`)})</Table.Td></Table.Tr>
              <Table.Tr><Table.Th>{t('settings:profile')}</Table.Th><Table.Td ff="monospace">{app.profilePath}</Table.Td></Table.Tr>
              {app.engineSocket && <Table.Tr><Table.Th>{t('settings:socket')}</Table.Th><Table.Td ff="monospace">{app.engineSocket}</Table.Td></Table.Tr>}
            </Table.Tbody></Table>
            {app.engineSocket && <DockerHint socket={app.engineSocket} />}
          </Section>
        )}
      </Stack>
    </Page>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return <Paper withBorder p="md"><Title order={2} mb="sm">{title}</Title><Stack gap="md">{children}</Stack></Paper>;
}

function DockerHint({ socket }: { socket: string }) {
  const { t } = useTranslation();
  const line = `export DOCKER_HOST=unix://${socket}`;
  return (
    <Stack gap={6}>
      <Text size="sm">{t('settings:dockerHint')}</Text>
      <Group gap="xs"><Code>{line}</Code><CopyButton value={line}>{({ copied, copy }) => <Button size="compact-xs" variant="default" onClick={copy}>{copied ? t('copied') : t('copy')}</Button>}</CopyButton></Group>
    </Stack>
  );
}

// The first minutes: three ways to get an image, and a word on what it is for.
import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconCloudDownload, IconFileImport, IconServer2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';

export function StartHere() {
  const { t } = useTranslation();
  const [, go] = useLocation();
  return (
    <Paper withBorder p="lg" style={{ borderColor: 'var(--mantine-primary-color-filled)' }}>
      <Stack gap="sm">
        <Title order={2}>{t('dashboard:start.title')}</Title>
        <Text c="var(--gantry-subtle)" maw={720}>{t('dashboard:start.text')}</Text>
        <Group>
          <Button leftSection={<IconCloudDownload size={16} />} onClick={() => go('/images?open=pull')}>{t('dashboard:start.pull')}</Button>
          <Button variant="default" leftSection={<IconFileImport size={16} />} onClick={() => go('/images?open=load')}>{t('dashboard:start.load')}</Button>
          <Button variant="default" leftSection={<IconServer2 size={16} />} onClick={() => go('/hosts')}>{t('dashboard:start.host')}</Button>
        </Group>
      </Stack>
    </Paper>
  );
}

// What a screen shows when it has nothing to show: empty, loading, failed.
import { Alert, Button, Center, Group, Skeleton, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconPlugConnectedX, type Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../rpc.ts';

export function EmptyState({ icon: Shown, title, text, children }: { icon: Icon; title: string; text?: ReactNode; children?: ReactNode }) {
  return (
    <Center flex={1} mih={280} p="xl">
      <Stack align="center" gap="sm" maw={560}>
        <ThemeIcon size={64} radius="xl" variant="light"><Shown size={32} stroke={1.4} aria-hidden /></ThemeIcon>
        <Title order={2} ta="center" mt={4}>{title}</Title>
        {text !== undefined && <Text ta="center" c="var(--gantry-subtle)">{text}</Text>}
        {children && <Group justify="center" gap="sm" mt="xs">{children}</Group>}
      </Stack>
    </Center>
  );
}

export function LoadingRows({ count = 8 }: { count?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap={10} p="md" role="status" aria-label={t('loading')}>
      {Array.from({ length: count }, (_, index) => <Skeleton key={index} height={22} radius="sm" width={`${96 - ((index * 7) % 30)}%`} />)}
    </Stack>
  );
}

/** A failure with the engine's own words, and a way to try again. */
export function FailureNote({ title, error, onRetry }: { title: string; error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const failure = failureOf(error);
  return (
    <Alert color={failure.kind === 'Unavailable' ? 'yellow' : 'red'} icon={<IconPlugConnectedX size={18} />} title={title}>
      <Group justify="space-between" wrap="nowrap" align="flex-end">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{failure.message}</Text>
        {onRetry && <Button size="compact-sm" variant="default" onClick={onRetry}>{t('retry')}</Button>}
      </Group>
    </Alert>
  );
}

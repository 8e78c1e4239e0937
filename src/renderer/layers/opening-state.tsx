// While an image is opened: how much of it has been read, and of how much.
import { Center, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useStore } from '../store.ts';
import { formatBytes } from '../ui/format.ts';
import { opening } from './session.ts';

export function OpeningState({ id }: { id: string }) {
  const { t } = useTranslation();
  const progress = useStore(opening)[id];
  return (
    <Center flex={1} mih={280} role="status">
      <Stack align="center" gap="xs" w={360}>
        <Text size="sm">{t('layers:opening')}</Text>
        <Progress w="100%" value={progress && progress.totalBytes > 0 ? Math.min(100, (100 * progress.bytes) / progress.totalBytes) : 100} animated={!progress || progress.totalBytes === 0} aria-label={t('layers:opening')} />
        {progress && <Text size="xs" c="var(--gantry-subtle)" className="numeric">{progress.totalBytes > 0 ? t('layers:readOf', { read: formatBytes(progress.bytes), total: formatBytes(progress.totalBytes) }) : formatBytes(progress.bytes)}</Text>}
      </Stack>
    </Center>
  );
}

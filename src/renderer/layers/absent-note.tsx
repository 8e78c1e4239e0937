// Layers that are still in their registry: how many bytes reading them transfers, and the way to do it.
import { Alert, Button, Group, Progress, Text } from '@mantine/core';
import { IconCloudDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReportLayer } from '../../main/contract/layers.ts';
import { useStore } from '../store.ts';
import { formatBytes } from '../ui/format.ts';
import { attempt } from '../ui/notify.ts';
import type { StartWish } from './explorer-state.ts';
import { opening, remoteProgress, type RemoteAddress } from './session.ts';

export interface RemoteAccess { at: RemoteAddress; read: (layers: number[], here: StartWish) => Promise<void> }

export function AbsentNote({ layers, remote, here }: { layers: ReportLayer[]; remote: RemoteAccess; here: StartWish }) {
  const { t } = useTranslation();
  const [isReading, setReading] = useState(false);
  const progress = remoteProgress(remote.at, useStore(opening));
  const absent = layers.filter((layer) => layer.isAbsent && (here.scope === 'all' ? layer.index <= here.layer : layer.index === here.layer));
  if (absent.length === 0) return null;
  const size = formatBytes(absent.reduce((sum, layer) => sum + layer.compressedBytes, 0));
  const read = async () => {
    setReading(true);
    await attempt(t('layers:registry.failed'), () => remote.read(absent.map((layer) => layer.index), here));
    setReading(false);
  };
  return (
    <Alert color="blue" icon={<IconCloudDownload size={18} />} radius={0} py={8} style={{ flex: 'none' }}>
      <Group justify="space-between" gap="sm">
        <Text size="sm" flex={1} miw={160}>{t('layers:registry.absent', { count: absent.length, size })}</Text>
        <Button size="compact-sm" loading={isReading} onClick={() => void read()}>{t('layers:registry.read')}</Button>
      </Group>
      {isReading && progress && <Progress mt={6} size="xs" value={progress.totalBytes > 0 ? (100 * progress.bytes) / progress.totalBytes : 100} aria-label={t('layers:opening')} />}
    </Alert>
  );
}

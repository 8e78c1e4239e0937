// The history of a volume's backups: restore, check, remove.
import { ActionIcon, Badge, Button, Code, Group, Paper, Table, Text, Tooltip } from '@mantine/core';
import { IconShieldCheck, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { BackupEntry } from '../../main/contract/volumes.ts';
import { rpc } from '../rpc.ts';
import { confirmDanger } from '../ui/confirm.tsx';
import { formatAge, formatBytes } from '../ui/format.ts';
import { attempt, notifyDone, notifyFailure } from '../ui/notify.ts';
import { refreshVolumeFacts } from './use-volumes.ts';
import { openRestoreDialog } from './volume-dialogs.tsx';

export function BackupTable({ entries }: { entries: BackupEntry[] }) {
  const { t, i18n } = useTranslation();
  if (entries.length === 0) return <Text size="sm" c="var(--gantry-subtle)">{t('volumes:noBackups')}</Text>;
  const remove = async (entry: BackupEntry) => {
    if (!(await confirmDanger({ title: t('volumes:backup.removeTitle'), text: t('volumes:backup.removeText', { size: formatBytes(entry.sizeBytes) }), confirm: t('volumes:actions.remove') }))) return;
    await attempt(t('volumes:failed.removeBackup'), () => rpc.volumes.removeBackup({ id: entry.id }));
    refreshVolumeFacts();
  };
  const verify = (entry: BackupEntry) => attempt(t('volumes:backup.verify'), async () => {
    const { matches } = await rpc.volumes.verify({ id: entry.id });
    if (matches) notifyDone(t('volumes:backup.intact'));
    else notifyFailure(t('volumes:backup.damaged'), new Error(entry.path));
  });
  return (
    <Paper withBorder><Table aria-label={t('volumes:tabs.backups')}>
      <Table.Thead><Table.Tr><Table.Th>{t('volumes:columns.when')}</Table.Th><Table.Th ta="right">{t('volumes:columns.size')}</Table.Th><Table.Th ta="right">{t('volumes:columns.compressed')}</Table.Th><Table.Th>SHA-256</Table.Th><Table.Th aria-label={t('table.actions')} /></Table.Tr></Table.Thead>
      <Table.Tbody>
        {entries.map((entry) => (
          <Table.Tr key={entry.id}>
            <Table.Td><Text size="sm" title={new Date(entry.createdAtMs).toLocaleString(i18n.language)}>{formatAge(entry.createdAtMs, i18n.language)}</Text></Table.Td>
            <Table.Td ta="right">{entry.state === 'partial' ? <Badge size="xs" color="orange">{t('volumes:interrupted')}</Badge> : formatBytes(entry.contentBytes)}</Table.Td>
            <Table.Td ta="right">{formatBytes(entry.sizeBytes)}</Table.Td>
            <Table.Td>{entry.sha256 && <Code title={entry.sha256}>{entry.sha256.slice(0, 12)}</Code>}</Table.Td>
            <Table.Td>
              <Group gap={4} justify="flex-end" wrap="nowrap">
                {entry.state === 'whole' && <Button size="compact-sm" variant="default" onClick={() => openRestoreDialog(entry)}>{t('volumes:restore.open')}</Button>}
                {entry.state === 'whole' && <Tooltip label={t('volumes:backup.verify')}><ActionIcon aria-label={t('volumes:backup.verify')} onClick={() => void verify(entry)}><IconShieldCheck size={16} /></ActionIcon></Tooltip>}
                <Tooltip label={t('volumes:actions.remove')}><ActionIcon color="red" aria-label={t('volumes:backup.removeTitle')} onClick={() => void remove(entry)}><IconTrash size={16} /></ActionIcon></Tooltip>
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table></Paper>
  );
}

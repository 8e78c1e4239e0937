// The build cache of a host: what is in it, and how to empty it.
import { Button, Group, ScrollArea, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient, useScopedHosts } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { formatAge, formatBytes } from '../ui/format.ts';
import { HostSelect } from '../ui/host-select.tsx';
import { attempt, notifyDone } from '../ui/notify.ts';
import { FailureNote, LoadingRows } from '../ui/states.tsx';

export function CacheDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return <Dialog opened={opened} onClose={onClose} title={t('builds:cache.title')} size="xl"><Cache /></Dialog>;
}

const SHOWN = 200;

function Cache() {
  const { t, i18n } = useTranslation();
  const hosts = useScopedHosts();
  const [host, setHost] = useState(hosts[0]?.id ?? '');
  const query = useQuery({ queryKey: [host, 'builds', 'cache'], queryFn: ({ signal }) => rpc.builds.cache({ host }, { signal }), enabled: host !== '', staleTime: 0 });
  const entries = (query.data ?? []).toSorted((a, b) => b.sizeBytes - a.sizeBytes);
  const prune = () => attempt(t('builds:failed.prune'), async () => {
    const { removed, reclaimedBytes } = await rpc.builds.prune({ host, all: true });
    notifyDone(t('builds:cache.pruned', { count: removed, size: formatBytes(reclaimedBytes) }));
    await queryClient.invalidateQueries({ queryKey: [host, 'builds', 'cache'] });
  });
  return (
    <Stack gap="sm">
      <HostSelect value={host} onChange={setHost} />
      {query.error && <FailureNote title={t('builds:cache.failed')} error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending ? <LoadingRows count={4} /> : (
        <>
          <Text size="sm" c="var(--gantry-subtle)">{t('builds:cache.about', { count: entries.length, size: formatBytes(entries.reduce((sum, entry) => sum + entry.sizeBytes, 0)) })}</Text>
          <ScrollArea.Autosize mah={380} type="auto">
            <Table stickyHeader>
              <Table.Thead><Table.Tr><Table.Th>{t('builds:cache.step')}</Table.Th><Table.Th ta="right">{t('builds:columns.size')}</Table.Th><Table.Th ta="right">{t('builds:cache.uses')}</Table.Th><Table.Th>{t('builds:cache.used')}</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>
                {entries.slice(0, SHOWN).map((entry) => (
                  <Table.Tr key={entry.id}>
                    <Table.Td maw={380}><Text size="xs" ff="monospace" truncate title={entry.description}>{entry.description || entry.id}</Text></Table.Td>
                    <Table.Td ta="right" className="numeric">{formatBytes(entry.sizeBytes)}</Table.Td><Table.Td ta="right" className="numeric">{entry.uses}</Table.Td>
                    <Table.Td>{entry.lastUsedAtMs > 0 ? formatAge(entry.lastUsedAtMs, i18n.language) : '–'}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </ScrollArea.Autosize>
          <Group justify="flex-end"><Button color="red" variant="light" disabled={entries.length === 0} onClick={() => void prune()}>{t('builds:cache.prune')}</Button></Group>
        </>
      )}
    </Stack>
  );
}

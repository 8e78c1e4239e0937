// Where the bytes are, and how many could go.
import { Progress, Stack, Table, Text } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DiskUsage } from '../../main/contract/system.ts';
import { useScopedHosts } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { formatBytes } from '../ui/format.ts';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { Card } from './card.tsx';

const KINDS = [['images', 'grape'], ['containers', 'gantry'], ['volumes', 'teal'], ['buildCache', 'orange']] as const;
/** `system df` walks file systems on some engines: it is asked for when the dashboard opens, at most once a minute. */
const FRESH_MS = 60_000;

export function DiskCard() {
  const { t } = useTranslation();
  const hosts = useScopedHosts().filter((host) => host.state === 'live');
  const results = useQueries({ queries: hosts.map((host) => ({ queryKey: [host.id, 'disk'], queryFn: ({ signal }: { signal: AbortSignal }) => rpc.system.diskUsage({ host: host.id }, { signal }), staleTime: FRESH_MS })) });
  const error = results.find((result) => result.error)?.error;
  const usages = results.flatMap((result) => (result.data ? [result.data] : []));
  const sums = KINDS.map(([kind, colour]) => ({ kind, colour, ...total(usages, kind) }));
  const all = sums.reduce((sum, item) => sum + item.sizeBytes, 0);
  return (
    <Card title={t('dashboard:disk')} aside={<Text size="sm" fw={560} className="numeric">{formatBytes(all)}</Text>}>
      {error && usages.length === 0 ? <FailureNote title={t('dashboard:diskFailed')} error={error} onRetry={() => results.forEach((result) => void result.refetch())} /> : usages.length === 0 && hosts.length > 0 ? <LoadingRows count={4} /> : (
        <Stack gap="sm">
          <Progress.Root size="lg" aria-label={t('dashboard:disk')}>{sums.map((item) => <Progress.Section key={item.kind} value={all === 0 ? 0 : (item.sizeBytes / all) * 100} color={item.colour} aria-label={t(`dashboard:kinds.${item.kind}`)} />)}</Progress.Root>
          <Table fz="sm" verticalSpacing={5}>
            <Table.Thead><Table.Tr><Table.Th>{t('dashboard:kind')}</Table.Th><Table.Th ta="right">{t('dashboard:count')}</Table.Th><Table.Th ta="right">{t('dashboard:size')}</Table.Th><Table.Th ta="right">{t('dashboard:reclaimable')}</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>
              {sums.map((item) => (
                <Table.Tr key={item.kind}>
                  <Table.Td><span style={{ display: 'inline-block', width: 9, height: 9, borderRadius: 3, marginInlineEnd: 8, background: `var(--mantine-color-${item.colour}-6)` }} />{t(`dashboard:kinds.${item.kind}`)}</Table.Td>
                  <Table.Td ta="right" className="numeric">{item.count}</Table.Td>
                  <Table.Td ta="right" className="numeric">{formatBytes(item.sizeBytes)}</Table.Td>
                  <Table.Td ta="right" className="numeric">{formatBytes(item.reclaimableBytes)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Stack>
      )}
    </Card>
  );
}

function total(usages: DiskUsage[], kind: keyof DiskUsage) {
  return usages.reduce((sum, usage) => ({ count: sum.count + usage[kind].count, sizeBytes: sum.sizeBytes + usage[kind].sizeBytes, reclaimableBytes: sum.reclaimableBytes + usage[kind].reclaimableBytes }), { count: 0, sizeBytes: 0, reclaimableBytes: 0 });
}

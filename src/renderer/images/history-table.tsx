// How the image was made, newest step first, empty steps included.
import { Paper, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { rpc } from '../rpc.ts';
import { formatAge, formatBytes } from '../ui/format.ts';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { readable } from './layer-strip.tsx';

export function HistoryTable({ host, id }: { host: string; id: string }) {
  const { t, i18n } = useTranslation();
  const history = useQuery({ queryKey: [host, 'images', id, 'history'], queryFn: ({ signal }) => rpc.images.history({ host, id }, { signal }) });
  if (history.isPending) return <LoadingRows count={5} />;
  if (history.isError) return <FailureNote title={t('images:historyFailed')} error={history.error} onRetry={() => void history.refetch()} />;
  return (
    <Paper withBorder>
      <Table fz="sm">
        <Table.Thead><Table.Tr><Table.Th>{t('images:history.step')}</Table.Th><Table.Th ta="right" w={100}>{t('images:columns.size')}</Table.Th><Table.Th w={150}>{t('images:columns.created')}</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {history.data.map((step, index) => (
            <Table.Tr key={index}>
              <Table.Td><Text size="sm" ff="monospace" {...(step.Size === 0 ? { c: 'var(--gantry-subtle)' } : {})} style={{ overflowWrap: 'anywhere' }}>{readable(step.CreatedBy) === '–' ? step.Comment || '–' : readable(step.CreatedBy)}</Text></Table.Td>
              <Table.Td ta="right" className="numeric">{step.Size === 0 ? '–' : formatBytes(step.Size)}</Table.Td>
              <Table.Td>{formatAge(step.Created * 1000, i18n.language)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

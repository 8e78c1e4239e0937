// The processes of a container, read every two seconds while the tab is shown.
import { Alert, ScrollArea, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { failureOf, rpc } from '../../rpc.ts';
import { LoadingRows } from '../../ui/states.tsx';

// There is no event for a new process; the tab reads only while it is on the screen.
const EVERY_MS = 2000;

export function ProcessesTab({ host, id, isRunning }: { host: string; id: string; isRunning: boolean }) {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: [host, 'processes', id], queryFn: ({ signal }) => rpc.containerTools.top({ host, id }, { signal }), refetchInterval: EVERY_MS, enabled: isRunning, gcTime: 0 });
  if (!isRunning) return <Alert color="gray">{t('container:processes.stopped')}</Alert>;
  if (query.isError) return <Alert color="red">{failureOf(query.error).message}</Alert>;
  if (!query.data) return <LoadingRows count={4} />;
  return (
    <ScrollArea viewportProps={{ tabIndex: 0, 'aria-label': t('container:tabs.processes') }}>
      <Table striped highlightOnHover aria-label={t('container:tabs.processes')}>
        <Table.Thead><Table.Tr>{query.data.titles.map((title) => <Table.Th key={title}>{title}</Table.Th>)}</Table.Tr></Table.Thead>
        <Table.Tbody>{query.data.rows.map((row) => <Table.Tr key={row.join(' ')}>{row.map((cell, index) => <Table.Td key={index} ff="monospace" fz="xs">{cell}</Table.Td>)}</Table.Tr>)}</Table.Tbody>
      </Table>
    </ScrollArea>
  );
}

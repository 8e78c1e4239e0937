// Everything that happened to a container, newest first.
import { Badge, ScrollArea, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatTime } from '../../ui/format.ts';
import { FailureNote, LoadingRows } from '../../ui/states.tsx';
import { useContainerEvents } from '../use-events.ts';

const NOT_SHOWN = ['image', 'name'];

export function EventsTab({ host, id }: { host: string; id: string }) {
  const { t, i18n } = useTranslation();
  const query = useContainerEvents(host, id);
  if (query.isError) return <FailureNote title={t('container:events.failed')} error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <LoadingRows />;
  if (query.data.length === 0) return <Text size="sm" c="var(--gantry-subtle)">{t('container:events.none')}</Text>;
  return (
    <ScrollArea h="100%" viewportProps={{ tabIndex: 0, 'aria-label': t('container:tabs.events') }}>
      <Table striped highlightOnHover stickyHeader aria-label={t('container:tabs.events')}>
        <Table.Thead><Table.Tr><Table.Th w={190}>{t('container:events.time')}</Table.Th><Table.Th w={220}>{t('container:events.what')}</Table.Th><Table.Th>{t('container:events.about')}</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {query.data.toReversed().map((event) => (
            <Table.Tr key={`${event.timeNano} ${event.Action}`}>
              <Table.Td fz="xs" className="numeric">{formatTime(event.timeNano / 1e6, i18n.language)}</Table.Td>
              <Table.Td><Badge color="gray" size="sm">{event.Action.slice(0, 60)}</Badge></Table.Td>
              <Table.Td ff="monospace" fz="xs" style={{ overflowWrap: 'anywhere' }}>{Object.entries(event.Actor.Attributes).filter(([name]) => !NOT_SHOWN.includes(name) && !name.includes('.')).map(([name, value]) => `${name}=${value}`).join('  ')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}

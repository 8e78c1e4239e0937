// Everything that happened to a container, newest first.
import { Badge, Chip, Group, ScrollArea, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DockerEvent } from '../../../main/contract/system.ts';
import { formatTime } from '../../ui/format.ts';
import { FailureNote, LoadingRows } from '../../ui/states.tsx';
import { eventWords } from '../event-words.ts';
import { useContainerEvents } from '../use-events.ts';

const NOT_SHOWN = ['image', 'name'];

export function EventsTab({ host, id }: { host: string; id: string }) {
  const { t, i18n } = useTranslation();
  const query = useContainerEvents(host, id);
  const [isInsideShown, setInsideShown] = useState(false);
  if (query.isError) return <FailureNote title={t('container:events.failed')} error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <LoadingRows />;
  if (query.data.length === 0) return <Text size="sm" c="var(--gantry-subtle)">{t('container:events.none')}</Text>;
  const isInside = (event: DockerEvent) => event.Action.startsWith('exec_');
  const inside = query.data.filter(isInside).length;
  const shown = isInsideShown ? query.data : query.data.filter((event) => !isInside(event));
  return (
    <>
    {inside > 0 && <Group mb="xs"><Chip size="xs" checked={isInsideShown} onChange={setInsideShown}>{t('container:events.inside', { count: inside })}</Chip></Group>}
    {shown.length === 0 ? <Text size="sm" c="var(--gantry-subtle)">{t('container:events.none')}</Text> : <ScrollArea flex={1} mih={0} viewportProps={{ tabIndex: 0, 'aria-label': t('container:tabs.events') }}>
      <Table striped highlightOnHover stickyHeader aria-label={t('container:tabs.events')}>
        <Table.Thead><Table.Tr><Table.Th w={190}>{t('container:events.time')}</Table.Th><Table.Th w={320}>{t('container:events.what')}</Table.Th><Table.Th>{t('container:events.about')}</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {shown.toReversed().map((event) => (
            <Table.Tr key={`${event.timeNano} ${event.Action}`}>
              <Table.Td fz="xs" className="numeric">{formatTime(event.timeNano / 1e6, i18n.language)}</Table.Td>
              <Table.Td title={event.Action}><Badge color="gray" size="sm">{eventWords(event, t).name}</Badge> <Text span size="xs" ff="monospace" c="var(--gantry-subtle)">{eventWords(event, t).detail.slice(0, 60)}</Text></Table.Td>
              <Table.Td ff="monospace" fz="xs" style={{ overflowWrap: 'anywhere' }}>{Object.entries(event.Actor.Attributes).filter(([name]) => !NOT_SHOWN.includes(name) && !name.includes('.')).map(([name, value]) => `${name}=${value}`).join('  ')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>}
    </>
  );
}

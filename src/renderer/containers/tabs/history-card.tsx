// How the container got where it is: each change of state with its time and cause.
import { Badge, ScrollArea, Timeline, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DockerEvent } from '../../../main/contract/system.ts';
import { useContainerEvents } from '../use-events.ts';
import { Card } from './card.tsx';

/** Events that are moves of the state machine, and the colour of the point. */
const MOVES: Record<string, string> = { create: 'gray', start: 'teal', die: 'red', stop: 'gray', kill: 'orange', restart: 'teal', pause: 'yellow', unpause: 'teal', oom: 'red', rename: 'gray', update: 'blue' };
const SHOWN = 40;

export function HistoryCard({ host, id }: { host: string; id: string }) {
  const { t } = useTranslation();
  const moves = (useContainerEvents(host, id).data ?? []).filter((event) => event.Action in MOVES || event.Action.startsWith('health_status')).slice(-SHOWN).toReversed();
  return (
    <Card title={t('container:history.title')}>
      {moves.length === 0 ? (
        <Text size="sm" c="var(--gantry-subtle)">{t('container:history.none')}</Text>
      ) : (
        <ScrollArea.Autosize mah={220} viewportProps={{ tabIndex: 0, 'aria-label': t('container:history.title') }}>
          <Timeline bulletSize={12} lineWidth={2} active={moves.length}>
            {moves.map((event) => (
              <Timeline.Item key={`${event.timeNano} ${event.Action}`} color={colourOf(event)} pb={2}>
                <Text size="sm" component="div">
                  <Badge size="sm" color={colourOf(event)} mr={8}>{event.Action.split(':')[0] === 'health_status' ? event.Action.split(': ')[1] : event.Action}</Badge>
                  {causeOf(event, (key, values) => t(key, values))}
                  <Text span size="xs" c="var(--gantry-subtle)" ml={8} className="numeric">{new Date(event.time * 1000).toLocaleString()}</Text>
                </Text>
              </Timeline.Item>
            ))}
          </Timeline>
        </ScrollArea.Autosize>
      )}
    </Card>
  );
}

function colourOf(event: DockerEvent): string {
  if (event.Action.startsWith('health_status')) return event.Action.endsWith('unhealthy') ? 'red' : 'teal';
  if (event.Action === 'die' && event.Actor.Attributes['exitCode'] === '0') return 'gray';
  return MOVES[event.Action] ?? 'gray';
}

function causeOf(event: DockerEvent, t: (key: string, values: Record<string, string>) => string): string {
  const { exitCode, signal } = event.Actor.Attributes;
  if (event.Action === 'die' && exitCode !== undefined) return t('container:history.exit', { code: exitCode });
  if (event.Action === 'kill' && signal !== undefined) return t('container:history.signal', { signal });
  return '';
}

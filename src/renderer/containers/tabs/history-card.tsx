// How the container got where it is: each change of state with its time and cause. Our engine keeps it; beside another engine the
// events it still remembers stand in. Health and memory events are told by both.
import { Badge, ScrollArea, Text, Timeline } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Life } from '../../../main/contract/container-tools.ts';
import type { ContainerState } from '../../../main/contract/containers.ts';
import type { DockerEvent } from '../../../main/contract/system.ts';
import { formatTime } from '../../ui/format.ts';
import { causeWords, eventWords } from '../event-words.ts';
import { useContainerEvents } from '../use-events.ts';
import { useLife } from '../use-life.ts';
import { Card } from './card.tsx';

interface Entry { key: string; atMs: number; title: string; colour: string; cause: string }

const STATE_COLOURS: Record<ContainerState, string> = { created: 'gray', running: 'teal', paused: 'yellow', restarting: 'orange', exited: 'gray', removing: 'gray', dead: 'red' };
/** Events that are moves of the state machine, and their colours. */
const MOVES: Record<string, string> = { create: 'gray', start: 'teal', die: 'red', stop: 'gray', kill: 'orange', restart: 'teal', pause: 'yellow', unpause: 'teal' };
/** Events that are not, but tell of its life. */
const OTHERS: Record<string, string> = { oom: 'red', rename: 'gray', update: 'blue' };
const SHOWN = 60;

export function HistoryCard({ host, id }: { host: string; id: string }) {
  const { t, i18n } = useTranslation();
  const { life } = useLife(host, id);
  const events = useContainerEvents(host, id).data ?? [];
  const entries = [...(life ? life.history.map((move) => moveEntry(move, t)) : []), ...events.flatMap((event) => eventEntry(event, life === null, t))]
    .toSorted((a, b) => b.atMs - a.atMs).slice(0, SHOWN);
  return (
    <Card title={t('container:history.title')}>
      {entries.length === 0 ? (
        <Text size="sm" c="var(--gantry-subtle)">{t('container:history.none')}</Text>
      ) : (
        <ScrollArea.Autosize mah={260} viewportProps={{ tabIndex: 0, 'aria-label': t('container:history.title') }}>
          <Timeline bulletSize={12} lineWidth={2} active={entries.length} styles={{ item: { marginTop: 6 } }}>
            {entries.map((entry) => (
              <Timeline.Item key={entry.key} color={entry.colour} pb={2}>
                <Text size="sm" component="div">
                  <Badge size="sm" color={entry.colour} mr={8}>{entry.title}</Badge>
                  {entry.cause}
                  <Text span size="xs" c="var(--gantry-subtle)" ml={8} className="numeric">{formatTime(entry.atMs, i18n.language)}</Text>
                </Text>
              </Timeline.Item>
            ))}
          </Timeline>
        </ScrollArea.Autosize>
      )}
    </Card>
  );
}

function moveEntry({ from, to, atMs, cause }: Life['history'][number], t: TFunction): Entry {
  const failed = to === 'exited' && /^(exit (?!0$)|out of memory|ended while|start failed)/.test(cause);
  return { key: `${atMs} ${from} ${to}`, atMs, title: t(`containers:state.${to}`), colour: failed ? 'red' : STATE_COLOURS[to], cause: causeWords(cause, t) };
}

function eventEntry(event: DockerEvent, withMoves: boolean, t: TFunction): Entry[] {
  const isHealth = event.Action.startsWith('health_status');
  const known = isHealth ? (event.Action.endsWith('unhealthy') ? 'red' : 'teal') : (OTHERS[event.Action] ?? (withMoves ? MOVES[event.Action] : undefined));
  if (known === undefined) return [];
  const { exitCode, signal } = event.Actor.Attributes;
  const cause = event.Action === 'die' && exitCode !== undefined ? t('container:history.exit', { code: exitCode }) : event.Action === 'kill' && signal !== undefined ? t('container:history.signal', { signal }) : '';
  return [{ key: `${event.timeNano} ${event.Action}`, atMs: event.timeNano / 1e6, title: eventWords(event, t).name, colour: event.Action === 'die' && exitCode === '0' ? 'gray' : known, cause }];
}

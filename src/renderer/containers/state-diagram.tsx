// The state machine with the current state lit. The moves that are possible now are buttons; a stop shows its grace period.
import { Button, Group, Paper, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ContainerDetail } from '../../main/contract/containers.ts';
import { textColour } from '../actions.ts';
import { containerActions, nameOf, type Container } from './container-actions.ts';
import { ARROWS, isAllowed, PLACES, type Verb } from './state-machine.ts';
import classes from './state-diagram.module.css';
import { DEFAULT_GRACE_SECONDS, StopCountdown } from './stop-countdown.tsx';
import { useIsStopping, useLife } from './use-life.ts';

const HALF_WIDTH = 56;
const HALF_HEIGHT = 17;

export function StateDiagram({ item, detail }: { item: Container; detail: ContainerDetail }) {
  const { t } = useTranslation();
  const state = item.row.State;
  const { life } = useLife(item.host.id, item.row.Id);
  const isStopping = useIsStopping(item);
  const actions = containerActions.filter((action) => isAllowed(action.id as Verb, state, life?.moves) && !(isStopping && action.id !== 'kill'));
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="xs" wrap="nowrap">
        <Text fw={600} size="sm">{t('container:life.title')}</Text>
        <StopCountdown item={item} graceSeconds={detail.Config.StopTimeout ?? DEFAULT_GRACE_SECONDS} />
      </Group>
      <svg viewBox="0 0 680 196" className={classes.diagram} role="img" aria-label={t('container:life.now', { state: t(`containers:state.${state}`) })}>
        <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 z" className={classes.tip} /></marker></defs>
        {ARROWS.map((arrow) => <Arrow key={`${arrow.from} ${arrow.to}`} {...arrow} isOpen={arrow.from === state && (!life || life.moves.includes(arrow.to))} isWaiting={isStopping && arrow.from === state && arrow.verbs.includes('stop')} />)}
        {Object.entries(PLACES).map(([name, { x, y }]) => (
          <g key={name} data-current={name === state || undefined} data-state={name} className={classes.state}>
            <rect x={x - HALF_WIDTH} y={y - HALF_HEIGHT} width={HALF_WIDTH * 2} height={HALF_HEIGHT * 2} rx={10} />
            <text x={x} y={y + 4} textAnchor="middle">{t(`containers:state.${name}`)}</text>
          </g>
        ))}
      </svg>
      <Group gap="xs" mt="xs">
        {actions.map((action) => (
          <Button key={action.id} size="compact-sm" variant="default" leftSection={<action.icon size={14} />} {...(action.colour ? { c: textColour(action.colour) } : {})} aria-label={`${t(action.label)}: ${nameOf(item)}`} onClick={() => void action.perform([item])}>{t(action.label)}</Button>
        ))}
        {actions.length === 0 && <Text size="sm" c="var(--gantry-subtle)">{t('container:life.wait')}</Text>}
      </Group>
    </Paper>
  );
}

function Arrow({ from, to, verbs, bend, label, words, isOpen, isWaiting }: (typeof ARROWS)[number] & { isOpen: boolean; isWaiting: boolean }) {
  const { t } = useTranslation();
  const a = edgeOf(PLACES[from], PLACES[to]);
  const b = edgeOf(PLACES[to], PLACES[from]);
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const middle = { x: (a.x + b.x) / 2 + ((b.y - a.y) / length) * -bend, y: (a.y + b.y) / 2 + ((b.x - a.x) / length) * bend };
  const text = label ? t(`container:life.${label}`) : verbs.map((verb) => t(`containers:actions.${verb}`)).join(' / ');
  return (
    <g className={classes.arrow} data-open={isOpen || undefined} data-waiting={isWaiting || undefined}>
      <path d={`M${a.x} ${a.y} Q${middle.x} ${middle.y} ${b.x} ${b.y}`} markerEnd="url(#arrow)" />
      {words && <text x={words.x} y={words.y} textAnchor={words.anchor}>{text}</text>}
    </g>
  );
}

/** Where a line to the other box leaves this one. */
function edgeOf(from: { x: number; y: number }, to: { x: number; y: number }): { x: number; y: number } {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const scale = Math.min(dx === 0 ? Infinity : (HALF_WIDTH + 2) / Math.abs(dx), dy === 0 ? Infinity : (HALF_HEIGHT + 2) / Math.abs(dy));
  return { x: from.x + dx * scale, y: from.y + dy * scale };
}

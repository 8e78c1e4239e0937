// State of a build or a step: an icon with its name, always both shape and colour.
import { Badge, Loader, ThemeIcon, Tooltip } from '@mantine/core';
import { IconBan, IconBolt, IconCheck, IconClock, IconX, type Icon } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { StepState } from './build-model.ts';

const LOOKS: Record<Exclude<StepState, 'running'>, { icon: Icon; colour: string }> = {
  waiting: { icon: IconClock, colour: 'gray' },
  cached: { icon: IconBolt, colour: 'violet' },
  done: { icon: IconCheck, colour: 'teal' },
  failed: { icon: IconX, colour: 'red' },
  canceled: { icon: IconBan, colour: 'gray' },
};

export const stateColour = (state: StepState): string => (state === 'running' ? 'blue' : LOOKS[state].colour);

export function StepMark({ state, size = 18, hasTooltip = true }: { state: StepState; size?: number; hasTooltip?: boolean }) {
  const { t } = useTranslation();
  const label = t(`builds:state.${state}`);
  if (state === 'running') return <Loader size={size - 2} role="img" aria-label={label} />;
  const { icon: Shown, colour } = LOOKS[state];
  return <Tooltip label={label} disabled={!hasTooltip}><ThemeIcon size={size} radius="xl" variant="light" color={colour} role="img" aria-label={label}><Shown size={size - 6} stroke={2.2} /></ThemeIcon></Tooltip>;
}

export function StateBadge({ state }: { state: 'running' | 'done' | 'failed' | 'canceled' }) {
  const { t } = useTranslation();
  return <Badge variant="light" color={stateColour(state)} leftSection={state === 'running' ? <Loader size={10} /> : undefined}>{t(`builds:state.${state}`)}</Badge>;
}

// A container's state as a coloured word.
import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ContainerState } from '../../main/contract/containers.ts';

const COLOURS: Record<ContainerState, string> = { created: 'gray', running: 'teal', paused: 'yellow', restarting: 'orange', removing: 'gray', exited: 'gray', dead: 'red' };

/** @param status Docker's words, which tell an exit code */
export function StateBadge({ state, status = '' }: { state: ContainerState; status?: string }) {
  const { t } = useTranslation();
  const failed = state === 'exited' && !status.startsWith('Exited (0)') && status !== '';
  return <Badge color={failed ? 'red' : COLOURS[state]} variant={state === 'running' ? 'light' : 'outline'} size="sm">{t(`containers:state.${state}`)}</Badge>;
}

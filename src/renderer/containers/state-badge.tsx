// A container's state as a coloured word, with the exit code of one that failed.
import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ContainerRow, ContainerState } from '../../main/contract/containers.ts';

const COLOURS: Record<ContainerState, string> = { created: 'gray', running: 'teal', paused: 'yellow', restarting: 'orange', removing: 'gray', exited: 'gray', dead: 'red' };

export function StateBadge({ row: { State, ExitCode = 0 } }: { row: Pick<ContainerRow, 'State' | 'ExitCode'> }) {
  const { t } = useTranslation();
  const hasFailed = (State === 'exited' || State === 'restarting') && ExitCode !== 0;
  return <Badge color={State === 'exited' && hasFailed ? 'red' : COLOURS[State]} variant={State === 'running' ? 'light' : 'outline'} size="sm">{t(`containers:state.${State}`)}{hasFailed && ` (${ExitCode})`}</Badge>;
}

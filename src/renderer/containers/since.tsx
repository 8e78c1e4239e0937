// How long a container runs, or since when it does not, counted on while it is looked at.
import { useTranslation } from 'react-i18next';
import type { ContainerRow } from '../../main/contract/containers.ts';
import { formatAge, formatSpan } from '../ui/format.ts';
import { useTicking } from '../ui/ticking.ts';

export function Since({ row }: { row: ContainerRow }) {
  const { t, i18n } = useTranslation();
  return useTicking(() => {
    const { State, SinceMs, Created } = row;
    if (SinceMs === undefined) return State === 'created' ? formatAge(Created * 1000, i18n.language) : row.Status;
    return State === 'running' || State === 'paused' ? t('containers:up', { time: formatSpan(Date.now() - SinceMs, i18n.language) }) : formatAge(SinceMs, i18n.language);
  });
}

// The lines of a file that differ between two layers.
import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { rpc } from '../rpc.ts';
import { formatBytes } from '../ui/format.ts';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import classes from './layers.module.css';
import { ink } from './marks.ts';

export function DiffView({ session, node, before, after }: { session: string; node: number; before: number; after: number }) {
  const { t } = useTranslation();
  const diff = useQuery({ queryKey: ['layers', 'diff', session, node, before, after], queryFn: ({ signal }) => rpc.layers.diff({ session, node, before, after }, { signal }), gcTime: 60_000 });
  if (diff.isPending) return <LoadingRows count={4} />;
  if (diff.isError) return <FailureNote title={t('layers:diffFailed')} error={diff.error} />;
  const { type, lines, isCut, beforeBytes, afterBytes } = diff.data;
  if (type !== 'text') return <Text size="sm" c="var(--gantry-subtle)">{t(`layers:diff.${type}`, { before: formatBytes(beforeBytes), after: formatBytes(afterBytes) })}</Text>;
  const added = lines.filter((line) => line.sign === '+').length;
  const removed = lines.filter((line) => line.sign === '-').length;
  return (
    <div>
      <Group gap="xs" mb={4}><Text size="xs" c={ink('green')} className="numeric">+{added}</Text><Text size="xs" c={ink('red')} className="numeric">−{removed}</Text>{isCut && <Text size="xs" c="var(--gantry-subtle)">{t('layers:cut')}</Text>}</Group>
      <pre className={classes.code} tabIndex={0}>
        {lines.map((line, index) => (
          <span key={index} {...(line.sign === '+' ? { className: classes.plus } : line.sign === '-' ? { className: classes.minus } : {})}>
            <i className={classes.number}>{line.before ?? ''}</i><i className={classes.number}>{line.after ?? ''}</i>{line.sign} {line.text}
          </span>
        ))}
      </pre>
    </div>
  );
}

// One line in full: its time, its whole text, JSON laid out.
import { ActionIcon, Badge, Button, CopyButton, Group, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogRow } from '../../../main/contract/container-logs.ts';
import { jsonOf, withoutAnsi } from '../../../main/contract/log-text.ts';
import { rpc } from '../../rpc.ts';
import { formatBytes } from '../../ui/format.ts';
import { JsonTree } from '../json-tree.tsx';
import classes from './log-lines.module.css';

export function LogDetails({ view, row, onClose }: { view: string; row: LogRow; onClose: () => void }) {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const whole = useQuery({ queryKey: ['log-line', view, row.line], queryFn: () => rpc.containerLogs.text({ view, line: row.line }), enabled: isWhole, gcTime: 0 });
  const text = withoutAnsi(whole.data?.text ?? row.text);
  const json = jsonOf(text);
  return (
    <section className={classes.details} aria-label={t('container:logs.details')}>
      <Group gap="xs" mb={6} wrap="nowrap">
        <Badge color={row.stream === 'stderr' ? 'red' : 'gray'} size="sm">{row.stream}</Badge>
        <Text size="xs" c="var(--gantry-subtle)" className="numeric">{row.time}</Text>
        {row.clippedBytes > 0 && !whole.data && <Button size="compact-xs" variant="light" loading={whole.isFetching} onClick={() => setWhole(true)}>{t('container:logs.showAll', { size: formatBytes(row.clippedBytes) })}</Button>}
        <CopyButton value={text}>{({ copied, copy }) => <Button size="compact-xs" variant="default" ml="auto" onClick={copy}>{copied ? t('copied') : t('copy')}</Button>}</CopyButton>
        <ActionIcon size="sm" aria-label={t('close')} onClick={onClose}><IconX size={14} /></ActionIcon>
      </Group>
      {json ? <JsonTree value={json} /> : <pre>{text}</pre>}
    </section>
  );
}

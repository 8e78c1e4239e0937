// What the container changed in its image's files.
import { Badge, Button, Group, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { IconChevronDown, IconChevronRight, IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rpc } from '../../rpc.ts';
import { FailureNote, LoadingRows } from '../../ui/states.tsx';
import { changeLines } from '../change-tree.ts';
import classes from './tabs.module.css';

const KINDS = [{ letter: 'M', colour: 'yellow', name: 'changed' }, { letter: 'A', colour: 'teal', name: 'added' }, { letter: 'D', colour: 'red', name: 'deleted' }] as const;

export function ChangesTab({ host, id }: { host: string; id: string }) {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: [host, 'changes', id], queryFn: ({ signal }) => rpc.containerTools.changes({ host, id }, { signal }), staleTime: 0 });
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => changeLines(query.data ?? [], closed), [query.data, closed]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => 28, overscan: 20 });
  if (query.isError) return <FailureNote title={t('container:changes.failed')} error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <LoadingRows />;
  const count = (kind: number) => query.data.filter((change) => change.Kind === kind).length;
  const toggle = (path: string) => setClosed((now) => { const next = new Set(now); if (!next.delete(path)) next.add(path); return next; });
  return (
    <>
      <Group gap="xs" mb="sm">
        {KINDS.map(({ colour, name }, kind) => <Badge key={name} color={colour}>{t(`container:changes.${name}`, { count: count(kind) })}</Badge>)}
        <Button size="compact-sm" variant="default" ml="auto" leftSection={<IconRefresh size={14} />} loading={query.isFetching} onClick={() => void query.refetch()}>{t('container:changes.read')}</Button>
      </Group>
      {lines.length === 0 ? <Text size="sm" c="var(--gantry-subtle)">{t('container:changes.none')}</Text> : (
        <div ref={scroller} className={classes.scroller} role="tree" aria-label={t('container:tabs.changes')} tabIndex={0}>
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map((item) => {
              const line = lines[item.index];
              if (!line) return null;
              const kind = KINDS[line.kind];
              return (
                <div key={line.path} role="treeitem" tabIndex={-1} aria-level={line.depth + 1} aria-label={`${line.path}, ${t(`container:changes.is.${kind.name}`)}`} {...(line.hasChildren ? { 'aria-expanded': !closed.has(line.path) } : {})} className={classes.line} style={{ transform: `translateY(${item.start}px)`, paddingLeft: 8 + line.depth * 20 }} onClick={() => line.hasChildren && toggle(line.path)}>
                  <span className={classes.fold}>{line.hasChildren && (closed.has(line.path) ? <IconChevronRight size={14} /> : <IconChevronDown size={14} />)}</span>
                  <Badge size="sm" color={kind.colour} w={24} px={0}>{kind.letter}</Badge>
                  <Text size="sm" ff="monospace" td={line.kind === 2 ? 'line-through' : undefined} truncate>{line.name}</Text>
                  {line.hasChildren && <Text size="xs" c="var(--gantry-subtle)" className="numeric" ml="auto" pr="sm">+{line.added} ~{line.changed} −{line.deleted}</Text>}
                </div>
              );
            })}
          </div>
        </div>
      )}
    </>
  );
}

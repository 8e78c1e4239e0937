// Bytes that are stored and never seen, by cause; the totals of the causes add up to the figure in the head of the page.
import { Badge, Center, Group, SegmentedControl, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, type Dispatch } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExplorerImage, WasteCause } from '../../main/contract/layers.ts';
import { rpc } from '../rpc.ts';
import { formatBytes } from '../ui/format.ts';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import type { ExplorerAction } from './explorer-state.ts';
import { visible } from './file-row.tsx';
import classes from './layers.module.css';

const PAGE = 500;
export const CAUSE_COLOURS: Record<WasteCause, string> = { overwritten: 'orange', deletedLater: 'red', metadataOnly: 'blue' };

export function WasteView({ session, image, dispatch }: { session: string; image: ExplorerImage; dispatch: Dispatch<ExplorerAction> }) {
  const { t } = useTranslation();
  const [cause, setCause] = useState<WasteCause | 'all'>('all');
  const [pattern, setPattern] = useState('');
  const scroller = useRef<HTMLDivElement>(null);
  const waste = useInfiniteQuery({
    queryKey: ['layers', 'waste', session, cause, pattern],
    queryFn: ({ pageParam, signal }) => rpc.layers.waste({ session, ...(cause === 'all' ? {} : { cause }), pattern, from: pageParam, count: PAGE }, { signal }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => (pages.length * PAGE < last.length ? pages.length * PAGE : undefined),
  });
  const items = waste.data?.pages.flatMap((page) => page.items) ?? [];
  const virtual = useVirtualizer({ count: items.length, getScrollElement: () => scroller.current, estimateSize: () => 30, overscan: 12 });
  const rows = virtual.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? 0;
  useEffect(() => { if (lastShown >= items.length - 20 && waste.hasNextPage && !waste.isFetching) void waste.fetchNextPage(); }, [lastShown, items.length, waste]);
  const { overwrittenBytes, deletedLaterBytes, metadataOnlyBytes, reclaimableBytes } = image.totals;
  const sums: Record<WasteCause | 'all', number> = { all: reclaimableBytes, overwritten: overwrittenBytes, deletedLater: deletedLaterBytes, metadataOnly: metadataOnlyBytes };
  const show = (path: string, layer: number) => void rpc.layers.find({ session, path }).then((found) => found && dispatch({ type: 'show', layer, node: found.node, above: found.above }));
  return (
    <section className={classes.pane} aria-label={t('layers:tabs.waste')}>
      <Group className={classes.paneHead ?? ''} gap="sm">
        <SegmentedControl size="xs" aria-label={t('layers:causeLabel')} value={cause} onChange={(next) => setCause(next as WasteCause | 'all')}
          data={(['all', 'overwritten', 'deletedLater', 'metadataOnly'] as const).map((value) => ({ value, label: `${t(`layers:causes.${value}`)} · ${formatBytes(sums[value])}` }))} />
        <TextInput size="xs" ml="auto" w={220} leftSection={<IconSearch size={14} />} aria-label={t('layers:filter.label')} placeholder={t('layers:filter.text')} value={pattern} onChange={(event) => setPattern(event.currentTarget.value)} />
        <Text size="xs" c="var(--gantry-subtle)" className="numeric">{waste.data?.pages[0] && t('layers:wasteSum', { count: waste.data.pages[0].length, size: formatBytes(waste.data.pages[0].bytes) })}</Text>
      </Group>
      {waste.isPending ? <LoadingRows /> : waste.isError ? <FailureNote title={t('layers:failed')} error={waste.error} /> : items.length === 0 ? <Center p="xl"><Text c="var(--gantry-subtle)" size="sm">{t('layers:noWaste')}</Text></Center> : (
        <div ref={scroller} className={classes.tree} role="list" tabIndex={0} aria-label={t('layers:tabs.waste')}>
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {rows.map((row) => {
              const item = items[row.index];
              return item && (
                <div key={row.key} role="listitem">
                  <UnstyledButton className={classes.wasteRow} style={{ transform: `translateY(${row.start}px)` }} onClick={() => show(item.path, item.layer)}>
                    <span className={classes.clip} title={item.path}>{visible(item.path)}</span>
                    <Group gap={5} wrap="nowrap"><Badge size="xs" color={CAUSE_COLOURS[item.cause]}>{t(`layers:causes.${item.cause}`)}</Badge><Text size="xs" c="var(--gantry-subtle)" className="numeric" title={`${image.layers[item.layer]?.instruction}\n→ ${image.layers[item.hiddenBy]?.instruction}`}>{item.layer}→{item.hiddenBy}</Text></Group>
                    <span className={classes.bytes}>{formatBytes(item.bytes)}</span>
                  </UnstyledButton>
                </div>
              );
            })}
          </div>
        </div>
      )}
    </section>
  );
}

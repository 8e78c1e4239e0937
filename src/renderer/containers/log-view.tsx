// The live log of one container: the last lines, followed while it runs.
import { Box } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLine } from '../../main/contract/containers.ts';
import { failureOf, rpc } from '../rpc.ts';

const KEPT_LINES = 10_000;

export function LogView({ host, id, running }: { host: string; id: string; running: boolean }) {
  const { t } = useTranslation();
  const [lines, setLines] = useState<LogLine[]>([]);
  const [error, setError] = useState<string>();
  const scroller = useRef<HTMLDivElement>(null);
  const sticky = useRef(true);
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => 19, overscan: 30 });

  useEffect(() => {
    const controller = new AbortController();
    let pending: LogLine[] = [];
    let frame = 0;
    const paint = () => {
      frame = 0;
      const batch = pending;
      pending = [];
      setLines((now) => [...now, ...batch].slice(-KEPT_LINES));
    };
    setLines([]);
    setError(undefined);
    void (async () => {
      for await (const batch of await rpc.containers.logs({ host, id, tail: 1000, follow: running }, { signal: controller.signal })) {
        pending.push(...batch);
        frame ||= requestAnimationFrame(paint);
      }
    })().catch((failure: unknown) => {
      if (!controller.signal.aborted) setError(failureOf(failure).message);
    });
    return () => {
      controller.abort();
      cancelAnimationFrame(frame);
    };
  }, [host, id, running]);

  useEffect(() => {
    if (sticky.current && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [lines, virtual]);

  return (
    <Box
      ref={scroller}
      h="100%"
      p="xs"
      tabIndex={0}
      role="log"
      aria-label={t('containers:tabs.logs')}
      style={{ overflow: 'auto', background: 'var(--gantry-surface)', border: '1px solid var(--gantry-line)', borderRadius: 'var(--mantine-radius-md)' }}
      onScroll={({ currentTarget: box }) => (sticky.current = box.scrollHeight - box.scrollTop - box.clientHeight < 40)}
    >
      {error ?? (lines.length === 0 && t('containers:logs.empty'))}
      <div style={{ height: virtual.getTotalSize(), position: 'relative', fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index] as LogLine;
          return <div key={item.key} ref={virtual.measureElement} data-index={item.index} style={{ position: 'absolute', insetInline: 0, transform: `translateY(${item.start}px)`, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', minHeight: 19, ...(line.stream === 'stderr' ? { color: 'var(--mantine-color-red-text)' } : {}) }}>{line.text}</div>;
        })}
      </div>
    </Box>
  );
}

// The file tree as virtual rows: only what is on the screen exists. Arrows walk, right opens, left closes, as in any tree.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useRef, type Dispatch, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Center, Text, UnstyledButton } from '@mantine/core';
import { failureOf, rpc } from '../rpc.ts';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import type { ExplorerAction, ExplorerState } from './explorer-state.ts';
import { FileRow, ROW_HEIGHT } from './file-row.tsx';
import classes from './layers.module.css';
import { TreeToolbar } from './tree-toolbar.tsx';
import { useRowAt, useTree } from './use-rows.ts';

export function FileTree({ session, state, dispatch, isComparison, isPartial, children }: { session: string; state: ExplorerState; dispatch: Dispatch<ExplorerAction>; isComparison: boolean; /** some layers are still in a registry */ isPartial?: boolean; /** stands above the rows */ children?: ReactNode }) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const at = useRef(-1); // index of the selected row in the list
  const tree = useTree(session, state);
  const { question, length, matchCount, error, isLoading, isOld } = tree;
  const virtual = useVirtualizer({ count: length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: 12 });
  const items = virtual.getVirtualItems();
  const rowAt = useRowAt(tree, items[0]?.index ?? 0, (items.at(-1)?.index ?? 0) + 1);
  const onSelect = useCallback((node: number, index: number) => { at.current = index; dispatch({ type: 'select', node }); }, [dispatch]);
  const onToggle = useCallback((node: number) => dispatch({ type: 'toggle', node }), [dispatch]);

  const chosen = useRef(state.selected);
  useEffect(() => { chosen.current = state.selected; }, [state.selected]);
  const { reveal } = state;
  useEffect(() => { // another list: where is the selected row now? A path that was asked for from elsewhere is brought into sight
    const node = reveal ?? chosen.current;
    at.current = -1;
    if (node === undefined || isOld) return undefined;
    const controller = new AbortController();
    rpc.layers.place({ ...question, node }, { signal: controller.signal }).then((index) => {
      if (controller.signal.aborted) return;
      at.current = index;
      if (reveal === undefined) return;
      if (index >= 0) virtual.scrollToIndex(index, { align: 'center' });
      dispatch({ type: 'revealed' });
    }, () => {}); // a closed session: the rows say so themselves
    return () => controller.abort();
  }, [question, isOld, reveal, virtual, dispatch]);

  const move = (to: number) => {
    const index = Math.max(0, Math.min(length - 1, to));
    const row = rowAt(index);
    virtual.scrollToIndex(index);
    at.current = index;
    if (row) dispatch({ type: 'select', node: row.id });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rowAt(at.current);
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / ROW_HEIGHT) - 1);
    const steps: Record<string, () => void> = {
      ArrowDown: () => move(at.current + 1), ArrowUp: () => move(at.current - 1), PageDown: () => move(at.current + page), PageUp: () => move(at.current - page), Home: () => move(0), End: () => move(length - 1),
      ArrowRight: () => { if (row?.hasChildren && !row.isOpen) onToggle(row.id); else if (row?.isOpen) move(at.current + 1); },
      ArrowLeft: () => {
        if (row?.isOpen) return onToggle(row.id);
        let index = at.current - 1;
        while (index >= 0 && (rowAt(index)?.depth ?? 0) >= (row?.depth ?? 0)) index--;
        if (index >= 0) move(index);
      },
      Enter: () => { if (row?.hasChildren) onToggle(row.id); },
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  };
  const failure = error ? failureOf(error) : undefined;
  const isBadPattern = failure?.kind === 'InvalidParameter';
  return (
    <section className={classes.pane} aria-label={t('layers:tree')}>
      <TreeToolbar state={state} dispatch={dispatch} matchCount={matchCount} error={isBadPattern ? failure?.message : undefined} isComparison={isComparison} />
      {children}
      <div className={classes.columns}>{(['mark', 'name', 'files', 'size'] as const).map((sort) => (
          <UnstyledButton key={sort} className={classes.sort} aria-pressed={state.sort === sort} aria-label={t(`layers:sort.${sort}`)} title={t(`layers:sort.${sort}`)} style={sort === 'size' ? { textAlign: 'right' } : undefined} onClick={() => dispatch({ type: 'sort', sort })}>{sort === 'mark' ? '±' : t(`layers:columns.${sort}`)}{state.sort === sort && (sort === 'name' ? ' ↑' : ' ↓')}</UnstyledButton>
        ))}</div>
      {error && !isBadPattern ? <FailureNote title={t('layers:failed')} error={error} /> : isLoading ? <LoadingRows /> : (
        <div ref={scroller} className={classes.tree} role="tree" tabIndex={0} aria-label={t('layers:tree')} {...(state.selected === undefined ? {} : { 'aria-activedescendant': `row-${state.selected}` })} onKeyDown={onKeyDown}>
          {length === 0 && <Center p="xl"><Text c="var(--gantry-subtle)" size="sm">{t(isPartial && !state.filter.pattern ? 'layers:registry.unread' : state.filter.pattern || state.filter.marks?.length || state.filter.kinds?.length || state.filter.minBytes ? 'layers:noMatch' : state.scope === 'layer' ? 'layers:nothingHere' : 'layers:noFiles')}</Text></Center>}
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {items.map((item) => {
              const row = rowAt(item.index);
              return row && <FileRow key={item.key} row={row} index={item.index} top={item.start} isSelected={state.selected === row.id} onSelect={onSelect} onToggle={onToggle} />;
            })}
          </div>
        </div>
      )}
    </section>
  );
}

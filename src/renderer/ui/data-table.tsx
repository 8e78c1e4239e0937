// The list of every view: virtual rows, sort, selection, keyboard. Ten thousand rows cost what a screenful costs.
// Keyboard (WAI-ARIA grid pattern): up/down/page/home/end move, shift extends, space selects, Ctrl+A all, Enter opens.
// Rows are memoised and have no handlers of their own: the grid hears clicks and finds the row by its index.
import { VisuallyHidden } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './data-table.module.css';
import { Row, rowId } from './data-table-row.tsx';
import { grouped, type Entry } from './group-rows.ts';
import { sortRows, type Sort } from './sort-rows.ts';
import { useFittingColumns } from './use-fitting-columns.ts';

export interface Column<T> {
  id: string;
  /** translated heading; empty for the column of row actions */
  label: string;
  /** CSS grid track, e.g. `minmax(160px, 2fr)` or `96px` */
  width: string;
  render: (row: T) => ReactNode;
  /** present: the column sorts by it */
  sortBy?: (row: T) => string | number;
  align?: 'right';
  /** left out while the table is narrower than so many pixels: what matters less goes first */
  hideBelow?: number;
}

interface DataTableProps<T> {
  /** accessible name */
  label: string;
  rows: T[];
  /** kept by the caller (useMemo): a new array draws every row anew */
  columns: Column<T>[];
  keyOf: (row: T) => string;
  defaultSort?: Sort;
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
  onOpen?: (row: T) => void;
  /** the name a screen reader says for a row's checkbox */
  nameOf: (row: T) => string;
  /** other keys; `current` is the row under the cursor */
  onKey?: (key: string, event: KeyboardEvent, current: T | undefined) => void;
  rowHeight?: number;
  /** rows of the same group stand together under a heading; '' has none and comes last */
  groupOf?: (row: T) => string;
  renderGroup?: (group: string, rows: T[]) => ReactNode;
  closedGroups?: ReadonlySet<string>;
}

export function DataTable<T>(props: DataTableProps<T>) {
  const { label, rows, keyOf, selected, onSelect, onOpen, nameOf, rowHeight = 44 } = props;
  const { t } = useTranslation();
  const [sort, setSort] = useState(props.defaultSort);
  const [current, setCurrent] = useState<string>();
  const anchor = useRef<string>(undefined);
  const scroller = useRef<HTMLDivElement>(null);
  const columns = useFittingColumns(props.columns, scroller);
  const { groupOf, closedGroups } = props;
  const entries = useMemo(() => grouped(sortRows(rows, columns, sort), groupOf, closedGroups), [rows, columns, sort, groupOf, closedGroups]);
  const sorted = useMemo(() => entries.flatMap((entry) => ('row' in entry ? [entry.row] : [])), [entries]);
  const entryKey = (entry: Entry<T> | undefined) => (!entry ? '' : 'row' in entry ? keyOf(entry.row) : `group ${entry.group}`);
  const virtual = useVirtualizer({ count: entries.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 8, getItemKey: (index) => entryKey(entries[index]) });
  const template = useMemo(() => `36px ${columns.map((column) => column.width).join(' ')}`, [columns]);
  const currentIndex = current === undefined ? -1 : sorted.findIndex((row) => keyOf(row) === current);
  const allSelected = selected.size > 0 && sorted.length > 0 && sorted.every((row) => selected.has(keyOf(row)));

  const range = (from: string | undefined, to: string): string[] => {
    const a = sorted.findIndex((row) => keyOf(row) === from);
    const b = sorted.findIndex((row) => keyOf(row) === to);
    return a < 0 ? [to] : sorted.slice(Math.min(a, b), Math.max(a, b) + 1).map(keyOf);
  };
  const toggle = (key: string, extend: boolean) => {
    const next = new Set(selected);
    if (extend) for (const item of range(anchor.current, key)) next.add(item);
    else if (!next.delete(key)) next.add(key);
    if (!extend) anchor.current = key;
    onSelect(next);
  };
  const move = (index: number, extend: boolean) => {
    const at = Math.max(0, Math.min(sorted.length - 1, index));
    const row = sorted[at];
    if (row === undefined) return;
    const key = keyOf(row);
    if (extend) onSelect(new Set(range((anchor.current ??= current), key)));
    else anchor.current = key;
    setCurrent(key);
    virtual.scrollToIndex(groupOf ? entries.findIndex((entry) => 'row' in entry && entry.row === row) : at, { align: 'auto' });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 2);
    const steps: Record<string, number> = { ArrowDown: currentIndex + 1, ArrowUp: currentIndex - 1, PageDown: currentIndex + page, PageUp: currentIndex - page, Home: 0, End: sorted.length - 1 };
    const row = sorted[currentIndex];
    if (event.key in steps) move(steps[event.key] as number, event.shiftKey);
    else if (event.key === ' ' && current !== undefined) toggle(current, event.shiftKey);
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) onSelect(new Set(sorted.map(keyOf)));
    else if (event.key === 'Escape') onSelect(new Set());
    else if (event.key === 'Enter' && row !== undefined) onOpen?.(row);
    else return props.onKey?.(event.key, event, row);
    event.preventDefault();
  };
  const onRowClick = (event: MouseEvent) => {
    const target = event.target as HTMLElement;
    const index = Number(target.closest<HTMLElement>('[data-index]')?.dataset['index'] ?? -1);
    const entry = entries[index];
    const row = entry && 'row' in entry ? entry.row : undefined;
    // A menu of a row is drawn elsewhere in the document, but its clicks come through React's tree to here.
    if (row === undefined || !event.currentTarget.contains(target)) return;
    const key = keyOf(row);
    if (target.closest('[data-check]')) return toggle(key, event.shiftKey);
    if (target.closest('a, button, input, label')) return;
    setCurrent(key);
    if (event.shiftKey || event.ctrlKey || event.metaKey) toggle(key, event.shiftKey);
    else onOpen?.(row);
  };
  const sortByColumn = (column: Column<T>) => setSort((now) => ({ column: column.id, descending: now?.column === column.id ? !now.descending : false }));

  return (
    <div
      ref={scroller}
      className={classes.scroller}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={entries.length + 1}
      aria-multiselectable
      {...(currentIndex >= 0 ? { 'aria-activedescendant': rowId(current as string) } : {})}
      onKeyDown={onKeyDown}
      onClick={onRowClick}
      onFocus={(event) => {
        if (event.target === event.currentTarget && currentIndex < 0 && sorted[0] !== undefined) setCurrent(keyOf(sorted[0]));
      }}
    >
      <div role="rowgroup" className={classes.headGroup}>
        <div role="row" className={classes.head} style={{ gridTemplateColumns: template }} aria-rowindex={1}>
          <div role="columnheader" className={classes.check}>
            <input type="checkbox" aria-label={t('table.selectAll')} checked={allSelected} ref={(box) => { if (box) box.indeterminate = !allSelected && selected.size > 0; }} onChange={() => onSelect(allSelected ? new Set() : new Set(sorted.map(keyOf)))} />
          </div>
          {columns.map((column) => (
            <div key={column.id} role="columnheader" data-align={column.align} aria-sort={sort?.column !== column.id ? 'none' : sort.descending ? 'descending' : 'ascending'}>
              {column.sortBy ? (
                <button type="button" className={classes.sort} onClick={() => sortByColumn(column)}>
                  {column.label}
                  {sort?.column === column.id && (sort.descending ? <IconArrowDown size={13} aria-hidden /> : <IconArrowUp size={13} aria-hidden />)}
                </button>
              ) : (
                column.label || <VisuallyHidden>{t('table.actions')}</VisuallyHidden>
              )}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className={classes.body} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const entry = entries[item.index] as Entry<T>;
          if (!('row' in entry)) {
            return <div key={item.key} role="row" className={classes.group} style={{ height: rowHeight, transform: `translateY(${item.start}px)` }} aria-rowindex={item.index + 2}><div role="gridcell" className={classes.groupCell}>{props.renderGroup?.(entry.group, entry.rows)}</div></div>;
          }
          const { row } = entry;
          const key = keyOf(row);
          return <Row key={key} rowKey={key} row={row} columns={columns} template={template} index={item.index} top={item.start} height={rowHeight} name={nameOf(row)} isSelected={selected.has(key)} isCurrent={key === current} />;
        })}
      </div>
    </div>
  );
}

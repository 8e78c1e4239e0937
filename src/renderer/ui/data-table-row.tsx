// One row of the grid. Memoised: while the list scrolls or one row is selected, the others are not drawn again.
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './data-table.module.css';
import type { Column } from './data-table.tsx';

interface RowProps<T> {
  rowKey: string;
  row: T;
  columns: Column<T>[];
  template: string;
  index: number;
  /** pixels from the top of the list */
  top: number;
  height: number;
  name: string;
  isSelected: boolean;
  isCurrent: boolean;
}

function PlainRow<T>({ rowKey, row, columns, template, index, top, height, name, isSelected, isCurrent }: RowProps<T>) {
  const { t } = useTranslation();
  return (
    <div id={rowId(rowKey)} role="row" className={classes.row} style={{ gridTemplateColumns: template, height, transform: `translateY(${top}px)` }} aria-rowindex={index + 2} aria-selected={isSelected} data-index={index} data-current={isCurrent || undefined}>
      <div role="gridcell" className={classes.check} data-check>
        <input type="checkbox" tabIndex={-1} aria-label={t('table.select', { name })} checked={isSelected} readOnly />
      </div>
      {columns.map((column) => <div key={column.id} role="gridcell" className={classes.cell} data-align={column.align}>{column.render(row)}</div>)}
    </div>
  );
}

export const Row = memo(PlainRow) as typeof PlainRow;

export function rowId(key: string): string {
  return `row-${key.replace(/[^\w-]/g, '_')}`;
}

// Rows in the order of one column: numbers as numbers, words as people sort them (`web-2` before `web-10`).

export interface Sort { column: string; descending: boolean }

interface SortColumn<T> { id: string; sortBy?: (row: T) => string | number }

const collator = new Intl.Collator(undefined, { numeric: true });

/** Equal rows keep their order; an unknown column leaves the rows as they are. */
export function sortRows<T>(rows: T[], columns: SortColumn<T>[], sort: Sort | undefined): T[] {
  const by = columns.find((column) => column.id === sort?.column)?.sortBy;
  if (!by || !sort) return rows;
  const sign = sort.descending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: by(row) }))
    .sort((a, b) => sign * (typeof a.value === 'number' && typeof b.value === 'number' ? a.value - b.value : collator.compare(String(a.value), String(b.value))))
    .map(({ row }) => row);
}

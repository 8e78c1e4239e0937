import { expect, test } from 'vitest';
import { sortRows } from './sort-rows.ts';

const columns = [{ id: 'name', sortBy: (row: { name: string; size: number }) => row.name }, { id: 'size', sortBy: (row: { name: string; size: number }) => row.size }];
const rows = [{ name: 'web-10', size: 2 }, { name: 'web-2', size: 2 }, { name: 'api', size: 10 }];
const names = (sort: { column: string; descending: boolean } | undefined) => sortRows(rows, columns, sort).map((row) => row.name);

test('words sort as people count', () => {
  expect(names({ column: 'name', descending: false })).toEqual(['api', 'web-2', 'web-10']);
});

test('numbers sort as numbers, equal ones keep their order', () => {
  expect(names({ column: 'size', descending: true })).toEqual(['api', 'web-10', 'web-2']);
});

test('without a column nothing moves', () => {
  expect(names(undefined)).toEqual(['web-10', 'web-2', 'api']);
});

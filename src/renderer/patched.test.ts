import { expect, test } from 'vitest';
import type { ImageRow } from '../main/contract/images.ts';
import type { RowPatch } from '../main/contract/system.ts';
import { patched, withoutMovedTags } from './patched.ts';

interface Row { Id: string; State?: string; Size?: number }
const patch = (id: string, row: object | null) => ({ kind: 'containers', id, row }) as RowPatch;
const idOf = (row: Row) => row.Id;

test('a changed row keeps its place and what the patch does not know', () => {
  expect(patched<Row>([{ Id: 'a' }, { Id: 'b', State: 'running', Size: 5 }], [patch('b', { Id: 'b', State: 'exited' })], idOf)).toEqual([{ Id: 'a' }, { Id: 'b', State: 'exited', Size: 5 }]);
});

test('a new row comes first, a removed one goes, a removal of an unknown row does nothing', () => {
  expect(patched<Row>([{ Id: 'a' }, { Id: 'b' }], [patch('c', { Id: 'c' }), patch('a', null), patch('x', null)], idOf)).toEqual([{ Id: 'c' }, { Id: 'b' }]);
});

test('without patches the array stays the same', () => {
  const rows: Row[] = [{ Id: 'a' }];
  expect(patched(rows, [], idOf)).toBe(rows);
});

test('a name that moved to another image leaves the one that had it', () => {
  const rows = [{ Id: 'new', RepoTags: ['web:1'] }, { Id: 'old', RepoTags: ['web:1', 'web:0'] }] as ImageRow[];
  expect(withoutMovedTags(rows, [{ kind: 'images', id: 'new', row: rows[0] as ImageRow }]).map((row) => row.RepoTags)).toEqual([['web:1'], ['web:0']]);
});

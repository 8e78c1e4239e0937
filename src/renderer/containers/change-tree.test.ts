import { expect, test } from 'vitest';
import { changeLines } from './change-tree.ts';

const changes = [{ Path: '/etc', Kind: 0 }, { Path: '/etc/hosts', Kind: 0 }, { Path: '/var/log/a', Kind: 1 }, { Path: '/etc/motd', Kind: 2 }] as const;

test('paths become a tree, folders in between appear as changed', () => {
  expect(changeLines([...changes], new Set()).map((line) => `${'  '.repeat(line.depth)}${line.name} ${line.kind}`)).toEqual(['etc 0', '  hosts 0', '  motd 2', 'var 0', '  log 0', '    a 1']);
});

test('a folder counts what is below it, folded or not', () => {
  const [etc, second] = changeLines([...changes], new Set(['/etc']));
  expect(etc).toMatchObject({ changed: 2, added: 0, deleted: 1, hasChildren: true });
  expect(second?.name).toBe('var');
});

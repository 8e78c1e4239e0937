import { expect, test } from 'vitest';
import { arrows } from './arrows.ts';
import { cycles, type Import, type Source } from './sources.ts';

const source = (path: string, ...imports: Partial<Import>[]): Source => ({
  path, text: '', code: '', lines: 1, isTypesOnly: false, isBarrel: false, startsWithComment: true,
  imports: imports.map((entry) => ({ specifier: entry.target ?? '', target: '', isType: false, isDynamic: false, ...entry })),
});

test.each([
  ['engine stands alone', 'src/engine/images/pull.ts', 'src/main/contract/images.ts'],
  ['engine stands alone', 'src/engine/engine.ts', 'electron'],
  ['the engine points downwards', 'src/engine/content/store.ts', 'src/engine/images/store.ts'],
  ['the engine points downwards', 'src/engine/images/store.ts', 'src/engine/volumes/store.ts'],
  ['the engine points downwards', 'src/engine/containers/start.ts', 'src/engine/api/reply.ts'],
  ['the renderer sees only the contract', 'src/renderer/images/list.tsx', 'src/main/docker/client.ts'],
  ['the renderer sees only the contract', 'src/renderer/images/list.tsx', 'node:fs'],
  ['the contract is only schemas', 'src/main/contract/images.ts', 'node:fs'],
  ['main does not see the renderer', 'src/main/app.ts', 'src/renderer/app.tsx'],
  ['main reaches the engine over its socket', 'src/main/rpc/images.ts', 'src/engine/images/pull.ts'],
])('%s: %s may not import %s', (rule, path, target) => {
  expect(arrows[rule]?.broken(source(path, { target }))).toHaveLength(1);
});

test.each([
  ['the engine points downwards', 'src/engine/images/pull.ts', 'src/engine/content/store.ts'],
  ['the engine points downwards', 'src/engine/images/pull.ts', 'src/engine/images/store.ts'],
  ['the renderer sees only the contract', 'src/renderer/images/list.tsx', 'src/main/contract/images.ts'],
  ['main reaches the engine over its socket', 'src/main/rpc/layers.ts', 'src/engine/layers/tree.ts'],
])('%s: %s may import %s', (rule, path, target) => {
  expect(arrows[rule]?.broken(source(path, { target }))).toEqual([]);
});

test('a cycle over three modules is found, one by type only is not', () => {
  const ring = ['a', 'b', 'c'].map((name, index, names) => source(name, { target: names[(index + 1) % 3] ?? '' }));
  expect(cycles(ring)).toEqual(['a -> b -> c -> a']);
  const byType = [source('a', { target: 'b' }), source('b', { target: 'a', isType: true })];
  expect(cycles(byType)).toEqual([]);
});

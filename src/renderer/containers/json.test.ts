import { expect, test } from 'vitest';
import { jsonLines } from './json.ts';

const value = { State: { Running: true, Log: [{ Output: 'ok' }] }, 'a-b': null };
const paths = (closed: string[], needle = '') => jsonLines(value, new Set(closed), needle).map((line) => line.path);

test('every value has its path', () => {
  expect(paths([])).toEqual(['$', '$.State', '$.State.Running', '$.State.Log', '$.State.Log[0]', '$.State.Log[0].Output', '$["a-b"]']);
});

test('what is folded hides what is inside', () => {
  expect(paths(['$.State'])).toEqual(['$', '$.State', '$["a-b"]']);
});

test('a search shows the hits with the way to them, folded or not', () => {
  expect(paths(['$.State'], 'ok')).toEqual(['$', '$.State', '$.State.Log', '$.State.Log[0]', '$.State.Log[0].Output']);
  expect(paths([], 'nothing like it')).toEqual([]);
});

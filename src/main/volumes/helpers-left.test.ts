import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { isOrphan, owner } from './helpers-left.ts';

test.each([
  [owner(), true, false],
  [`${process.pid} 1 ${hostname()}`, true, true], // an earlier process of the same number
  [`77 1 ${hostname()}`, false, true],
  [`77 1 ${hostname()}`, true, false],
  ['77 1 elsewhere', false, false],
  [undefined, false, false],
])('a helper of %j whose app lives: %j is left behind: %j', (label, isAlive, expected) => {
  expect(isOrphan(label, () => isAlive)).toBe(expected);
});

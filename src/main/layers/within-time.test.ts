import { expect, test } from 'vitest';
import { withinTime } from './within-time.ts';

test('gives what the work gives, and throws what it throws', () => {
  expect(withinTime(() => 7, 1000)).toBe(7);
  expect(() => withinTime(() => { throw new TypeError('as it is'); }, 1000)).toThrow(TypeError);
});

test('a match that would take years is stopped', () => {
  expect(() => withinTime(() => /(a+)+$/.test(`${'a'.repeat(60)}!`), 50)).toThrow(/takes longer than 0.05 s/);
  expect(withinTime(() => 'still working', 1000)).toBe('still working');
});

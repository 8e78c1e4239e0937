import { expect, test } from 'vitest';
import { ARROWS, isAllowed, MOVES, verbsFrom } from './state-machine.ts';

test.each([
  ['created', ['start', 'remove']],
  ['running', ['pause', 'stop', 'kill', 'restart']],
  ['paused', ['unpause', 'stop', 'kill', 'restart']],
  ['exited', ['start', 'restart', 'remove']],
  ['restarting', ['stop']],
  ['removing', []],
  ['dead', ['remove']],
] as const)('from %s one can %s', (state, verbs) => {
  expect(verbsFrom(state)).toEqual(verbs);
});

test('a paused container cannot be paused, a running one not started', () => {
  expect(isAllowed('pause', 'paused')).toBe(false);
  expect(isAllowed('start', 'running')).toBe(false);
});

test('the engine may close a move that the machine has', () => {
  expect(isAllowed('stop', 'running', ['exited'])).toBe(true);
  expect(isAllowed('pause', 'running', ['exited'])).toBe(false);
  expect(isAllowed('restart', 'running', [])).toBe(true);
});

test('every verb on an arrow is a move of the machine', () => {
  for (const { from, to, verbs } of ARROWS) for (const verb of verbs) expect(MOVES).toContainEqual({ verb, from, to });
});

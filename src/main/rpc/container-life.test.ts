import { expect, test } from 'vitest';
import { lifeOf, type WireLife } from './container-life.ts';

const wire: WireLife = {
  State: 'running', Moves: ['paused', 'exited'], StopDeadline: '2026-01-01T00:00:10Z', Now: '2026-01-01T00:00:03Z',
  History: [{ From: null, To: 'created', At: '2026-01-01T00:00:00Z', Cause: 'create' }],
};

test('the countdown is measured by the engine’s own clock', () => {
  expect(lifeOf(wire, Date.parse('2030-01-01T00:00:00Z'))).toEqual({
    moves: ['paused', 'exited'], killInMs: 7000, history: [{ from: null, to: 'created', atMs: Date.parse('2026-01-01T00:00:00Z'), cause: 'create' }],
  });
});

test('without a stop there is no countdown, and one that is over does not go below zero', () => {
  expect(lifeOf({ ...wire, StopDeadline: null })).not.toHaveProperty('killInMs');
  expect(lifeOf({ ...wire, Now: '2026-01-01T00:01:00Z' }).killInMs).toBe(0);
});

import { expect, test } from 'vitest';
import { parseDetachKeys, detachReader } from './detach-keys.ts';
import { mayMove, move, type ContainerRecord, type ContainerState } from './record.ts';
import { restartPause } from './restart-policy.ts';
import { humanDuration } from './list.ts';
import { signalNumber } from './process.ts';

const states: ContainerState[] = ['created', 'running', 'paused', 'restarting', 'exited', 'removing', 'dead'];

test('the state machine: exactly these moves', () => {
  const moves = states.flatMap((from) => states.filter((to) => mayMove(from, to)).map((to) => `${from} ${to}`));
  expect(moves).toEqual([
    'created running', 'created removing', 'running paused', 'running restarting', 'running exited', 'paused running', 'paused restarting', 'paused exited',
    'restarting running', 'restarting exited', 'restarting removing', 'exited running', 'exited restarting', 'exited removing', 'removing dead', 'dead removing',
  ]);
});

test('a forbidden move changes nothing, an allowed one is remembered', () => {
  const record = { id: 'a'.repeat(64), state: 'created', history: [] } as unknown as ContainerRecord;
  expect(() => move(record, 'paused', 'pause', 1)).toThrow('is created and cannot become paused');
  expect(record).toMatchObject({ state: 'created', history: [] });
  move(record, 'running', 'start', 2);
  expect(record).toMatchObject({ state: 'running', history: [{ from: 'created', to: 'running', cause: 'start', atMs: 2 }] });
});

const ended = { exitCode: 1, manuallyStopped: false, ranMs: 10, restartCount: 0, lastPauseMs: 0 };
test.each([
  [{ Name: 'no' } as const, {}, undefined],
  [{ Name: 'always' } as const, { exitCode: 0 }, 100],
  [{ Name: 'always' } as const, { manuallyStopped: true }, undefined],
  [{ Name: 'always' } as const, { lastPauseMs: 400 }, 800],
  [{ Name: 'always' } as const, { lastPauseMs: 50_000 }, 60_000],
  [{ Name: 'always' } as const, { lastPauseMs: 50_000, ranMs: 10_000 }, 100],
  [{ Name: 'on-failure', MaximumRetryCount: 2 } as const, { restartCount: 2 }, undefined],
  [{ Name: 'on-failure' } as const, { exitCode: 0 }, undefined],
])('restart policy %o, %o: pause %s ms', (policy, change, pause) => {
  expect(restartPause(policy, { ...ended, ...change })).toBe(pause);
});

test('detach keys are held back until they are decided', () => {
  const reader = detachReader(parseDetachKeys(null));
  expect(reader.push(Buffer.from('a\x10'))).toEqual({ data: Buffer.from('a'), detached: false });
  expect(reader.push(Buffer.from('b'))).toEqual({ data: Buffer.from('\x10b'), detached: false });
  expect(reader.push(Buffer.from('\x10\x11'))).toEqual({ data: Buffer.from(''), detached: true });
  expect(parseDetachKeys('ctrl-a,x')).toEqual([1, 120]);
  expect(() => parseDetachKeys('ctrl-é')).toThrow('Invalid detach keys');
});

test('signals by name and number; words for durations', () => {
  expect(['TERM', 'sigkill', '9', 'RTMIN+3'].map(signalNumber)).toEqual([15, 9, 9, 37]);
  expect(() => signalNumber('0')).toThrow('invalid signal');
  expect([0.5, 1, 59, 60, 3599, 5400, 86_400 * 3].map(humanDuration)).toEqual(['Less than a second', '1 second', '59 seconds', 'About a minute', '59 minutes', '2 hours', '3 days']);
});

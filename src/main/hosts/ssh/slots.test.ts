import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

const never = new AbortController().signal;

test('turns are given in order of arrival', async () => {
  const slots = createSlots(1);
  const first = await slots.take({ signal: never });
  const order: number[] = [];
  const second = slots.take({ signal: never }).then((release) => { order.push(2); release(); });
  const third = slots.take({ signal: never }).then((release) => { order.push(3); release(); });
  expect(slots.waiting).toBe(2);
  first();
  first();
  await Promise.all([second, third]);
  expect(order).toEqual([2, 3]);
  expect(slots.open).toBe(0);
});

test('a refusal teaches the limit', async () => {
  const slots = createSlots();
  const releases = await Promise.all([1, 2, 3].map(() => slots.take({ signal: never })));
  expect(slots.refused()).toBe(true);
  expect(slots.limit).toBe(2);
  releases.pop()!();
  let admitted = false;
  const waiting = slots.take({ signal: never }).then((release) => { admitted = true; return release; });
  await Promise.resolve();
  expect(admitted).toBe(false);
  releases.pop()!();
  (await waiting)();
});

test('a refusal of the only session is no limit', async () => {
  const slots = createSlots();
  await slots.take({ signal: never });
  expect(slots.refused()).toBe(false);
});

test('who gives up leaves the queue', async () => {
  const slots = createSlots(1);
  const release = await slots.take({ signal: never });
  const controller = new AbortController();
  const waiting = slots.take({ signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  release();
  (await slots.take({ signal: never }))();
});

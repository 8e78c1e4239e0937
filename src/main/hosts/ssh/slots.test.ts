import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

const never = new AbortController().signal;

test('turns are given in order of arrival', async () => {
  const slots = createSlots(1);
  const first = await slots.take({ signal: never });
  const order: number[] = [];
  const second = slots.take({ signal: never }).then((slot) => { order.push(2); slot.release(); });
  const third = slots.take({ signal: never }).then((slot) => { order.push(3); slot.release(); });
  expect(slots.waiting).toBe(2);
  first.release();
  first.release();
  await Promise.all([second, third]);
  expect(order).toEqual([2, 3]);
  expect(slots.open).toBe(0);
});

test('a refusal teaches the limit', async () => {
  const slots = createSlots();
  const granted = await Promise.all([1, 2].map(() => slots.take({ signal: never })));
  for (const slot of granted) slot.granted();
  const third = await slots.take({ signal: never });
  expect(slots.refused(2)).toBe(true);
  expect(slots.limit).toBe(2);
  third.release();
  let admitted = false;
  const waiting = slots.take({ signal: never }).then((slot) => { admitted = true; return slot; });
  await Promise.resolve();
  expect(admitted).toBe(false);
  granted.pop()!.release();
  (await waiting).release();
});

test('a refusal of the only session is no limit', async () => {
  const slots = createSlots();
  await slots.take({ signal: never });
  expect(slots.refused(9)).toBe(false);
});

test('who gives up leaves the queue', async () => {
  const slots = createSlots(1);
  const slot = await slots.take({ signal: never });
  const controller = new AbortController();
  const waiting = slots.take({ signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  slot.release();
  (await slots.take({ signal: never })).release();
});

import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createSpares, type SpareStream } from './spares.ts';

class Fake extends PassThrough { isOpen = true; }

function opener(): { open: () => Promise<SpareStream>; made: Fake[]; failing: boolean } {
  const self = {
    made: [] as Fake[],
    failing: false,
    open: async () => {
      if (self.failing) throw new Error('no more');
      const stream = new Fake();
      self.made.push(stream);
      return stream as SpareStream;
    },
  };
  return self;
}

test('what waits is given first, and the store is filled again', async () => {
  const { open, made } = opener();
  const spares = createSpares(open, 2);
  spares.fill();
  expect(made).toHaveLength(2);
  expect(await spares.take({})).toBe(made[0]);
  expect(made).toHaveLength(3);
  expect(await spares.take({})).toBe(made[1]);
});

test('one that was closed meanwhile is not given', async () => {
  const { open, made } = opener();
  const spares = createSpares(open, 2);
  spares.fill();
  made[0]!.isOpen = false;
  made[1]!.isOpen = false;
  const given = await spares.take({});
  expect(made.indexOf(given as Fake)).toBe(2);
  expect(made[0]!.destroyed && made[1]!.destroyed).toBe(true);
});

test('a failure in the background is told to who asks next, and heals', async () => {
  const source = opener();
  const spares = createSpares(source.open, 1);
  source.failing = true;
  spares.fill();
  await expect(spares.take({})).rejects.toThrow('no more');
  source.failing = false;
  expect(await spares.take({})).toBe(source.made[0]);
});

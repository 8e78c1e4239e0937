import { expect, test } from 'vitest';
import { createProgress, progressBar } from './progress.ts';

test.each([ // as dockerd 26 sent them
  [512, 13, '[==================================================>]     512B'],
  [512, 2000, '[============>                                      ]     512B/2kB'],
  [512, 1000, '[=========================>                         ]     512B/1kB'],
  [2560, 1000, '[==================================================>]   2.56kB'],
  [32_768, 3_208_942, '[>                                                  ]  32.77kB/3.209MB'],
  [3_208_942, 3_208_942, '[==================================================>]  3.209MB/3.209MB'],
  [89, 0, '     89B'],
])('%i of %i bytes', (current, total, bar) => expect(progressBar(current, total)).toBe(bar));

test('a row speaks ten times a second, and its last word is never lost', async () => {
  let now = 0;
  const progress = createProgress(() => now);
  for (let bytes = 0; bytes <= 1000; bytes += 10, now += 10) progress.count('row', 'Downloading', bytes, 1000);
  const lines = await Array.fromAsync(progress.during(Promise.resolve(), () => {}));
  expect(lines.length).toBeLessThanOrEqual(12);
  expect(lines.at(-1)).toMatchObject({ id: 'row', progressDetail: { current: 1000, total: 1000 } });
});

test('leaving the lines cancels the work and waits until it has ended', async () => {
  const progress = createProgress();
  let isCancelled = false;
  let isOver = false;
  const { promise, reject } = Promise.withResolvers<void>();
  const lines = progress.during(promise.finally(() => { isOver = true; }), () => {
    isCancelled = true;
    setTimeout(() => reject(new Error('cancelled')), 5);
  });
  progress.say({ status: 'first' });
  for await (const line of lines) { expect(line).toEqual({ status: 'first' }); break; }
  expect([isCancelled, isOver]).toEqual([true, true]);
});

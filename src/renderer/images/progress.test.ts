import { expect, test } from 'vitest';
import { createProgress } from './progress.ts';

test('layers become parts, their downloads are summed once, speed is bytes over the last seconds', () => {
  let now = 0;
  const progress = createProgress(() => now);
  progress.add({ status: 'Pulling from library/web', id: 'latest' });
  progress.add({ status: 'Downloading', id: 'aaaaaaaaaaaa', current: 0, total: 1000 });
  progress.state();
  now = 1000;
  progress.add({ status: 'Downloading', id: 'aaaaaaaaaaaa', current: 500, total: 1000 });
  progress.add({ status: 'Already exists', id: 'bbbbbbbbbbbb' });
  expect(progress.state()).toMatchObject({ current: 500, total: 1000, bytesPerSecond: 500, parts: [{ label: 'aaaaaaaaaaaa', current: 500 }, { label: 'bbbbbbbbbbbb', status: 'Already exists' }] });
  progress.add({ status: 'Extracting', id: 'aaaaaaaaaaaa', current: 100, total: 1000 });
  progress.add({ status: 'Download complete', id: 'aaaaaaaaaaaa' });
  expect(progress.state()).toMatchObject({ current: 1000, total: 1000, parts: [{ isDone: false }, { isDone: true }] });
  progress.add({ status: 'Pull complete', id: 'aaaaaaaaaaaa' });
  expect(progress.state().parts.every((part) => part.isDone)).toBe(true);
});

test('plain words of the engine are kept', () => {
  const progress = createProgress();
  progress.add({ stream: 'Loaded image: web:1\n' });
  expect(progress.state().said).toEqual(['Loaded image: web:1']);
});

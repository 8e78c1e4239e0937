import { expect, test } from 'vitest';
import { lineAt, positionOf, ROW_HEIGHT, trackOf } from './scroll.ts';

test.each([10, 1000, 1_000_000, 50_000_000])('every line of %i can be reached, and the end is the end', (total) => {
  const track = trackOf(total, 40 * ROW_HEIGHT);
  expect(track.height).toBeLessThan(2 ** 25);
  for (const line of [0, 1, Math.floor(total / 2), total - 41].filter((value) => value >= 0 && value <= total - 40)) {
    expect(Math.abs(lineAt(track, positionOf(track, line)) - line)).toBeLessThan(0.01);
  }
  expect(lineAt(track, track.height)).toBe(Math.max(0, total - 40));
});

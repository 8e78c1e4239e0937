import { expect, test } from 'vitest';
import { squarify } from './squarify.ts';

test('areas are the sizes and everything is inside', () => {
  const sizes = [600, 300, 200, 100, 50, 25, 25];
  const boxes = squarify(sizes, { x: 10, y: 20, width: 130, height: 100 });
  for (const [index, box] of boxes.entries()) {
    expect(box.width * box.height).toBeCloseTo(((sizes[index] as number) * 13_000) / 1300, 5);
    expect(box.x).toBeGreaterThanOrEqual(10 - 1e-9);
    expect(box.x + box.width).toBeLessThanOrEqual(140 + 1e-6);
    expect(box.y + box.height).toBeLessThanOrEqual(120 + 1e-6);
  }
});

test('nothing to show gives empty boxes', () => {
  expect(squarify([0, 0], { x: 0, y: 0, width: 10, height: 10 })).toEqual([{ x: 0, y: 0, width: 0, height: 0 }, { x: 0, y: 0, width: 0, height: 0 }]);
});

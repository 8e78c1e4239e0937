import { expect, test } from 'vitest';
import { bytesFreed, sharedLayers, shares, stackOf } from './layer-map.ts';

const layer = (sizeBytes: number) => ({ diffId: `sha256:${sizeBytes}`, sizeBytes, createdBy: '' });
const map = { layers: [layer(100), layer(20), layer(3)], images: [{ id: 'a', layers: [0, 1] }, { id: 'b', layers: [0, 2] }] };

test('shared bytes are those another image holds too', () => {
  expect(shares(map).get('a')).toEqual({ sharedBytes: 100, uniqueBytes: 20 });
});

test('removing one image frees its own layers only, removing both frees each layer once', () => {
  expect(bytesFreed(map, new Set(['b']))).toBe(3);
  expect(bytesFreed(map, new Set(['a', 'b']))).toBe(123);
});

test('each layer tells who else holds it', () => {
  expect(stackOf(map, 'b').map((item) => item.sharedWith)).toEqual([['a'], []]);
});

test('a layer that several hold names them', () => expect(sharedLayers(map)).toEqual([{ ...layer(100), images: ['a', 'b'] }]));

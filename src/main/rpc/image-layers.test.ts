import { expect, test } from 'vitest';
import type { HistoryStep } from '../contract/images.ts';
import { layersOf, numbered } from './image-layers.ts';

const step = (CreatedBy: string, Size: number): HistoryStep => ({ Id: '<missing>', Created: 0, CreatedBy, Tags: null, Size, Comment: '' });

test('steps with bytes are matched with layers, oldest first', () => {
  const history = [step('CMD ["sh"]', 0), step('RUN make', 20), step('ENV A=b', 0), step('ADD root', 100)];
  expect(layersOf(['a', 'b'], history)).toEqual([
    { diffId: 'a', sizeBytes: 100, createdBy: 'ADD root' },
    { diffId: 'b', sizeBytes: 20, createdBy: 'RUN make' },
  ]);
});

test('a layer without bytes belongs to a step that could have written files', () => {
  const history = [step('RUN true', 0), step('/bin/sh -c #(nop)  ENV A=b', 0), step('ADD root', 100)];
  expect(layersOf(['a', 'b'], history).map((layer) => layer.createdBy)).toEqual(['ADD root', 'RUN true']);
});

test('only equal stacks share: the same layer above another one is another layer', () => {
  const layer = (diffId: string) => ({ diffId, sizeBytes: 1, createdBy: '' });
  const map = numbered([
    { id: 'x', layers: [layer('base'), layer('app')] },
    { id: 'y', layers: [layer('base'), layer('other')] },
    { id: 'z', layers: [layer('app')] },
  ]);
  expect(map.images.map((image) => image.layers)).toEqual([[0, 1], [0, 2], [3]]);
  expect(map.layers).toHaveLength(4);
});

import { expect, test } from 'vitest';
import { tagsOf } from './image.ts';

test('names without a registry come before those with one, otherwise in the order of the engine', () => {
  expect(tagsOf({ RepoTags: ['10.0.0.1:5000/shop/web:1', 'shop/web:latest', 'localhost/web:1', 'box:1', '<none>:<none>'] })).toEqual(['shop/web:latest', 'box:1', '10.0.0.1:5000/shop/web:1', 'localhost/web:1']);
});

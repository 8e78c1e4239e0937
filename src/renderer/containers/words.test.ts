import { expect, test } from 'vitest';
import { splitWords } from './words.ts';

test.each([
  ['echo hello', ['echo', 'hello']],
  [`sh -c "echo 'a b'"`, ['sh', '-c', "echo 'a b'"]],
  [`printf 'a\\n'`, ['printf', 'a\\n']],
  [`a\\ b c`, ['a b', 'c']],
  [`x ""`, ['x', '']],
  ['  ', []],
])('%s is cut as a shell would cut it', (text, words) => {
  expect(splitWords(text)).toEqual(words);
});

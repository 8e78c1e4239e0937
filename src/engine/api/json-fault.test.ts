import { expect, test } from 'vitest';
import { jsonFault } from './json-fault.ts';

test.each([
  ['{invalid json', "invalid JSON: invalid character 'i' looking for beginning of object key string"],
  ['{} trailing content', 'unexpected content after JSON'],
  ['{"a" 1}', "invalid JSON: invalid character '1' after object key"],
  ['{"a":1 "b"}', "invalid JSON: invalid character '\"' after object key:value pair"],
  ['[1 2]', "invalid JSON: invalid character '2' after array element"],
  ['[tru]', "invalid JSON: invalid character ']' in literal true (expecting 'e')"],
  ['{"a":"x', 'invalid JSON: unexpected EOF'],
  ['"\\x"', "invalid JSON: invalid character 'x' in string escape code"],
  ['"a\nb"', "invalid JSON: invalid character '\\n' in string literal"],
  ['-', 'invalid JSON: unexpected EOF'],
  ['1.x', "invalid JSON: invalid character 'x' after decimal point in numeric literal"],
  ["'a'", "invalid JSON: invalid character '\\'' looking for beginning of value"],
  ['['.repeat(200_000), 'invalid JSON: exceeded max depth'],
])('%#: as Go says it', (text, fault) => {
  expect(() => { JSON.parse(text); }).toThrow();
  expect(jsonFault(text)).toBe(fault);
});

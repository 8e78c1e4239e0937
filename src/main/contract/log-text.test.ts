import { expect, test } from 'vitest';
import { jsonOf, levelOf, withoutAnsi } from './log-text.ts';

test.each([
  ['{"level":"error","msg":"x"}', 'error'],
  ['{"level":30,"msg":"pino"}', 'info'],
  ['time=2026 level=warning msg="slow"', 'warn'],
  ['2026-01-02 [ERROR] it broke', 'error'],
  ['WARN  something', 'warn'],
  ['E0102 15:04:05.123 klog', 'error'],
  ['info: listening on 80', 'info'],
  ['GET /errors 200', 'none'],
  ['An information desk', 'none'],
  ['DEBUG x', 'debug'],
])('%s is %s', (text, level) => {
  expect(levelOf(text)).toBe(level);
});

test('colours and links are taken out', () => {
  expect(withoutAnsi('\u001b[1;31mred\u001b[0m \u001b]8;;http://x\u0007link\u001b]8;;\u0007')).toBe('red link');
});

test('JSON is recognised at the end of a line', () => {
  expect(jsonOf('app | {"a":1}')).toEqual({ a: 1 });
  expect(jsonOf('{ not json }')).toBeUndefined();
  expect(jsonOf('[1]')).toBeUndefined();
});

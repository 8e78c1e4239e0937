import { expect, test } from 'vitest';
import { logDetails } from './log-details.ts';
import { logDecoder } from './log-lines.ts';

test('details are the labels and variables the log options name, sorted and escaped', () => {
  const config = { Labels: { b: 'two words', hidden: 'x', 'app.tier': 'web' }, Env: ['A=1=1', 'NOT=shown'] };
  const of = (Config: Record<string, string>) => logDetails(config, { LogConfig: { Type: 'json-file', Config } });
  expect(of({})).toBe(' ');
  expect(of({ labels: 'b', env: 'A' })).toBe('A=1%3D1,b=two%20words ');
  expect(of({ 'labels-regex': '^app\\.' })).toBe('app.tier=web ');
});

test('each line gets them once, after its time, also where a line came in parts', () => {
  const at = '2026-01-02T03:04:05.123456789+00:00';
  const log = Buffer.from(`${at} stdout P long \n${at} stdout F line\n${at} stdout F next\n`);
  const decode = (timestamps: boolean) => logDecoder({ stdout: true, stderr: true, framed: false, timestamps, since: undefined, until: undefined, details: 'a=b ' }).push(log).toString();
  expect(decode(false)).toBe('a=b long line\na=b next\n');
  expect(decode(true).split('\n').map((line) => line.replace(/^\S+ /, ''))).toEqual(['a=b long line', 'a=b next', '']);
});

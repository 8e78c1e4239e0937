import { describe, expect, test } from 'vitest';
import { encodeName, readQuestion, reverseAddress, TYPE, writeResponse } from './dns-wire.ts';

const query = (name: string, type: number) => Buffer.concat([Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), encodeName(name), Buffer.from([0, type, 0, 1])]);

describe('questions', () => {
  test('are read in lower case', () => expect(readQuestion(query('Web.Net', TYPE.A))).toMatchObject({ id: 0x1234, name: 'web.net', type: 1, class: 1, recursionDesired: true }));
  test('every shorter message is refused, none throws', () => {
    const whole = query('web', TYPE.A);
    for (let length = 0; length < whole.length; length++) expect(readQuestion(whole.subarray(0, length))).toBeUndefined();
  });
  test('responses and compressed names are refused', () => {
    const response = query('web', 1);
    response[2] = 0x81;
    expect(readQuestion(response)).toBeUndefined();
    const compressed = query('web', 1);
    compressed[12] = 0xc0;
    expect(readQuestion(compressed)).toBeUndefined();
  });
});

describe('responses', () => {
  const question = readQuestion(query('web', TYPE.A))!;
  test('repeat the question and point the answers to it', () => {
    const bytes = writeResponse(question, [{ type: TYPE.A, data: Buffer.from([10, 0, 0, 1]) }], { ttlSeconds: 5 });
    expect(bytes.toString('hex')).toBe('123481800001000100000000' + '03776562000001' + '0001' + 'c00c00010001000000050004' + '0a000001');
  });
  test('are cut to the limit and say so', () => {
    const answers = Array.from({ length: 100 }, (_, index) => ({ type: TYPE.A, data: Buffer.from([10, 0, 0, index]) }));
    const bytes = writeResponse(question, answers, { ttlSeconds: 5, limitBytes: 512 });
    expect(bytes.length).toBeLessThanOrEqual(512);
    expect(bytes.readUInt16BE(2) & 0x0200).toBe(0x0200);
    expect(bytes.readUInt16BE(6)).toBeGreaterThan(20);
  });
});

test('reverse names', () => {
  expect(reverseAddress('2.0.17.172.in-addr.arpa')).toEqual({ family: 4, value: 0xac110002n });
  expect(reverseAddress(`${'1.' + '0.'.repeat(29)}d.f.ip6.arpa`)).toEqual({ family: 6, value: 0xfd000000000000000000000000000001n });
  expect(reverseAddress('300.0.17.172.in-addr.arpa')).toBeUndefined();
  expect(reverseAddress('example.com')).toBeUndefined();
});

import { describe, expect, it } from 'vitest';
import { bool, bytes, decode, encode, int, list, map, maps, message, string } from './protobuf.ts';

const INNER = { name: string(1), size: int(2) };
const ALL = { text: string(1), data: bytes(2), number: int(3), flag: bool(4), words: list(string(5)), pairs: map(6), inner: message(7, INNER), many: list(message(16, INNER)), named: maps(17, INNER) };

describe('protobuf', () => {
  it('reads what it writes', () => {
    const value = { text: 'ü', data: Buffer.from([0, 255]), number: 2 ** 40 + 5, flag: true, words: ['a', '', 'b'], pairs: { k: 'v', '': 'x' }, inner: { name: 'n', size: 300 }, many: [{ size: 1 }, { name: 'z' }], named: { one: { size: 1 } } };
    expect(decode(ALL, encode(ALL, value))).toEqual(value);
  });
  it('writes the bytes of the specification', () => {
    expect(encode({ a: int(1) }, { a: 150 }).toString('hex')).toBe('089601');
    expect(encode({ b: string(2) }, { b: 'testing' }).toString('hex')).toBe('120774657374696e67');
  });
  it('skips fields it does not know, of every wire type', () => {
    const sent = Buffer.concat([Buffer.from('089601', 'hex'), Buffer.from('15aabbccdd', 'hex'), Buffer.from('190102030405060708', 'hex'), encode({ kept: string(9) }, { kept: 'yes' })]);
    expect(decode({ kept: string(9) }, sent)).toEqual({ kept: 'yes' });
  });
  it.each(['08', '0a05ab', '0aff'])('refuses a message that is cut off: %s', (hex) => expect(() => decode(ALL, Buffer.from(hex, 'hex'))).toThrow(RangeError));
});

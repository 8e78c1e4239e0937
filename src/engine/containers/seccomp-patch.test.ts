import { expect, test } from 'vitest';
import { withNewCallsUnknown } from './seccomp-patch.ts';

const step = (code: number, value: number) => {
  const out = Buffer.alloc(8);
  out.writeUInt16LE(code, 0);
  out.writeUInt32LE(value, 4);
  return out;
};
const filter = Buffer.concat([step(0x20, 4), step(0x20, 0), step(0x15, 449), step(0x15, 40), step(0x15, 0x7e020000), step(0x06, 0x7fff0000)]);

/** A filter's answer to a call, as far as our own instructions go: undefined when the original filter decides. */
function answer(patched: Buffer, number: number): number | undefined {
  const own = (patched.length - filter.length) / 8;
  for (let at = 0, value = 0; at < own;) {
    const [code, ifTrue, ifFalse, k] = [patched.readUInt16LE(at * 8), patched.readUInt8(at * 8 + 2), patched.readUInt8(at * 8 + 3), patched.readUInt32LE(at * 8 + 4)];
    if (code === 0x06) return k;
    if (code === 0x20) { value = number; at++; } else at += 1 + ((code === 0x25 ? value > k : value >= k) ? ifTrue : ifFalse);
  }
  return undefined;
}

test('calls beyond the highest of the filter are unknown, the others are its own affair', () => {
  const patched = withNewCallsUnknown(filter, 'SCMP_ACT_ERRNO');
  expect(patched.subarray(-filter.length).equals(filter)).toBe(true);
  expect([0, 449, 450, 452, 0x40000000].map((number) => answer(patched, number))).toEqual([undefined, undefined, 0x00050026, 0x00050026, undefined]);
});

test('a filter that allows by default, or knows only old calls, stays as it is', () => {
  expect(withNewCallsUnknown(filter, 'SCMP_ACT_ALLOW')).toBe(filter);
  const old = step(0x15, 83);
  expect(withNewCallsUnknown(old, 'SCMP_ACT_ERRNO')).toBe(old);
});

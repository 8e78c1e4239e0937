// System calls newer than a filter get ENOSYS instead of the profile's EPERM, as under runc: C libraries fall back to older calls on
// ENOSYS only (fchmodat2, glibc 2.39). libseccomp cannot name calls it does not know, so the compiled filter gets a few instructions
// in front. Format: struct sock_filter { u16 code; u8 jt, jf; u32 k } (linux/filter.h); seccomp_data begins with the number.
const SIZE = 8;
const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const JUMP_GREATER = 0x25;
const JUMP_AT_LEAST = 0x35;
const RETURN = 0x06;
const ENOSYS = 38;
const RET_ERRNO = 0x00050000;
/** numbers from here on are the same on every architecture, and newer than any filter of today is complete for */
const FIRST_COMMON = 424;
/** arguments that filters compare with are either smaller than the common numbers or much larger than this */
const NO_NUMBER = 1024;
const X32_BIT = 0x40000000;

/** The filter with the new calls answered; the same when it allows by default or knows none of the newer calls. */
export function withNewCallsUnknown(filter: Buffer, defaultAction: string): Buffer {
  if (defaultAction === 'SCMP_ACT_ALLOW' || defaultAction === 'SCMP_ACT_LOG') return filter;
  const last = lastCall(filter);
  if (last < FIRST_COMMON) return filter;
  return Buffer.concat([
    instruction(LOAD, 0, 0, 0),
    instruction(JUMP_AT_LEAST, 2, 0, X32_BIT), // the x32 calls have numbers of their own
    instruction(JUMP_GREATER, 0, 1, last),
    instruction(RETURN, 0, 0, RET_ERRNO | ENOSYS),
    filter,
  ]);
}

/** The highest number that the filter compares with. */
function lastCall(filter: Buffer): number {
  let last = 0;
  for (let at = 0; at + SIZE <= filter.length; at += SIZE) {
    const value = filter.readUInt32LE(at + 4);
    if (filter.readUInt16LE(at) === JUMP_EQUAL && value < NO_NUMBER && value > last) last = value;
  }
  return last;
}

function instruction(code: number, ifTrue: number, ifFalse: number, value: number): Buffer {
  const out = Buffer.alloc(SIZE);
  out.writeUInt16LE(code, 0);
  out.writeUInt8(ifTrue, 2);
  out.writeUInt8(ifFalse, 3);
  out.writeUInt32LE(value, 4);
  return out;
}

// The system's clock with its nanoseconds: Date.now() has whole milliseconds, and performance.timeOrigin drifts away from a clock that
// is being adjusted. clock_gettime(2).
import { systemCall } from './libc.ts';

const CLOCK_REALTIME = 0;
const readClock = systemCall<[number, Buffer]>('clock_gettime', 'int clock_gettime(int clock, uint8_t *now)');
const now = Buffer.alloc(16); // struct timespec: seconds, nanoseconds

/** Milliseconds since the epoch, with their fraction. */
export function preciseNow(): number {
  readClock(CLOCK_REALTIME, now);
  return Number(now.readBigInt64LE(0)) * 1000 + Number(now.readBigInt64LE(8)) / 1e6;
}

// A container's process on the host: signals by name, and whether the process is still the one we started.
import { constants } from 'node:os';
import { readKernelFile } from '../kernel/kernel-file.ts';
import { InvalidParameter } from '../wire/errors.ts';

const REALTIME_MIN = 34; // SIGRTMIN as glibc and docker count it
const REALTIME_MAX = 64;

/** `TERM`, `SIGTERM`, `15`, `RTMIN+3`. @throws InvalidParameter `invalid signal` */
export function signalNumber(wish: string): number {
  const name = wish.toUpperCase().replace(/^SIG/, '');
  if (/^\d+$/.test(wish)) {
    const number = Number(wish);
    if (number >= 1 && number <= REALTIME_MAX) return number;
  }
  const number = (constants.signals as Record<string, number>)[`SIG${name}`];
  if (number !== undefined) return number;
  const realtime = /^RT(MIN|MAX)(?:([+-])(\d+))?$/.exec(name);
  if (realtime) {
    const found = (realtime[1] === 'MIN' ? REALTIME_MIN : REALTIME_MAX) + (realtime[2] ? Number(`${realtime[2]}${realtime[3]}`) : 0);
    if (found >= REALTIME_MIN && found <= REALTIME_MAX) return found;
  }
  throw new InvalidParameter(`invalid signal: ${wish}`);
}

export function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? String(number);
}

/** When the process began, in clock ticks since boot (proc_pid_stat(5), field 22); undefined when it is gone or a zombie. */
export function startTicks(pid: number): string | undefined {
  if (pid <= 0) return undefined;
  try {
    const stat = readKernelFile(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Sends the signal if the process is still the one that began at `ticks`. @returns false when it is gone */
export function signalProcess(pid: number, ticks: string, signal: number): boolean {
  if (startTicks(pid) !== ticks) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

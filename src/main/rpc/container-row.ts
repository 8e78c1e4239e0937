// A container's row as the list shows it. Docker tells how long it runs only in English words that are old as soon as they are
// read (`Up 5 minutes`): they become a time, from which the page goes on counting. Pure.
import type { ContainerRow } from '../contract/containers.ts';

const SECONDS: Record<string, number> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800, month: 2_592_000, year: 31_536_000 };

/** @param nowMs when the row was read */
export function containerRow(row: ContainerRow, nowMs = Date.now()): ContainerRow {
  const [, exitCode, words = ''] = /^(?:Up|(?:Exited|Restarting) \((-?\d+)\)) (.+?)(?: ago)?(?: \([^)]*\))?$/.exec(row.Status ?? '') ?? [];
  const seconds = secondsOf(words);
  return { ...row, ...(seconds === undefined ? {} : { SinceMs: nowMs - seconds * 1000 }), ...(exitCode === undefined ? {} : { ExitCode: Number(exitCode) }) };
}

/** docker/go-units HumanDuration, read back. */
function secondsOf(words: string): number | undefined {
  if (words === 'Less than a second') return 0;
  const [, count, unit = ''] = /^(About an?|\d+) (second|minute|hour|day|week|month|year)s?$/.exec(words) ?? [];
  return count === undefined ? undefined : (SECONDS[unit] ?? 0) * (count.startsWith('About') ? 1 : Number(count));
}

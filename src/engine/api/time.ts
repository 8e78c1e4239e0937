// Moments in query parameters: `since` and `until` of events, logs and prune.
import { InvalidParameter } from '../wire/errors.ts';

/** Seconds since the epoch with fraction, an RFC 3339 date, or a Go duration before now ("10m"). */
export function timeQuery(value: string | null): number | undefined {
  if (value === null || value === '' || value === '0') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  const date = Date.parse(value);
  if (!Number.isNaN(date)) return date / 1000;
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0) throw new InvalidParameter(`invalid time ${JSON.stringify(value)}`);
  const unit: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  return Date.now() / 1000 - parts.reduce((sum, part) => sum + Number(part[1]) * (unit[part[2] as string] as number), 0);
}

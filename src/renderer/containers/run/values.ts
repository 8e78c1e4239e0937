// Sizes and durations as people write them, and as the Docker API wants them. Pure.

const UNITS: Record<string, number> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** `512m`, `1.5g`, `2GiB` -> bytes (docker/go-units RAMInBytes); undefined: not a size. */
export function bytesOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([bkmgt])?(?:i?b)?$/i.exec(text.trim()) ?? [];
  return digits === undefined ? undefined : Math.floor(Number(digits) * (UNITS[unit.toLowerCase()] ?? 1));
}

export function sizeText(bytes: number | undefined | null): string {
  if (!bytes || bytes < 0) return '';
  for (const [unit, size] of Object.entries(UNITS).toReversed()) if (unit !== '' && unit !== 'b' && bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  return String(bytes);
}

const PARTS: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** `1m30s`, `500ms` -> nanoseconds (Go's time.ParseDuration); a bare number is seconds. */
export function nanosOf(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return Number(trimmed) * 1e9;
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(trimmed)) return undefined;
  return [...trimmed.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)].reduce((sum, [, digits, unit]) => sum + Number(digits) * (PARTS[unit ?? 's'] ?? 1), 0);
}

export function durationText(nanos: number | undefined | null): string {
  if (!nanos) return '';
  if (nanos % 1e9 !== 0) return `${nanos / 1e6}ms`;
  const seconds = nanos / 1e9;
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

// Which lines a scroll position shows. Browsers cannot draw an element taller than some 33 million pixels (Chromium: 2^25), so
// beyond a limit the track stays that long and one pixel of it means more than one pixel of log.
export const ROW_HEIGHT = 20;
const LONGEST_TRACK = 16_000_000;

export interface Track { height: number; /** lines that fit */ visible: number; total: number }

export function trackOf(total: number, viewHeight: number): Track {
  return { total, visible: Math.max(1, Math.floor(viewHeight / ROW_HEIGHT)), height: Math.min(total * ROW_HEIGHT, LONGEST_TRACK) };
}

/** First line shown, with a fraction. */
export function lineAt({ height, visible, total }: Track, scrollTop: number): number {
  const last = Math.max(0, total - visible);
  const travel = Math.max(1, height - visible * ROW_HEIGHT);
  return Math.max(0, Math.min(last, total * ROW_HEIGHT === height ? scrollTop / ROW_HEIGHT : (scrollTop / travel) * last));
}

/** Where to scroll so that a line is the first one. */
export function positionOf({ height, visible, total }: Track, line: number): number {
  const last = Math.max(0, total - visible);
  const travel = Math.max(0, height - visible * ROW_HEIGHT);
  const wanted = Math.max(0, Math.min(last, line));
  return total * ROW_HEIGHT === height ? wanted * ROW_HEIGHT : last === 0 ? 0 : (wanted / last) * travel;
}

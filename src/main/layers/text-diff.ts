// The difference of two texts by lines: Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986), with unchanged stretches
// folded to a few lines of context. Texts that differ in more than MAX_EDITS lines are shown as replaced as a whole.
import type { DiffLine } from '../contract/layers.ts';

const MAX_EDITS = 1000;
const CONTEXT = 3;
const MAX_LINES = 20_000;

/** Lines of a unified diff; a line of sign " " with empty numbers stands for what is left out. */
export function diffLines(before: string, after: string): { lines: DiffLine[]; isCut: boolean } {
  const a = split(before);
  const b = split(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const middle = edits(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const lines: DiffLine[] = [];
  const same = (from: number, count: number, shift: number) => { for (let i = from; i < from + count; i++) lines.push({ sign: ' ', text: a[i] as string, before: i + 1, after: i + 1 + shift }); };
  same(0, start, 0);
  let x = start;
  let y = start;
  for (const sign of middle) {
    if (sign === '-') lines.push({ sign, text: a[x] as string, before: ++x, after: undefined });
    else if (sign === '+') lines.push({ sign, text: b[y] as string, before: undefined, after: ++y });
    else lines.push({ sign: ' ', text: a[x] as string, before: ++x, after: ++y });
  }
  same(a.length - end, end, b.length - a.length);
  const folded = fold(lines);
  return { lines: folded.slice(0, MAX_LINES), isCut: folded.length > MAX_LINES };
}

function split(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function edits(a: string[], b: string[]): ('+' | '-' | ' ')[] {
  const max = Math.min(a.length + b.length, MAX_EDITS);
  const trace: Int32Array[] = [];
  const reach = new Int32Array(2 * max + 3);
  const at = max + 1;
  for (let d = 0; d <= max; d++) {
    trace.push(reach.slice());
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d || (k !== d && (reach[at + k - 1] as number) < (reach[at + k + 1] as number));
      let x = isDown ? (reach[at + k + 1] as number) : (reach[at + k - 1] as number) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach[at + k] = x;
      if (x >= a.length && x - k >= b.length) return walkBack(trace, at, a.length, b.length);
    }
  }
  return [...a.map((): '-' => '-'), ...b.map((): '+' => '+')];
}

function walkBack(trace: Int32Array[], at: number, aLength: number, bLength: number): ('+' | '-' | ' ')[] {
  const signs: ('+' | '-' | ' ')[] = [];
  let x = aLength;
  let y = bLength;
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d] as Int32Array;
    const k = x - y;
    const isDown = k === -d || (k !== d && (reach[at + k - 1] as number) < (reach[at + k + 1] as number));
    const from = isDown ? k + 1 : k - 1;
    const startX = d === 0 ? 0 : (reach[at + from] as number);
    const startY = d === 0 ? 0 : startX - from;
    const afterX = d > 0 && !isDown ? startX + 1 : startX; // where the step of this round led to
    const afterY = d > 0 && isDown ? startY + 1 : startY;
    while (x > afterX && y > afterY) { signs.push(' '); x--; y--; }
    if (d > 0) signs.push(isDown ? '+' : '-');
    x = startX;
    y = startY;
  }
  return signs.reverse();
}

function fold(lines: DiffLine[]): DiffLine[] {
  const isNear = new Uint8Array(lines.length);
  for (const [index, line] of lines.entries()) if (line.sign !== ' ') isNear.fill(1, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
  const folded: DiffLine[] = [];
  for (const [index, line] of lines.entries()) {
    if (isNear[index] === 1) folded.push(line);
    else if (isNear[index - 1] === 1 || index === 0) folded.push({ sign: ' ', text: '⋯', before: undefined, after: undefined });
  }
  return folded;
}

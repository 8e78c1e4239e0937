// Advice: what to change in the Dockerfile, which bytes it saves, and why; every item is derived from bytes that were measured.
// Where each kind looks: advice-waste.ts (what later layers hid), advice-contents.ts (what is visible or readable and need not be).
import { adviseOnContents } from './advice-contents.ts';
import type { Advice, AdviceInput } from './advice-item.ts';
import { adviseOnWaste } from './advice-waste.ts';

const ORDER = { critical: 0, high: 1, medium: 2, low: 3 } as const;

/** All advice on an image: secrets first, then by bytes saved. */
export function adviseOn(input: AdviceInput): Advice[] {
  const found = [...adviseOnContents(input), ...adviseOnWaste(input)];
  return found.sort((a, b) => Number(b.severity === 'critical') - Number(a.severity === 'critical') || b.savedBytes - a.savedBytes || ORDER[a.severity] - ORDER[b.severity]);
}

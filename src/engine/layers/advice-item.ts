// One piece of advice, and what all kinds of it share.
// Items are data (kind, bytes, layers, paths), so that a screen can say them in any language; `title` and `why` are English.
import type { Step } from './report-instruction.ts';
import type { Totals } from './tree-totals.ts';
import type { ImageTree } from './tree.ts';

export type AdviceKind = 'secret' | 'chown' | 'chmod' | 'merge' | 'rewrite' | 'package-cache' | 'build-tools' | 'dockerignore' | 'duplicates';

export interface Advice {
  kind: AdviceKind;
  severity: 'critical' | 'high' | 'medium' | 'low';
  title: string;
  why: string;
  /** content bytes that would not be stored; 0 when the matter is not size */
  savedBytes: number;
  /** layers concerned, lowest first */
  layers: number[];
  /** examples, largest first, at most 20 */
  paths: string[];
  /** all paths concerned */
  pathCount: number;
  /** the change of the Dockerfile, in the lines of a unified diff ("-", "+", " ") */
  diff: string[];
}

export interface AdviceInput {
  tree: ImageTree;
  totals: Totals;
  steps: readonly Step[];
  /** by layer: name of the base image it belongs to */
  bases: readonly (string | undefined)[];
}

const MAX_PATHS = 20;

/** "12.3 MB", decimal units as docker prints them. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit++; }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** The first paths for people to see. @param paths largest first */
export function examples(paths: readonly string[]): Pick<Advice, 'paths' | 'pathCount'> {
  return { paths: paths.slice(0, MAX_PATHS), pathCount: paths.length };
}

/** The instruction that made a layer; a placeholder when history does not tell. */
export function instructionOf(steps: readonly Step[], layer: number): string {
  return steps.find((step) => step.layer === layer)?.instruction || `# layer ${layer} (unknown instruction)`;
}

/** The instructions between those of two layers, configuration included. */
export function instructionsBetween(steps: readonly Step[], lower: number, upper: number): string[] {
  const from = steps.findIndex((step) => step.layer === lower);
  const to = steps.findIndex((step) => step.layer === upper);
  return from === -1 || to === -1 ? [] : steps.slice(from + 1, to).map((step) => step.instruction).filter((text) => text !== '');
}

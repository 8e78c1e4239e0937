// How what a layer did to a path looks: one colour and one letter a mark, the same in tree, charts and history.
import { MARKS, type MarkName } from '../../main/contract/layers.ts';

export const MARK_COLOURS: Record<MarkName, string> = {
  through: 'gray', unchanged: 'gray', added: 'green', removed: 'red', content: 'orange', metadata: 'blue', type: 'grape', link: 'cyan',
};
export const MARK_LETTERS: Record<MarkName, string> = { through: '', unchanged: '=', added: 'A', removed: 'D', content: 'M', metadata: 'P', type: 'T', link: 'L' };

/** Marks that are changes, in the order they are shown. */
export const CHANGES: readonly MarkName[] = ['added', 'content', 'metadata', 'type', 'link', 'removed'];

export function markName(mark: number): MarkName {
  return MARKS[mark] ?? 'through';
}

export function markNumber(name: MarkName): number {
  return MARKS.indexOf(name);
}

const LAYER_COLOURS = ['gantry', 'teal', 'grape', 'orange', 'cyan', 'pink', 'lime', 'violet', 'yellow', 'indigo'];

/** A colour for a layer by its place in the image. */
export function layerColour(index: number): string {
  return `var(--mantine-color-${LAYER_COLOURS[index % LAYER_COLOURS.length]}-5)`;
}

export function markColour(name: MarkName): string {
  return `var(--mantine-color-${MARK_COLOURS[name]}-${name === 'through' || name === 'unchanged' ? 4 : 6})`;
}

/** A Mantine colour as text: dark enough on light ground, light enough on dark (WCAG AA also on a selected row). */
export function ink(colour: string): string {
  return `light-dark(color-mix(in srgb, var(--mantine-color-${colour}-9) 82%, black), var(--mantine-color-${colour}-3))`;
}

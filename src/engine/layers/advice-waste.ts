// Advice on bytes that a later layer hid: which instructions to merge, to reorder, or to give --chown and --chmod.
import { bytesText, examples, instructionOf, type Advice, type AdviceInput } from './advice-item.ts';
import { showPath } from './report-text.ts';
import { verbOf } from './report-instruction.ts';
import type { WasteCause, WasteItem } from './tree-totals.ts';

const WORTH_SAYING_BYTES = 50_000; // less than a package list; below it advice is noise

/** One item for each pair of layers and cause that wastes enough to speak of. */
export function adviseOnWaste({ totals, steps, bases }: AdviceInput): Advice[] {
  const groups = new Map<string, { layer: number; hiddenBy: number; cause: WasteCause; bytes: number; items: WasteItem[] }>();
  for (const item of totals.waste) {
    const key = `${item.layer}:${item.hiddenBy}:${item.cause}`;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { layer: item.layer, hiddenBy: item.hiddenBy, cause: item.cause, bytes: 0, items: [] }));
    group.bytes += item.bytes;
    group.items.push(item);
  }
  const advice: Advice[] = [];
  for (const group of groups.values()) {
    if (group.bytes < WORTH_SAYING_BYTES && group.bytes < totals.storedBytes / 100) continue;
    const first = instructionOf(steps, group.layer);
    const second = instructionOf(steps, group.hiddenBy);
    const common = {
      savedBytes: group.bytes,
      layers: [...new Set([group.layer, group.hiddenBy])],
      severity: group.bytes > 50e6 || group.bytes > totals.storedBytes / 10 ? 'high' as const : 'medium' as const,
      ...examples(group.items.map((item) => showPath(item.path))),
    };
    const base = bases[group.layer];
    const isBase = base !== undefined && bases[group.hiddenBy] === undefined;
    const saves = `saves ${bytesText(group.bytes)}`;
    if (group.layer === group.hiddenBy) continue; // one path twice in a layer: a builder's doing, no Dockerfile can change it
    advice.push(isBase ? onBase(common, base, second, saves) : onOwn(common, group.cause, first, second, saves));
  }
  return advice;
}

type Common = Pick<Advice, 'savedBytes' | 'layers' | 'severity' | 'paths' | 'pathCount'>;

function onBase(common: Common, base: string, second: string, saves: string): Advice {
  return {
    ...common, kind: 'rewrite',
    title: `Change files of the base image in the base image (${saves})`,
    why: `These bytes lie in a layer of ${base} and a layer of yours hides them. No instruction of yours can give them back: choose a smaller base, or build this change into a base of your own.`,
    diff: [`-FROM ${base}`, '+FROM <a base image that already has this change>', ` ${second}`],
  };
}

function onOwn(common: Common, cause: WasteCause, first: string, second: string, saves: string): Advice {
  const isCopy = ['COPY', 'ADD'].includes(verbOf(first));
  if (cause === 'metadataOnly') return onMetadata(common, first, second, saves, isCopy);
  if (cause === 'deletedLater') {
    if (isCopy) {
      return {
        ...common, kind: 'merge', title: `Do not copy what a later instruction removes (${saves})`,
        why: 'A file removed by a later instruction is still stored in the layer that copied it. Mount it for the one instruction that needs it, or leave it out by .dockerignore.',
        diff: [`-${first}`, `-${second}`, `+RUN --mount=type=bind,target=/context ${commandOf(second)}`],
      };
    }
    return {
      ...common, kind: 'merge', title: `Remove the files in the instruction that makes them (${saves})`,
      why: 'Each RUN stores a layer of its own; what one leaves and a later one removes stays in the image.',
      diff: mergeDiff(first, second),
    };
  }
  if (isCopy && ['COPY', 'ADD'].includes(verbOf(second))) {
    return {
      ...common, kind: 'rewrite', title: `Copy each file once (${saves})`,
      why: 'Two instructions copy the same paths with different content; only the later one is seen.',
      diff: [`-${first}`, ` ${second}`],
    };
  }
  return {
    ...common, kind: 'rewrite', title: `Write these files once (${saves})`,
    why: 'A later instruction writes the same paths again, and both copies are stored. In one instruction only the result is.',
    diff: mergeDiff(first, second),
  };
}

function onMetadata(common: Common, first: string, second: string, saves: string, isCopy: boolean): Advice {
  const owner = /\bchown\s+(?:-\S+\s+)*([\w.:-]+)/.exec(second)?.[1];
  const mode = /\bchmod\s+(?:-\S+\s+)*([0-7]{3,4}|[ugoa]*[+=-][rwxXst]+)/.exec(second)?.[1];
  const flag = owner !== undefined ? `--chown=${owner}` : mode !== undefined ? `--chmod=${mode}` : '--chown=USER:GROUP';
  const kind = owner === undefined && mode !== undefined ? 'chmod' : 'chown';
  const why = 'Changing the owner, mode or time of a file in a later instruction stores the whole file again.';
  if (!isCopy) return { ...common, kind, title: `Set owner and mode in the instruction that writes the files (${saves})`, why, diff: mergeDiff(first, second) };
  return {
    ...common, kind, title: `Set the ${kind === 'chown' ? 'owner' : 'mode'} while copying: ${flag} (${saves})`, why,
    diff: [`-${first}`, `-${second}`, `+${first.replace(/^(COPY|ADD)\s+/, `$1 ${flag} `)}`],
  };
}

function mergeDiff(first: string, second: string): string[] {
  if (verbOf(first) !== 'RUN' || verbOf(second) !== 'RUN') return [` ${first}`, `-${second}`, `+# do this before the instruction above, or in its source`];
  return [`-${first}`, `-${second}`, `+${first} \\`, `+ && ${commandOf(second)}`];
}

function commandOf(instruction: string): string {
  return instruction.replace(/^RUN\s+/, '');
}

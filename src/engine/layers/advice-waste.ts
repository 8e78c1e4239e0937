// Advice on bytes that a later layer hid: which instructions to merge, to reorder, or to give --chown and --chmod.
import { bytesText, examples, instructionOf, instructionsBetween, type Advice, type AdviceInput } from './advice-item.ts';
import { copyLine, copyParts, ignoreLine, mergeDiff, runLines, runParts } from './advice-dockerfile.ts';
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
    const isWholeLayer = totals.layers[group.layer]?.storedBytes === totals.layers[group.layer]?.reclaimableBytes;
    const pair = { first, second, between: instructionsBetween(steps, group.layer, group.hiddenBy), isWholeLayer };
    advice.push(isBase ? onBase(common, base, second, saves) : onOwn(common, group.cause, pair, saves));
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

interface Pair { first: string; second: string; between: string[]; /** nothing of the first one's layer is seen in the image */ isWholeLayer: boolean }

function onOwn(common: Common, cause: WasteCause, pair: Pair, saves: string): Advice {
  const { first, second, between } = pair;
  const isCopy = ['COPY', 'ADD'].includes(verbOf(first));
  const isCopiedAgain = isCopy && ['COPY', 'ADD'].includes(verbOf(second));
  if (isCopiedAgain && cause !== 'deletedLater') {
    return {
      ...common, kind: 'rewrite', title: `Copy each file once (${saves})`,
      why: 'Two instructions copy the same paths; only the copy of the later one is seen.',
      diff: pair.isWholeLayer ? [`-${first}`, ...between.map((line) => ` ${line}`), ` ${second}`] : leaveOut(first, common.paths),
    };
  }
  if (cause === 'metadataOnly') return onMetadata(common, pair, saves, isCopy);
  if (cause === 'deletedLater') {
    if (isCopy) {
      return {
        ...common, kind: 'merge', title: `Do not copy what a later instruction removes (${saves})`,
        why: 'A file removed by a later instruction is still stored in the layer that copied it. Mount it for the one instruction that needs it, or leave it out by .dockerignore.',
        diff: mountDiff(pair, common.paths),
      };
    }
    return {
      ...common, kind: 'merge', title: `Remove the files in the instruction that makes them (${saves})`,
      why: 'Each RUN stores a layer of its own; what one leaves and a later one removes stays in the image.',
      diff: mergeDiff(first, second, between),
    };
  }
  return {
    ...common, kind: 'rewrite', title: `Write these files once (${saves})`,
    why: 'A later instruction writes the same paths again, and both copies are stored. In one instruction only the result is.',
    diff: mergeDiff(first, second, between),
  };
}

/** A copy that is removed later, as a mount of the instruction that removes it; its `rm` goes, a mount cannot be removed. */
function mountDiff({ first, second, between, isWholeLayer }: Pair, paths: readonly string[]): string[] {
  const copy = copyParts(first);
  const run = runParts(second);
  const commands = run?.commands.filter((command) => !/^rm\s[^;|&]*$/.test(command)) ?? [];
  if (!isWholeLayer || copy === undefined || copy.sources.length !== 1 || /[*?[]/.test(copy.sources[0] as string)) return leaveOut(first, paths);
  const source = copy.sources[0] as string;
  const from = copy.flags.find((flag) => flag.startsWith('--from='))?.slice(7);
  const isFile = paths.length === 1 && paths[0] === `${copy.target.replace(/\/+$/, '')}/${source.split('/').at(-1)}`;
  const mount = `--mount=type=bind,${from === undefined ? '' : `from=${from},`}source=${source},target=${isFile ? paths[0] : copy.target}`;
  if (run === undefined || commands.length === 0) return [`-${first}`, ...between.map((line) => ` ${line}`), `-${second}`, `+# in the instruction that needs it: RUN ${mount} …`];
  return [`-${first}`, ...between.map((line) => ` ${line}`), `-${second}`, ...runLines('+', { flags: [...run.flags, mount], commands })];
}

/** Lines that keep paths out of a copy of more. */
function leaveOut(first: string, paths: readonly string[]): string[] {
  const lines = paths.flatMap((path) => ignoreLine(first, path) ?? []);
  if (lines.length === 0) return [` ${first}`, `+# leave out ${paths[0] ?? ''}`];
  return ['--- .dockerignore', '+++ .dockerignore', ...lines.map((line) => `+${line}`)];
}

function onMetadata(common: Common, { first, second, between }: Pair, saves: string, isCopy: boolean): Advice {
  const owner = /\bchown\s+(?:-\S+\s+)*([\w.:-]+)/.exec(second)?.[1];
  const mode = /\bchmod\s+(?:-\S+\s+)*([0-7]{3,4}|[ugoa]*[+=-][rwxXst]+)/.exec(second)?.[1];
  const flags = [...(owner === undefined ? [] : [`--chown=${owner}`]), ...(mode === undefined ? [] : [`--chmod=${mode}`])];
  const kind = owner === undefined && mode !== undefined ? 'chmod' : 'chown';
  const why = 'Changing the owner, mode or time of a file in a later instruction stores the whole file again.';
  const copy = copyParts(first);
  if (!isCopy || copy === undefined || flags.length === 0) {
    return { ...common, kind, title: `Set owner and mode in the instruction that writes the files (${saves})`, why, diff: mergeDiff(first, second, between) };
  }
  const run = runParts(second);
  const rest = run?.commands.filter((command) => !/^(chown|chmod)\s[^;|&]*$/.test(command)) ?? [];
  const kept = copy.flags.filter((flag) => !flags.some((other) => flag.split('=')[0] === other.split('=')[0]));
  return {
    ...common, kind, title: `Set the ${kind === 'chown' ? 'owner' : 'mode'} while copying: ${flags.join(' ')} (${saves})`, why,
    diff: [
      `-${first}`, ...(between.length > 0 ? [`+${copyLine({ ...copy, flags: [...flags, ...kept] })}`, ...between.map((line) => ` ${line}`), `-${second}`] : [`-${second}`, `+${copyLine({ ...copy, flags: [...flags, ...kept] })}`]),
      ...(run === undefined ? [] : runLines('+', { flags: run.flags, commands: rest })),
    ],
  };
}

// Stages of a Dockerfile and what each needs of the others. Pure. ARG values known before the build (meta ARGs, --build-arg,
// platform ARGs) decide the bases; `COPY --from` and `RUN --mount from=` add edges. Only what the target needs is kept.
import { InvalidParameter } from '../wire/errors.ts';
import type { Dockerfile, From, Instruction } from './dockerfile/ast.ts';
import { expand } from './dockerfile/expand.ts';
import { didYouMean } from './dockerfile/suggest.ts';
import { DockerfileError, type SourceRange } from './dockerfile/syntax-error.ts';
import { parseMount } from './dockerfile/mount.ts';

/** Where the files of a base or of a `--from` come from. */
export type Origin =
  | { kind: 'scratch' }
  | { kind: 'stage'; index: number }
  | { kind: 'image'; reference: string }
  | { kind: 'named'; name: string };

export interface Stage {
  index: number;
  /** Lower-case name, or undefined. */
  name: string | undefined;
  from: From;
  base: Origin;
  /** Expanded --platform. */
  platform: string | undefined;
  instructions: Instruction[];
  /** Stages that must be there first, ascending. */
  needs: number[];
}

export interface Graph {
  stages: Stage[];
  target: Stage;
  /** Indices of the stages to build, ascending: the target and what it needs. */
  wanted: number[];
  /** Meta ARGs: values a stage's `ARG name` inherits. */
  metaArgs: Map<string, string>;
}

export interface GraphOptions {
  target?: string;
  buildArgs: ReadonlyMap<string, string>;
  platformArgs: ReadonlyMap<string, string>;
  /** `--build-context` names: they win over stages and images. */
  namedContexts: ReadonlySet<string>;
}

/** @throws DockerfileError for a bad FROM, InvalidParameter for an unknown target */
export function stageGraph(file: Dockerfile, options: GraphOptions): Graph {
  const metaArgs = new Map<string, string>();
  const stages: Stage[] = [];
  for (const instruction of file.instructions) {
    const stage = stages.at(-1);
    if (instruction.kind === 'FROM') stages.push(openStage(file, instruction, stages, metaArgs, options));
    else if (stage) stage.instructions.push(instruction);
    else if (instruction.kind === 'ARG') {
      for (const { key, value } of instruction.args) {
        const given = options.buildArgs.get(key) ?? (value === undefined ? options.platformArgs.get(key) : textOf(file, instruction, value, new Map([...options.platformArgs, ...metaArgs])));
        if (given !== undefined) metaArgs.set(key, given);
      }
    }
  }
  if (stages.length === 0) throw new DockerfileError('no build stage: there is no FROM', { startLine: 1, endLine: 1 }, file.source);
  for (const stage of stages) stage.needs = needsOf(file, stage, stages, options);
  const target = findTarget(stages, options.target);
  return { stages, target, wanted: closure(stages, target.index), metaArgs };
}

/** The origin a `from=` names as seen from a stage: named context, earlier stage by name or number, else an image. */
export function originOf(name: string, stages: readonly Pick<Stage, 'index' | 'name'>[], before: number, namedContexts: ReadonlySet<string>): Origin {
  const lower = name.toLowerCase();
  if (namedContexts.has(lower)) return { kind: 'named', name: lower };
  const earlier = stages.filter((stage) => stage.index < before);
  const byName = earlier.findLast((stage) => stage.name === lower);
  if (byName) return { kind: 'stage', index: byName.index };
  if (/^\d+$/.test(name) && Number(name) < before) return { kind: 'stage', index: Number(name) };
  return { kind: 'image', reference: name };
}

function openStage(file: Dockerfile, from: From, stages: Stage[], metaArgs: ReadonlyMap<string, string>, options: GraphOptions): Stage {
  const variables = new Map([...options.platformArgs, ...metaArgs]);
  const reference = textOf(file, from, from.base, variables);
  if (reference === '') throw new DockerfileError(`base name (${from.base}) should not be blank`, { startLine: from.lines.start, endLine: from.lines.end }, file.source);
  const platform = from.platform === undefined ? undefined : textOf(file, from, from.platform, variables);
  const index = stages.length;
  const found = originOf(reference, stages, index, options.namedContexts);
  // a FROM takes stages by name only: `FROM 0` would be an image called 0
  const byNumber = found.kind === 'stage' && stages[found.index]?.name !== reference.toLowerCase();
  const base: Origin = reference === 'scratch' && found.kind === 'image' ? { kind: 'scratch' } : byNumber ? { kind: 'image', reference } : found;
  return { index, name: from.stage, from, base, platform: platform || undefined, instructions: [], needs: [] };
}

function textOf(file: Dockerfile, instruction: Instruction, text: string, variables: ReadonlyMap<string, string>): string {
  try {
    return expand(text, variables, { escape: file.directives.escape }).text;
  } catch (error) {
    if (!(error instanceof InvalidParameter)) throw error;
    throw new DockerfileError(`failed to process ${JSON.stringify(text)}: ${error.message}`, { startLine: instruction.lines.start, endLine: instruction.lines.end }, file.source);
  }
}

function needsOf(file: Dockerfile, stage: Stage, stages: readonly Stage[], options: GraphOptions): number[] {
  const needs = new Set<number>();
  if (stage.base.kind === 'stage') needs.add(stage.base.index);
  for (const instruction of stage.instructions) {
    const here = { startLine: instruction.lines.start, endLine: instruction.lines.end };
    for (const name of at(file, here, () => referencesOf(instruction))) {
      const lower = name.toLowerCase();
      if (lower === stage.name && !options.namedContexts.has(lower) && originOf(name, stages, stage.index, options.namedContexts).kind === 'image') {
        throw new DockerfileError(`circular dependency detected on stage: ${stage.name}`, here, file.source);
      }
      const origin = originOf(name, stages, stage.index, options.namedContexts);
      if (origin.kind === 'stage') needs.add(origin.index);
      else if (origin.kind === 'image') {
        if (stages.some((other) => other.index > stage.index && other.name === lower)) {
          throw new DockerfileError(`stage ${name} is used before it is defined: move its FROM above this one, or the two would wait for each other (circular dependency)`, here, file.source);
        }
        if (/^\d+$/.test(name)) throw new DockerfileError(`invalid from flag value ${name}: refers to ${Number(name) === stage.index ? 'current build stage' : 'a stage that does not exist'}`, here, file.source);
      }
    }
  }
  return [...needs].sort((a, b) => a - b);
}

/** What is wrong with an instruction, told with its place. */
function at<T>(file: Dockerfile, range: SourceRange, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof InvalidParameter) || error instanceof DockerfileError) throw error;
    throw new DockerfileError(error.message, range, file.source);
  }
}

/** Names after `--from=` and `from=`, without variables (Docker does not expand them in --from). */
export function referencesOf(instruction: Instruction): string[] {
  if (instruction.kind === 'COPY') return instruction.from === undefined ? [] : [instruction.from];
  if (instruction.kind === 'RUN') return instruction.mounts.flatMap((mount) => parseMount(mount).from ?? []);
  return instruction.kind === 'ONBUILD' ? [] : [];
}

function findTarget(stages: readonly Stage[], wanted: string | undefined): Stage {
  const last = stages.at(-1) as Stage;
  if (wanted === undefined || wanted === '') return last;
  const found = stages.findLast((stage) => stage.name === wanted.toLowerCase()) ?? (/^\d+$/.test(wanted) ? stages[Number(wanted)] : undefined);
  if (found) return found;
  const names = stages.flatMap((stage) => stage.name ?? []);
  const known = stages.map(({ name, index, from }) => `\n${String(from.lines.start).padStart(4)} | ${name ?? index}: ${from.source}`);
  throw new InvalidParameter(`target stage ${JSON.stringify(wanted)} could not be found${didYouMean(wanted, names)}; the Dockerfile has${known.join('')}`);
}

function closure(stages: readonly Stage[], from: number): number[] {
  const wanted = new Set([from]);
  for (let index = from; index >= 0; index--) if (wanted.has(index)) for (const need of stages[index]?.needs ?? []) wanted.add(need);
  return [...wanted].sort((a, b) => a - b);
}

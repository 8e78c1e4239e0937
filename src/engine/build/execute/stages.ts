// Runs the wanted stages: each waits only for what it needs, so independent ones run side by side; the first failure stops all.
import type { ChainId, Digest } from '../../base/digest.ts';
import { limit } from '../../base/locks.ts';
import type { BaseImages } from '../base-images.ts';
import { platformOf } from '../base-images.ts';
import { stepKey } from '../cache-key.ts';
import { parseTrigger } from '../dockerfile/dockerfile.ts';
import type { Instruction, Label } from '../dockerfile/ast.ts';
import type { BuildEvent } from '../events.ts';
import { readsContext, type Plan } from '../plan.ts';
import { originOf, referencesOf, type Stage } from '../graph.ts';
import { checkRunnable } from '../foreign.ts';
import { parsePlatform, platformText, type Platform } from '../platform.ts';
import { withoutInlineCache } from '../inline-cache.ts';
import { initialState, PROXY_ARGS } from '../state.ts';
import { InvalidParameter, System } from '../../wire/errors.ts';
import type { Execution, StepOutput } from './execution.ts';
import { instructionInput } from './instruction.ts';
import type { Origins } from './origins.ts';
import { takeStep, type StageRun } from './stage-run.ts';
import { StepFailed } from './step-failed.ts';

export interface StagesOptions {
  execution: Execution;
  plan: Plan;
  bases: BaseImages;
  origins: Origins;
  host: Platform;
  target: Platform;
  report: (event: BuildEvent) => void;
  signal: AbortSignal;
}

export interface StagesResult { run: StageRun; done: { usedArgs: Set<string> } }

const AT_ONCE = 4; // steps, not stages: a waiting stage holds no place

/** @throws StepFailed for the first step that failed; the others are stopped and awaited */
export async function buildStages(options: StagesOptions): Promise<StagesResult> {
  const { execution, plan, origins, host, report, signal } = options;
  const { graph } = execution;
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const slot = limit(AT_ONCE);
  const usedArgs = new Set<string>(['SOURCE_DATE_EPOCH', 'BUILDKIT_INLINE_CACHE', ...PROXY_ARGS, ...graph.metaArgs.keys()]);
  const runs = new Map<number, Promise<StageRun>>();

  const step = async (number: number, line: number, stage: Stage, run: StageRun, instruction: Instruction): Promise<StageRun> => {
    const io: StepOutput = {
      signal: stop,
      log: (stream, text) => report({ type: 'log', step: number, atMs: Date.now(), stream, text }),
      progress: (message) => report({ type: 'progress', step: number, atMs: Date.now(), message }),
    };
    try {
      await otherStages(instruction, stage);
      stop.throwIfAborted();
      report({ type: 'step-started', step: number, atMs: Date.now() });
      for (const { key } of instruction.kind === 'ARG' ? instruction.args : []) usedArgs.add(key);
      if (instruction.kind === 'RUN') checkRunnable(run.platform, host);
      const input = await instructionInput(run, instruction, stage.index, execution, io);
      const { execute } = input;
      const result = await takeStep(run, execute === null ? input : { ...input, execute: () => slot(execute) }, execution.steps);
      stop.throwIfAborted();
      report({ type: 'step-ended', step: number, atMs: Date.now(), state: result.isCached ? 'cached' : 'done', id: result.run.key, sizeBytes: result.sizeBytes });
      return result.run;
    } catch (error) {
      return fail(number, line, error);
    } finally {
      if (readsContext(instruction)) execution.contextUses.left--;
    }
  };
  /** A step that needs files of other stages begins when they are done. */
  const otherStages = async (instruction: Instruction, stage: Stage): Promise<void> => {
    for (const name of referencesOf(instruction)) {
      const origin = originOf(name, graph.stages, stage.index, execution.namedContexts);
      if (origin.kind === 'stage') await runs.get(origin.index)?.catch(() => {}); // reported by its own step
    }
  };
  const fail = (number: number, line: number, thrown: unknown): never => {
    const error = isDiskFull(thrown) ? new System('no space left on the disk of the data root: what this step made can not be kept', { cause: thrown }) : thrown;
    const isFirst = !stop.aborted;
    report({ type: 'step-ended', step: number, atMs: Date.now(), state: isFirst ? 'failed' : 'canceled', id: '', sizeBytes: 0, ...(isFirst && error instanceof Error ? { error: error.message } : {}) });
    failed.abort();
    throw isFirst ? new StepFailed(number, line, error) : new Stopped();
  };

  const stageRun = async (stage: Stage): Promise<StageRun> => {
    const first = plan.firstStep.get(stage.index) as number;
    let run = await begin(stage, first);
    for (const [index, instruction] of stage.instructions.entries()) run = await step(first + index + 1, instruction.lines.start, stage, run, instruction);
    if (stage.index === graph.target.index && Object.keys(execution.request.labels).length > 0) {
      run = await step(first + stage.instructions.length + 1, 0, stage, run, requestLabels(execution.request.labels));
    }
    return run;
  };

  /** FROM: the base, and what it asked to be done then (ONBUILD). */
  const begin = async (stage: Stage, number: number): Promise<StageRun> => {
    const line = stage.from.lines.start;
    if (stage.base.kind === 'stage') {
      const parent = runs.get(stage.base.index);
      await parent?.catch(() => {}); // its own step has reported it; begin then stops below
    }
    report({ type: 'step-started', step: number, atMs: Date.now() });
    try {
      stop.throwIfAborted();
      let run = await base(stage, options, runs, (message) => report({ type: 'progress', step: number, atMs: Date.now(), message }));
      const triggers = run.state.config.OnBuild ?? [];
      if (triggers.length > 0) {
        const { OnBuild: _, ...config } = run.state.config;
        run = { ...run, state: { ...run.state, config } };
        execution.contextUses.left = Number.POSITIVE_INFINITY; // triggers are not counted: nothing may be moved away
        report({ type: 'log', step: number, atMs: Date.now(), stream: 1, text: `# Executing ${triggers.length} build trigger${triggers.length > 1 ? 's' : ''}\n` });
        const io: StepOutput = { signal: stop, log: (stream, text) => report({ type: 'log', step: number, atMs: Date.now(), stream, text }), progress: (message) => report({ type: 'progress', step: number, atMs: Date.now(), message }) };
        for (const trigger of triggers) {
          const input = await instructionInput(run, parseTrigger(trigger), stage.index, execution, io);
          const { execute } = input;
          ({ run } = await takeStep(run, execute === null ? input : { ...input, execute: () => slot(execute) }, execution.steps));
          stop.throwIfAborted();
        }
      }
      report({ type: 'step-ended', step: number, atMs: Date.now(), state: 'done', id: stage.base.kind === 'scratch' ? '' : run.key, sizeBytes: 0 });
      return run;
    } catch (error) {
      return fail(number, line, error);
    }
  };

  for (const index of graph.wanted) {
    const run = stageRun(graph.stages[index] as Stage);
    runs.set(index, run);
    const chain = run.then((result): ChainId | null => result.chainId);
    chain.catch(() => {}); // awaited below through `runs`
    origins.setStage(index, chain);
  }
  const results = await Promise.allSettled(runs.values());
  const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  const first = reasons.find((reason) => reason instanceof StepFailed) ?? reasons.find((reason) => !(reason instanceof Stopped)) ?? reasons[0];
  if (first !== undefined) throw signal.aborted ? (signal.reason as Error) : (first as Error);
  return { run: await (runs.get(graph.target.index) as Promise<StageRun>), done: { usedArgs } };
}

/** Another stage failed first. */
class Stopped extends Error {}

async function base(stage: Stage, { execution, bases, host, target }: StagesOptions, runs: ReadonlyMap<number, Promise<StageRun>>, progress: (message: unknown) => void): Promise<StageRun> {
  const wanted = stage.platform === undefined ? target : parsePlatform(stage.platform, host);
  if (!wanted) throw new InvalidParameter(`invalid platform ${JSON.stringify(stage.platform)}: one like linux/amd64 is needed`);
  switch (stage.base.kind) {
    case 'stage': {
      const parent = await (runs.get(stage.base.index) as Promise<StageRun>);
      return { ...parent, state: { ...parent.state, args: new Map(), hasOwnCmd: false, config: structuredClone(parent.state.config) } };
    }
    case 'scratch':
      return { state: initialState(undefined), chainId: null, diffIds: [], history: [], key: stepKey('scratch', platformText(wanted)), created: execution.steps.now(), platform: wanted, extra: {}, records: [], baseLayers: 0 };
    default: {
      const reference = stage.base.kind === 'image' ? stage.base.reference : (execution.request.namedContexts.get(stage.base.name) as string);
      const image = await bases.get(reference, wanted, progress);
      const { config, rootfs, history, created, architecture: _a, os: _o, variant: _v, author: _u, comment: _c, container: _n, container_config: _cc, docker_version: _d, ...extra } = image.config;
      const platform = platformOf(image);
      return {
        state: { ...initialState(config), author: image.config.author }, chainId: image.chainId, diffIds: [...(rootfs.diff_ids as Digest[])], history: [...(history ?? [])],
        key: stepKey('image', image.id), created: created ?? execution.steps.now(), platform, extra: withoutInlineCache(extra), records: [], baseLayers: rootfs.diff_ids.length,
      };
    }
  }
}

function requestLabels(labels: Record<string, string>): Label {
  const quoted = (text: string) => `'${text.replaceAll("'", `'"'"'`)}'`;
  return { kind: 'LABEL', lines: { start: 0, end: 0 }, source: 'LABEL', keyword: 'LABEL', comments: [], isLegacy: false, pairs: Object.entries(labels).map(([key, value]) => ({ key: quoted(key), value: quoted(value) })) };
}

/** The engine's own writing failed; a RUN that fills the disk fails by its exit code. */
const isDiskFull = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

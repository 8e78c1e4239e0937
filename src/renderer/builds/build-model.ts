// Build events added up to what the views show. The model is changed in place (logs are long) and handed out with a new identity
// once a frame.
import type { BuildEvent, BuildWarning, StagePlan, StepPlan } from '../../main/contract/builds.ts';

export type StepState = 'waiting' | 'running' | 'cached' | 'done' | 'failed' | 'canceled';

export interface StepView {
  plan: StepPlan;
  state: StepState;
  startedAtMs: number | undefined;
  endedAtMs: number | undefined;
  sizeBytes: number;
  log: string;
  error: string | undefined;
}

export interface BuildView {
  id: string;
  state: 'running' | 'done' | 'failed' | 'canceled';
  tags: string[];
  startedAtMs: number;
  endedAtMs: number | undefined;
  context: { files: number; sizeBytes: number; durationMs: number } | undefined;
  stages: StagePlan[];
  target: number;
  steps: StepView[];
  dockerfile: string;
  warnings: BuildWarning[];
  imageId: string | undefined;
  sizeBytes: number | undefined;
  error: string | undefined;
  errorLine: number | undefined;
  exitCode: number | undefined;
}

export function emptyBuild(id: string): BuildView {
  return { id, state: 'running', tags: [], startedAtMs: 0, endedAtMs: undefined, context: undefined, stages: [], target: 0, steps: [], dockerfile: '', warnings: [], imageId: undefined, sizeBytes: undefined, error: undefined, errorLine: undefined, exitCode: undefined };
}

/** Changes `build`. */
export function applyEvent(build: BuildView, event: BuildEvent): void {
  switch (event.type) {
    case 'started':
      build.startedAtMs = event.atMs;
      build.tags = event.request.tags;
      return;
    case 'context':
      build.context = { files: event.files, sizeBytes: event.sizeBytes, durationMs: event.durationMs };
      return;
    case 'planned': {
      const known = new Map(build.steps.map((step) => [step.plan.step, step]));
      build.steps = event.steps.map((plan) => known.get(plan.step) ?? { plan, state: 'waiting', startedAtMs: undefined, endedAtMs: undefined, sizeBytes: 0, log: '', error: undefined });
      build.stages = event.stages;
      build.target = event.target;
      build.dockerfile = event.dockerfile;
      build.warnings = event.warnings;
      return;
    }
    case 'ended':
      build.state = event.state;
      build.endedAtMs = event.atMs;
      if (event.tags.length > 0) build.tags = event.tags;
      build.imageId = event.imageId;
      build.sizeBytes = event.sizeBytes;
      build.error = event.error;
      build.errorLine = event.errorLine;
      build.exitCode = event.exitCode;
      return;
    default: {
      const step = build.steps.find(({ plan }) => plan.step === event.step);
      if (step) applyStep(step, event);
    }
  }
}

function applyStep(step: StepView, event: BuildEvent): void {
  if (event.type === 'step-started') {
    step.state = 'running';
    step.startedAtMs = event.atMs;
  } else if (event.type === 'log') step.log += event.text;
  else if (event.type === 'progress') {
    const { status, id } = event.message as { status?: string; id?: string };
    if (status !== undefined && !/^(?:Downloading|Extracting)$/.test(status)) step.log += `${id === undefined ? '' : `${id}: `}${status}\n`;
  } else if (event.type === 'step-ended') {
    step.state = event.state;
    step.endedAtMs = event.atMs;
    step.startedAtMs ??= event.atMs;
    step.sizeBytes = event.sizeBytes;
    step.error = event.error;
  }
}

const EXCERPT_LINES = 12;

/** The last lines a step wrote. */
export const logExcerpt = (step: StepView): string => step.log.trimEnd().split('\n').slice(-EXCERPT_LINES).join('\n');

/** Steps that came from the cache, of those that could (FROM cannot). */
export function cacheRate(steps: readonly StepView[]): { cached: number; of: number } {
  const able = steps.filter(({ plan }) => plan.keyword !== 'FROM');
  return { cached: able.filter(({ state }) => state === 'cached').length, of: able.length };
}

export interface Moment { atMs: number; running: number }

/** How many steps ran at a time, at each change: what a chart of steps needs. */
export function parallelism(steps: readonly StepView[], nowMs: number): Moment[] {
  const changes = steps.flatMap((step) => (step.startedAtMs === undefined || step.plan.keyword === 'FROM' || step.state === 'cached' ? [] : [{ atMs: step.startedAtMs, by: 1 }, { atMs: step.endedAtMs ?? nowMs, by: -1 }]));
  const moments = new Map<number, number>(); // steps that end and begin in the same millisecond are one change
  let running = 0;
  for (const { atMs, by } of changes.sort((a, b) => a.atMs - b.atMs)) moments.set(atMs, (running += by));
  return [...moments].map(([atMs, count]) => ({ atMs, running: count }));
}

export const durationOf = (step: StepView, nowMs: number): number | undefined => (step.startedAtMs === undefined ? undefined : (step.endedAtMs ?? nowMs) - step.startedAtMs);

/** The steps whose instructions became the image: the target stage and the stages it is built on, in order. */
export function imageSteps(build: BuildView): StepView[] {
  const chain: number[] = [];
  let stage = build.stages.find(({ index }) => index === build.target);
  while (stage && !chain.includes(stage.index)) {
    const { base, index, needs } = stage;
    chain.unshift(index);
    stage = build.stages.find((candidate) => needs.includes(candidate.index) && candidate.index < index && (candidate.name === base || String(candidate.index) === base));
  }
  return chain.flatMap((index) => build.steps.filter(({ plan }) => plan.stage === index && plan.keyword !== 'FROM'));
}

export interface StepDifference { key: string; first: StepView | undefined; second: StepView | undefined }

/** Steps of two builds side by side: the same instructions of the same stage meet, in the order of the second build. */
export function pairSteps(first: readonly StepView[], second: readonly StepView[]): StepDifference[] {
  const left = [...first];
  const key = (step: StepView) => `${step.plan.stage} ${step.plan.text.replace(/\s+/g, ' ')}`;
  const pairs = second.map((step): StepDifference => {
    const at = left.findIndex((candidate) => key(candidate) === key(step));
    return { key: `b${step.plan.step}`, first: at < 0 ? undefined : left.splice(at, 1)[0], second: step };
  });
  for (const step of left) {
    const after = pairs.findLastIndex((pair) => (pair.first?.plan.step ?? Infinity) < step.plan.step);
    pairs.splice(after + 1, 0, { key: `a${step.plan.step}`, first: step, second: undefined });
  }
  return pairs;
}

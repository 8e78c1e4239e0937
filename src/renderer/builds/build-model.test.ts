import { describe, expect, it } from 'vitest';
import type { BuildEvent, StepPlan } from '../../main/contract/builds.ts';
import { ansiSpans } from './ansi.ts';
import { applyEvent, cacheRate, emptyBuild, imageSteps, pairSteps, parallelism } from './build-model.ts';
import { buildCommand } from './command.ts';

const plan = (step: number, text: string): StepPlan => ({ step, stage: 0, keyword: text.split(' ')[0] as string, text, startLine: step, endLine: step });
const built = (texts: string[], states: ('cached' | 'done' | 'failed')[]) => {
  const build = emptyBuild('x');
  const events: BuildEvent[] = [
    { type: 'planned', atMs: 0, stages: [], steps: texts.map((text, index) => plan(index + 1, text)), target: 0, dockerfile: '', warnings: [] },
    ...states.flatMap((state, index): BuildEvent[] => [{ type: 'step-started', step: index + 1, atMs: index }, { type: 'log', step: index + 1, atMs: index, stream: 1, text: 'hi\n' }, { type: 'step-ended', step: index + 1, atMs: index + 1, state, id: '', sizeBytes: 5 }]),
  ];
  for (const event of events) applyEvent(build, event);
  return build;
};

describe('applyEvent', () => {
  it('adds events up', () => {
    const build = built(['FROM a', 'RUN b', 'RUN c'], ['done', 'cached']);
    expect(build.steps.map(({ state, log }) => [state, log])).toEqual([['done', 'hi\n'], ['cached', 'hi\n'], ['waiting', '']]);
    expect(cacheRate(build.steps)).toEqual({ cached: 1, of: 2 });
  });
});

describe('parallelism', () => {
  it('counts what runs at a time; a change of steps in one millisecond is no gap', () => {
    const [from, ...steps] = built(['FROM a', 'RUN b', 'RUN c'], ['done', 'done', 'done']).steps;
    expect(parallelism([from, ...steps].filter((step) => step !== undefined), 0)).toEqual([{ atMs: 1, running: 1 }, { atMs: 2, running: 1 }, { atMs: 3, running: 0 }]);
  });
});

describe('imageSteps', () => {
  it('follows the target down to its first stage', () => {
    const build = built(['FROM a', 'RUN base', 'FROM b', 'RUN other', 'FROM base', 'RUN top'], []);
    build.stages = ['base', 'other', null].map((name, index) => ({ index, name, base: index === 2 ? 'base' : 'x', platform: '', needs: index === 2 ? [0, 1] : [] }));
    build.steps.forEach((step, index) => { step.plan.stage = Math.floor(index / 2); });
    build.target = 2;
    expect(imageSteps(build).map(({ plan: { text } }) => text)).toEqual(['RUN base', 'RUN top']);
  });
});

describe('pairSteps', () => {
  it('lets the same instructions meet and keeps what only one side has', () => {
    const pairs = pairSteps(built(['FROM a', 'RUN b', 'RUN gone'], []).steps, built(['FROM a', 'RUN new', 'RUN b'], []).steps);
    expect(pairs.map(({ first, second }) => [first?.plan.text, second?.plan.text])).toEqual([['FROM a', 'FROM a'], [undefined, 'RUN new'], ['RUN b', 'RUN b'], ['RUN gone', undefined]]);
  });
});

describe('ansiSpans', () => {
  it.each([
    ['plain', [{ text: 'plain', style: '' }]],
    ['\u001b[31mred\u001b[0m x', [{ text: 'red', style: 'fg1' }, { text: ' x', style: '' }]],
    ['\u001b[1;92mok\u001b[22m\u001b[39m', [{ text: 'ok', style: 'bold fg10' }]],
    ['\u001b[38;5;9mx', [{ text: 'x', style: 'fg9' }]],
    ['50%\r100%\n', [{ text: '100%\n', style: '' }]],
    ['\u001b[2K\u001b[1Ga', [{ text: 'a', style: '' }]],
  ])('%j', (text, wanted) => expect(ansiSpans(text)).toEqual(wanted));
});

describe('buildCommand', () => {
  it('quotes what a shell would take apart', () => {
    expect(buildCommand({ kind: 'folder', path: '/my src' }, { tags: ['a:1'], dockerfile: 'Dockerfile', target: 'x', platform: '', args: { v: 'a b' }, labels: {}, noCache: true, pull: false, network: 'default', secrets: { tok: 's3cret' } }))
      .toBe("docker build -t a:1 --target x --build-arg 'v=a b' --no-cache --secret id=tok '/my src'");
  });
});

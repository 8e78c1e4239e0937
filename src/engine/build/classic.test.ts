import { describe, expect, it } from 'vitest';
import { classicOutput } from './classic.ts';
import type { BuildEvent, StepPlan } from './events.ts';
import { readBuildRequest, summaryOf } from './request.ts';

const STEPS = ['FROM a', 'RUN b', 'RUN c'].map((text, index): StepPlan => ({ step: index + 1, stage: index === 1 ? 0 : 1, keyword: 'RUN', text, startLine: index + 1, endLine: index + 1 }));
const planned: BuildEvent = { type: 'planned', atMs: 0, stages: [], steps: STEPS, target: 1, dockerfile: '', warnings: [{ rule: 'R', message: 'm', startLine: 2, endLine: 2 }] };
const started = (step: number): BuildEvent => ({ type: 'step-started', step, atMs: 0 });
const log = (step: number, text: string): BuildEvent => ({ type: 'log', step, atMs: 0, stream: 1, text });
const ended = (step: number, state: 'done' | 'cached' | 'failed' | 'canceled'): BuildEvent => ({ type: 'step-ended', step, atMs: 0, state, id: `${step}`.repeat(64), sizeBytes: 0 });
const print = (events: BuildEvent[], quiet = false) => {
  const output = classicOutput(quiet);
  return events.flatMap(output);
};
const text = (events: BuildEvent[]) => print(events).map((message) => message.stream ?? `<${Object.keys(message).join()}>`).join('');

describe('classicOutput', () => {
  it('prints in file order what happened side by side', () => {
    expect(text([planned, started(1), started(3), log(3, 'three\n'), ended(1, 'done'), started(2), ended(3, 'done'), log(2, 'two\n'), ended(2, 'cached'), { type: 'ended', atMs: 0, state: 'done', imageId: 'sha256:abcdefabcdefabc', tags: ['t:latest'] }])).toBe(
      '[Warning] R: m (line 2)\nStep 1/3 : FROM a\n ---> 111111111111\nStep 2/3 : RUN b\ntwo\n ---> Using cache\n ---> 222222222222\nStep 3/3 : RUN c\nthree\n ---> 333333333333\n<aux>Successfully built abcdefabcdef\nSuccessfully tagged t:latest\n',
    );
  });
  it('shows the output of a failed step even when an earlier one was cut off, and its code', () => {
    const events: BuildEvent[] = [planned, started(1), started(3), log(3, 'why\n'), ended(3, 'failed'), ended(1, 'canceled'), { type: 'ended', atMs: 0, state: 'failed', tags: [], error: 'no', exitCode: 7 }];
    expect(text(events)).toContain('why\n');
    expect(print(events).at(-1)).toEqual({ errorDetail: { code: 7, message: 'no' }, error: 'no' });
  });
  it('prints only the id when quiet', () => {
    expect(print([planned, started(1), { type: 'ended', atMs: 0, state: 'done', imageId: 'sha256:1', tags: [] }], true)).toEqual([{ stream: 'sha256:1\n' }]);
  });
});

describe('readBuildRequest', () => {
  const read = (query: string, headers = {}) => readBuildRequest(new URLSearchParams(query), headers);
  it('takes what the docker CLI sends', () => {
    expect(read(`t=a&t=b:1&buildargs={"x":"1","y":null}&labels={"l":"v"}&nocache=1&pull=true&networkmode=none&extrahosts=["h:1.2.3.4"]&extrahosts=i:1.2.3.5&memory=1000&shmsize=0&ulimits=[{"Name":"nofile","Soft":1,"Hard":2}]&target=T&version=1`)).toMatchObject({
      tags: ['a', 'b:1'], buildArgs: new Map([['x', '1']]), labels: { l: 'v' }, noCache: true, pull: true, network: 'none', extraHosts: ['h:1.2.3.4', 'i:1.2.3.5'], limits: { Memory: 1000, Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }] }, target: 'T', dockerfile: 'Dockerfile',
    });
  });
  it.each([['squash=1', 'squash is not supported'], ['version=2', 'DOCKER_BUILDKIT=0'], ['networkmode=container:x', 'is not supported for builds'], ['buildargs={', 'not JSON'], ['memory=x', 'whole number'], ['outputs=[]', 'need BuildKit']])('%s: %s', (query, message) => expect(() => read(query)).toThrow(message));
  it('keeps no secret and no password in what is recorded', () => {
    const header = Buffer.from(JSON.stringify({ secrets: { id: Buffer.from('hunter2').toString('base64') } })).toString('base64url');
    const request = read('remote=https://me:hunter2@host/r.git', { 'x-gantry-build': header });
    expect(request.secrets.get('id')?.toString()).toBe('hunter2');
    expect(JSON.stringify(summaryOf(request))).not.toContain('hunter2');
    expect(() => read('', { 'x-gantry-build': '!' })).toThrow(/^the header X-Gantry-Build is not base64url JSON$/);
  });
});

import { describe, expect, it } from 'vitest';
import { classicReader, type ClassicLine } from './classic-reader.ts';
import { checkDockerfile } from './dockerfile-check.ts';

const DOCKERFILE = 'ARG v=1\nFROM busybox AS a\nRUN echo \\\n  hi\nRUN false\n';
const read = (lines: ClassicLine[]) => {
  const reader = classicReader(checkDockerfile(DOCKERFILE), DOCKERFILE, ['t:latest']);
  return [...lines.flatMap((line, index) => reader.read(line, index)), ...reader.end(99, undefined)];
};

describe('classicReader', () => {
  it('makes steps with their lines, cache hits, logs and the image of the text', () => {
    const events = read([{ stream: 'Step 1/3 : ARG v=1\n' }, { stream: 'Step 2/3 : FROM busybox AS a\n' }, { stream: ' ---> 0123456789ab\n' }, { stream: 'Step 3/3 : RUN echo   hi\n' }, { stream: ' ---> Using cache\n' }, { stream: ' ---> aaaaaaaaaaaa\n' }, { aux: { ID: 'sha256:1' } }, { stream: 'Successfully built aaaaaaaaaaaa\n' }]);
    expect(events.filter(({ type }) => type === 'step-ended')).toMatchObject([{ step: 1, state: 'done' }, { step: 2, state: 'done', id: '0123456789ab' }, { step: 3, state: 'cached', id: 'aaaaaaaaaaaa' }]);
    expect(events.findLast(({ type }) => type === 'planned')).toMatchObject({ stages: [{ name: 'a', base: 'busybox' }], steps: [{ startLine: 1 }, { keyword: 'FROM', startLine: 2 }, { startLine: 3, endLine: 4 }] });
    expect(events.at(-1)).toMatchObject({ type: 'ended', state: 'done', imageId: 'sha256:1', tags: ['t:latest'] });
  });
  it('names the failing line and code', () => {
    const events = read([{ stream: 'Step 4/4 : RUN false\n' }, { stream: 'no\n' }, { errorDetail: { message: 'returned a non-zero code: 1', code: 1 }, error: 'x' }]);
    expect(events.at(-1)).toMatchObject({ type: 'ended', state: 'failed', exitCode: 1, errorLine: 5 });
    expect(events.find(({ type }) => type === 'log')).toMatchObject({ step: 4, text: 'no\n' });
  });
});

describe('checkDockerfile', () => {
  it('offers args with their defaults and stages', () => {
    expect(checkDockerfile('ARG base=x\nFROM $base AS b\nARG TARGETARCH\nARG name\nARG q="a b"\nRUNN')).toMatchObject({
      args: [{ name: 'base', value: 'x' }, { name: 'name', value: null }, { name: 'q', value: 'a b' }], stages: [{ name: 'b', line: 2 }], faults: [{ startLine: 6, message: 'unknown instruction: RUNN (did you mean RUN?)' }],
    });
  });
});

import { describe, expect, it } from 'vitest';
import { parseDockerfile } from './dockerfile/dockerfile.ts';
import { applyMetadata, DEFAULT_PATH, initialState, runArgs, type ArgSources } from './state.ts';
import { exposedPorts } from './ports.ts';

const NO_SOURCES: ArgSources = { buildArgs: new Map(), metaArgs: new Map(), platformArgs: new Map() };
const PATH = `PATH=${DEFAULT_PATH}`;

function after(text: string, sources: Partial<ArgSources> = {}, base = {}) {
  const { instructions } = parseDockerfile(`FROM a\n${text}`);
  return instructions.slice(1).reduce((state, instruction) => applyMetadata(state, instruction, '\\', { ...NO_SOURCES, ...sources }).state, initialState(base));
}

describe('applyMetadata', () => {
  it.each([
    ['ENV a=b c=$PATH', { Env: [PATH, 'a=b', `c=${DEFAULT_PATH}`] }],
    ['ENV a=1\nENV a=2 b=$a', { Env: [PATH, 'a=2', 'b=1'] }],
    ['ENV a "x y" z', { Env: [PATH, 'a=x y z'] }],
    ['LABEL a="b c" "d.e"=f', { Labels: { a: 'b c', 'd.e': 'f' } }],
    ['CMD a b', { Cmd: ['/bin/sh', '-c', 'a b'] }],
    ['SHELL ["/bin/bash","-ec"]\nCMD a', { Cmd: ['/bin/bash', '-ec', 'a'], Shell: ['/bin/bash', '-ec'] }],
    ['CMD ["a"]\nENTRYPOINT ["b"]', { Cmd: ['a'], Entrypoint: ['b'] }],
    ['EXPOSE 80 53/UDP 8000-8002', { ExposedPorts: { '80/tcp': {}, '53/udp': {}, '8000/tcp': {}, '8001/tcp': {}, '8002/tcp': {} } }],
    ['ENV p="1 2"\nEXPOSE $p', { ExposedPorts: { '1/tcp': {}, '2/tcp': {} } }],
    ['VOLUME /a "/b"', { Volumes: { '/a': {}, '/b': {} } }],
    ['WORKDIR /a\nWORKDIR b/../c', { WorkingDir: '/a/c' }],
    ['ENV d=/x\nWORKDIR $d/y\nUSER ${u:-me}', { WorkingDir: '/x/y', User: 'me' }],
    ['HEALTHCHECK --interval=5s --retries=2 CMD ["x"]', { Healthcheck: { Test: ['CMD', 'x'], Interval: 5e9, Retries: 2 } }],
    ['HEALTHCHECK CMD x y', { Healthcheck: { Test: ['CMD-SHELL', 'x y'] } }],
    ['HEALTHCHECK NONE', { Healthcheck: { Test: ['NONE'] } }],
    ['ONBUILD RUN a\nONBUILD COPY b c', { OnBuild: ['RUN a', 'COPY b c'] }],
    ['STOPSIGNAL SIGUSR1', { StopSignal: 'SIGUSR1' }],
  ])('%j', (text, wanted) => expect(after(text).config).toMatchObject(wanted));

  it('drops the inherited CMD when ENTRYPOINT is new', () => {
    expect(after('ENTRYPOINT ["b"]', {}, { Cmd: ['old'] }).config.Cmd).toBeUndefined();
  });
  it('gives ARG its value from --build-arg, default, meta ARG, platform, in this order, and ENV wins over all', () => {
    const sources = { buildArgs: new Map([['a', 'given']]), metaArgs: new Map([['m', 'meta'], ['a', 'meta']]), platformArgs: new Map([['TARGETARCH', 'arm64']]) };
    const state = after('ARG a=default\nARG d=default\nARG m\nARG TARGETARCH\nARG unset\nENV r=$a-$d-$m-$TARGETARCH-$unset', sources);
    expect(state.config.Env?.at(-1)).toBe('r=given-default-meta-arm64-');
    expect(after('ARG a\nENV a=env\nENV r=$a', sources).config.Env?.at(-1)).toBe('r=env');
  });
  it('hands RUN its args without those that ENV hides, and counts no proxy', () => {
    const buildArgs = new Map([['b', '1'], ['HTTP_PROXY', 'http://u:p@h']]);
    expect(runArgs(after('ARG b\nARG c=2\nENV c=3', { buildArgs }), buildArgs)).toEqual({ counted: ['b=1'], proxies: ['HTTP_PROXY=http://u:p@h'] });
  });
  it.each(['STOPSIGNAL x y', 'EXPOSE a', 'EXPOSE 70000', 'EXPOSE 80/xyz', 'VOLUME $none'])('%s is refused', (text) => expect(() => after(text)).toThrow());
});

it.each([['80', ['80/tcp']], ['80-81/udp', ['80/udp', '81/udp']], ['8080:80', ['80/tcp']]])('port %s', (word, ports) => expect(exposedPorts(word)).toEqual(ports));

it('a base without a PATH gets one behind its own variables', () => expect(initialState({ Env: ['X=1'] }).config.Env).toEqual(['X=1', PATH]));

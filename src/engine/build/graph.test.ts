import { describe, expect, it } from 'vitest';
import { parseDockerfile } from './dockerfile/dockerfile.ts';
import { parseMount } from './dockerfile/mount.ts';
import { stageGraph, type GraphOptions } from './graph.ts';
import { hostPlatform, parsePlatform, platformArgs, platformText } from './platform.ts';

const HOST = hostPlatform('x64');
const graph = (text: string, options: Partial<GraphOptions> = {}) =>
  stageGraph(parseDockerfile(text), { buildArgs: new Map(), platformArgs: platformArgs(HOST, HOST), namedContexts: new Set(), ...options });

describe('stageGraph', () => {
  it('keeps only what the target needs', () => {
    const text = 'FROM a AS one\nFROM b AS two\nFROM one AS three\nCOPY --from=two / /\nFROM c AS four\nFROM three\nRUN --mount=from=four,target=/x true';
    expect(graph(text).wanted).toEqual([0, 1, 2, 3, 4]);
    expect(graph(text, { target: 'three' }).wanted).toEqual([0, 1, 2]);
    expect(graph(text, { target: '1' }).wanted).toEqual([1]);
    expect(graph(text, { target: 'THREE' }).target.needs).toEqual([0, 1]);
  });
  it('expands bases with meta ARGs, build args and platform ARGs', () => {
    const text = 'ARG v=1\nARG n=img\nARG full=$n:$v\nFROM --platform=$BUILDPLATFORM $full-$TARGETARCH';
    expect(graph(text).target).toMatchObject({ base: { kind: 'image', reference: 'img:1-amd64' }, platform: 'linux/amd64' });
    expect(graph(text, { buildArgs: new Map([['v', '2']]) }).target.base).toEqual({ kind: 'image', reference: 'img:2-amd64' });
  });
  it('knows scratch, stages by any case, named contexts', () => {
    expect(graph('FROM scratch').target.base).toEqual({ kind: 'scratch' });
    expect(graph('FROM a AS Base\nFROM BASE').target.base).toEqual({ kind: 'stage', index: 0 });
    expect(graph('FROM a', { namedContexts: new Set(['a']) }).target.base).toEqual({ kind: 'named', name: 'a' });
    expect(graph('FROM 0').target.base).toEqual({ kind: 'image', reference: '0' });
  });
  it.each([
    ['FROM a AS x\nCOPY --from=x / /', 'circular dependency detected on stage: x'], ['FROM a AS x\nCOPY --from=y / /\nFROM b AS y', 'used before it is defined'], ['FROM a\nCOPY --from=0 / /', 'current build stage'],
    ['FROM a\nCOPY --from=7 / /', 'does not exist'], ['ARG none\nFROM $none', 'should not be blank'], ['FROM ${x', "missing '}'"], ['FROM a\nRUN --mount=type=foo,target=/x y', 'dockerfile parse error on line 2: unsupported mount type "foo"'],
  ])('%j is refused', (text, message) => expect(() => graph(text)).toThrow(message));
  it('suggests a target', () => expect(() => graph('FROM a AS builder', { target: 'bulider' })).toThrow('"bulider" could not be found (did you mean builder?)'));
});

describe('platforms', () => {
  it.each([['linux/amd64', 'linux/amd64'], ['arm64', 'linux/arm64'], ['linux/x86_64', 'linux/amd64'], ['linux/arm', 'linux/arm/v7'], ['linux/arm/v6', 'linux/arm/v6'], ['linux/arm64/v8', 'linux/arm64'], ['linux', 'linux/amd64']])('%s', (text, wanted) => {
    expect(platformText(parsePlatform(text, HOST) as never)).toBe(wanted);
  });
  it('refuses what is none', () => expect([parsePlatform('a/b/c/d', HOST), parsePlatform('li nux', HOST)]).toEqual([undefined, undefined]));
});

describe('parseMount', () => {
  it.each([
    ['target=/x', { type: 'bind', target: '/x', isReadonly: true }], ['type=bind,rw,dst=/x,src=a', { isReadonly: false, source: 'a' }], ['type=cache,target=/c,id=a,sharing=locked,mode=0700,uid=5', { sharing: 'locked', mode: 0o700, uid: 5, isReadonly: false }],
    ['type=tmpfs,target=/t,size=64m', { sizeBytes: 64 * 1024 * 1024 }], ['type=secret,id=a,required', { isRequired: true }], ['type=secret,id=a,env=T', { env: 'T' }], ['type=ssh', { type: 'ssh' }], ['"target=/a,b"', { target: '/a,b' }],
  ])('%s', (text, wanted) => expect(parseMount(text)).toMatchObject(wanted));
  it.each([['type=bind', 'target is required'], ['type=cache,target=/c,sharing=lokced', 'did you mean locked'], ['type=secret', 'id or a target'], ['tagret=/x', "unexpected key 'tagret'"], ['type=tmpfs,target=/x,size=y', 'invalid size'], ['type=cache,target=/x,mode=9', 'invalid value for mode']])('%s: %s', (text, message) => {
    expect(() => parseMount(text)).toThrow(message);
  });
});

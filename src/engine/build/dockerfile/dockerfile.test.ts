import { describe, expect, it } from 'vitest';
import { parseDockerfile, parseTolerant, parseTrigger } from './dockerfile.ts';

const one = (text: string) => parseDockerfile(`FROM scratch\n${text}`).instructions[1];

describe('parseDockerfile', () => {
  it.each([
    ['RUN echo a', { kind: 'RUN', command: { form: 'shell', text: 'echo a' } }],
    ['run ["a", "b c"]', { kind: 'RUN', keyword: 'run', command: { form: 'exec', argv: ['a', 'b c'] } }],
    ["RUN ['a']", { command: { form: 'shell', text: "['a']" } }],
    ['RUN a \\\n  b', { command: { form: 'shell', text: 'a   b' }, lines: { start: 2, end: 3 } }],
    ['RUN a \\  \n# comment\n\n  b', { command: { form: 'shell', text: 'a   b' }, lines: { start: 2, end: 5 } }],
    ['RUN a \\\\\nRUN b', { command: { text: 'a \\\\' } }],
    ['RUN --mount=type=cache,target=/c --mount=type=tmpfs,target=/t --network=none x', { mounts: ['type=cache,target=/c', 'type=tmpfs,target=/t'], network: 'none' }],
    ['RUN <<EOF\na\n b\nEOF', { heredocs: [{ name: 'EOF', content: 'a\n b\n', expand: true }], lines: { start: 2, end: 5 } }],
    ['RUN cat <<"A" <<-B\n1\nA\n\t2\n\tB', { heredocs: [{ name: 'A', expand: false, content: '1\n' }, { name: 'B', chomp: true, content: '\t2\n' }] }],
    ['COPY a b /c/', { sources: ['a', 'b'], destination: '/c/', link: false }],
    ['COPY ["a b", "c d"]', { sources: ['a b'], destination: 'c d' }],
    ['COPY --from=x --chown=1:2 --chmod=755 --link --parents --exclude=*.a --exclude=b a /', { from: 'x', chown: '1:2', chmod: '755', link: true, parents: true, exclude: ['*.a', 'b'] }],
    ['COPY <<a.txt b /d/\nhi\na.txt', { sources: ['b'], heredocs: [{ name: 'a.txt', content: 'hi\n' }] }],
    ['ADD --checksum=sha256:aa --keep-git-dir=true --unpack=false http://x/y /', { checksum: 'sha256:aa', keepGitDir: true, unpack: false }],
    ['ENV a=b c="d e" f=g\\ h', { pairs: [{ key: 'a', value: 'b' }, { key: 'c', value: '"d e"' }, { key: 'f', value: 'g\\ h' }], isLegacy: false }],
    ['ENV a b c', { pairs: [{ key: 'a', value: 'b c' }], isLegacy: true }],
    ['LABEL "a.b"="c d"', { pairs: [{ key: '"a.b"', value: '"c d"' }] }],
    ['ARG a b=1 c="x y"', { args: [{ key: 'a' }, { key: 'b', value: '1' }, { key: 'c', value: '"x y"' }] }],
    ['EXPOSE 80/tcp 90', { ports: ['80/tcp', '90'] }],
    ['VOLUME ["/a", "/b c"]', { paths: ['/a', '/b c'] }],
    ['VOLUME /a /b', { paths: ['/a', '/b'] }],
    ['WORKDIR /a b', { path: '/a b' }],
    ['SHELL ["/bin/bash", "-c"]', { argv: ['/bin/bash', '-c'] }],
    ['CMD', { kind: 'CMD', command: { form: 'shell', text: '' } }],
    ['CMD []', { command: { form: 'exec', argv: [] } }],
    ['HEALTHCHECK --interval=1m30s --timeout=500ms --retries=3 CMD a b', { intervalNs: 90e9, timeoutNs: 5e8, retries: 3, command: { form: 'shell', text: 'a b' } }],
    ['HEALTHCHECK none', { command: 'none' }],
    ['ONBUILD COPY a b', { trigger: 'COPY a b', parsed: { kind: 'COPY', sources: ['a'] } }],
    ['STOPSIGNAL SIGTERM', { signal: 'SIGTERM' }],
    ['MAINTAINER a <b>', { name: 'a <b>' }],
    ['  USER a:b', { user: 'a:b' }],
  ])('%j', (text, wanted) => expect(one(text)).toMatchObject(wanted));

  it('reads FROM with platform and stage name, ARG before it, a byte order mark and CRLF', () => {
    const file = parseDockerfile('\uFEFF# escape=`\r\n# syntax=docker/dockerfile:1\r\nARG v=1\r\nFROM --platform=$BUILDPLATFORM a:$v As Build\r\nRUN a `\r\n b\r\n');
    expect(file.directives).toEqual({ escape: '`', syntax: 'docker/dockerfile:1' });
    expect(file.instructions).toMatchObject([{ kind: 'ARG' }, { base: 'a:$v', stage: 'build', platform: '$BUILDPLATFORM', asKeyword: 'As' }, { command: { text: 'a  b' } }]);
  });
  it('ends directives at the first other line', () => {
    expect(parseDockerfile('# hello\n# escape=`\nFROM a').directives).toEqual({ escape: '\\' });
  });

  it.each([
    ['FORM a', 1, 'unknown instruction: FORM (did you mean FROM?)'], ['FROM a\nCPY a b', 2, 'unknown instruction: CPY (did you mean COPY?)'], ['FROM a\nXYZZY', 2, 'unknown instruction: XYZZY'],
    ['FROM', 1, 'FROM requires either one or three arguments'], ['FROM a b', 1, 'FROM requires either one or three arguments'], ['FROM a AS 1x', 1, 'invalid name for build stage: "1x"'],
    ['RUN a', 1, 'no build stage in current context'], ['FROM a\nCOPY a', 2, 'COPY requires at least two arguments'], ['FROM a\nCOPY --form=b a c', 2, 'unknown flag: --form (did you mean from?)'],
    ['FROM a\nCOPY --from a c', 2, 'missing a value on flag: --from'], ['FROM a\nCOPY --link=x a c', 2, 'expecting boolean value'], ['FROM a\nCOPY --from=a --from=b c d', 2, 'duplicate flag specified: --from'],
    ['FROM a\nENV', 2, 'ENV requires at least one argument'], ['FROM a\nENV a', 2, 'ENV must have two arguments'], ['FROM a\nENV a=b c', 2, "can't find = in \"c\""], ['FROM a\nENV =b', 2, 'ENV names can not be blank'],
    ['FROM a\nSHELL bash', 2, 'JSON form'], ['FROM a\nRUN ["a", 1]', 2, 'arrays must be comprised of strings only'], ['FROM a\nONBUILD ONBUILD RUN x', 2, 'chaining ONBUILD'], ['FROM a\nONBUILD FROM b', 2, "FROM isn't allowed as an ONBUILD trigger"],
    ['FROM a\nHEALTHCHECK foo', 2, 'unknown type "foo" in HEALTHCHECK'], ['FROM a\nHEALTHCHECK --interval=5 CMD x', 2, 'invalid duration'], ['FROM a\nRUN <<EOF\nx', 2, 'unterminated heredoc'],
    ['# escape=x\nFROM a', 1, 'invalid escape token'], ['# escape=`\n# escape=`\nFROM a', 2, 'only one escape parser directive'], ['', 0, 'file with no instructions'], ['FROM a\nWORKDIR', 2, 'WORKDIR requires exactly one argument'],
  ])('%j fails on line %i', (text, line, reason) => {
    const wanted = line === 0 ? /^dockerfile parse error: / : new RegExp(`^dockerfile parse error on line ${line}: `);
    expect(() => parseDockerfile(text)).toThrow(wanted);
    expect(() => parseDockerfile(text)).toThrow(reason);
  });

  it('puts the caret under the fault, also on a continued line', () => {
    expect(() => parseDockerfile('FROM a\nCOPY --from=b \\\n  --chwon=1 a b')).toThrow('\n   3 |   --chwon=1 a b\n     |   ^^^^^^^^^');
  });
  it('goes on after a fault when asked', () => {
    const { file, errors } = parseTolerant('FROM a\nRUNN b\nCMD c\nENV d');
    expect([file.instructions.length, errors.map((error) => error.range.startLine)]).toEqual([2, [2, 4]]);
  });
  it('reads a trigger back', () => expect(parseTrigger('RUN <<EOF\na\nEOF')).toMatchObject({ kind: 'RUN', heredocs: [{ content: 'a\n' }] }));
});

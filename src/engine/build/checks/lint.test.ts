import { describe, expect, it } from 'vitest';
import { parseDockerfile } from '../dockerfile/dockerfile.ts';
import { adviseDockerfile } from './advice.ts';
import { lintDockerfile } from './lint.ts';

const rules = (text: string) => lintDockerfile(parseDockerfile(text)).found.map(({ rule, startLine }) => `${rule}:${startLine}`);

describe('lintDockerfile', () => {
  it.each([
    ['FROM a\nRUN x \\\n\n y', ['NoEmptyContinuation:2']],
    ['FROM a\nrun x\nRUN y', ['ConsistentInstructionCasing:2']],
    ['FROM a AS Foo', ['StageNameCasing:1']], ['FROM a as foo', ['FromAsCasing:1']], ['from a as foo', []],
    ['FROM a AS x\nFROM b AS x', ['DuplicateStageName:2']], ['FROM a AS scratch', ['ReservedStageName:1']],
    ['FROM a\nCMD a b', ['JSONArgsRecommended:2']], ['FROM a\nSHELL ["x"]\nCMD a b', []], ['FROM a\nMAINTAINER me', ['MaintainerDeprecated:2']],
    ['FROM a:$v', ['UndefinedArgInFrom:1', 'InvalidDefaultArgInFrom:1']], ['ARG v\nFROM a:$v', ['InvalidDefaultArgInFrom:2']], ['ARG v=1\nFROM a:$v', []],
    ['FROM a\nWORKDIR b', ['WorkdirRelativePath:2']], ['FROM a\nWORKDIR /b\nWORKDIR c', []],
    ['FROM a\nCOPY $x /y', ['UndefinedVar:2']], ['FROM a\nARG x\nCOPY $x /y', []], ['FROM a\nENV p=$PATH:/x', []], ['FROM a\nCOPY ${x:-y} /z', []],
    ['FROM a\nCMD ["x"]\nCMD ["y"]', ['MultipleInstructionsDisallowed:2']], ['FROM a\nENV a b', ['LegacyKeyValueFormat:2']],
    ['FROM --platform=$TARGETPLATFORM a', ['RedundantTargetPlatform:1']], ['FROM --platform=linux/amd64 a', ['FromPlatformFlagConstDisallowed:1']],
    ['FROM a\nARG AWS_SECRET_ACCESS_KEY', ['SecretsUsedInArgOrEnv:2']], ['FROM a\nENV PUBLIC_KEY=x', []], ['FROM a\nARG KEYBOARD', []],
    ['FROM a\nEXPOSE 80/TCP', ['ExposeProtoCasing:2']], ['FROM a\nEXPOSE 80:80', ['ExposeInvalidFormat:2']],
    ['# check=skip=LegacyKeyValueFormat\nFROM a\nENV a b', []], ['# check=skip=all\nFROM a as x', []],
  ])('%j', (text, wanted) => expect(rules(text)).toEqual(wanted));
  it('fails the build when the file asks for it', () => {
    expect([lintDockerfile(parseDockerfile('# check=error=true\nFROM a\nENV a b')).isError, lintDockerfile(parseDockerfile('# check=error=true\nFROM a')).isError]).toEqual([true, false]);
  });
  it('offers edits', () => {
    expect(lintDockerfile(parseDockerfile('FROM a\nCMD node app.js')).found[0]?.fix?.text).toBe('CMD ["node", "app.js"]');
    expect(lintDockerfile(parseDockerfile('FROM a\nENV a b c')).found[0]?.fix?.text).toBe('ENV a="b c"');
  });
});

describe('adviseDockerfile', () => {
  const advice = (text: string) => adviseDockerfile(parseDockerfile(text));
  it('wants caches removed in the same RUN', () => {
    const [found] = advice('FROM a\nRUN apt-get update && apt-get install -y x');
    expect(found).toMatchObject({ rule: 'CleanPackageCache', fix: { text: 'RUN apt-get update && apt-get install -y x \\\n    && rm -rf /var/lib/apt/lists/*' } });
    expect(advice('FROM a\nRUN apt-get install x && rm -rf /var/lib/apt/lists/*')).toEqual([]);
  });
  it('merges RUNs that follow each other', () => {
    expect(advice('FROM a\nRUN x\nRUN y \\\n  z\nCOPY a b\nRUN w')).toMatchObject([{ rule: 'MergeRuns', startLine: 2, endLine: 4, fix: { text: 'RUN x \\\n && y \\\n  z' } }]);
  });
  it('wants manifests copied before the rest', () => expect(advice('FROM a\nCOPY . .\nRUN npm ci --mount=type=cache')).toMatchObject([{ rule: 'CopyManifestsFirst', startLine: 2 }]));
  it('takes the compiler out of the image', () => {
    const text = 'FROM debian:12\nRUN apt-get update && apt-get install -y gcc && rm -rf /var/lib/apt/lists/*\nWORKDIR /src\nCOPY main.c .\nRUN gcc -O2 main.c -o hello\nEXPOSE 80\nCMD ["/src/hello"]';
    const found = advice(text).find(({ rule }) => rule === 'SeparateBuildStage');
    expect(found?.fix?.text.split('\n\n')[1]).toBe('FROM debian:12\nWORKDIR /src\nCOPY --from=build /src/hello /src/hello\nEXPOSE 80\nCMD ["/src/hello"]');
    expect(advice('FROM golang:1 AS b\nRUN go build -o /x\nFROM alpine\nCOPY --from=b /x /x').some(({ rule }) => rule === 'SeparateBuildStage')).toBe(false);
  });
});

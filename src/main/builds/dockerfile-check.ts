// A Dockerfile looked at while it is written: faults, checks, advice, and what a build form can offer. Pure, the engine's own parser.
import type { Instruction } from '../../engine/build/dockerfile/ast.ts';
import { adviseDockerfile } from '../../engine/build/checks/advice.ts';
import { lintDockerfile } from '../../engine/build/checks/lint.ts';
import { parseTolerant } from '../../engine/build/dockerfile/dockerfile.ts';
import type { DockerfileCheck } from '../contract/builds.ts';

export function checkDockerfile(text: string): DockerfileCheck {
  const { file, errors } = parseTolerant(text);
  const stages = file.instructions.filter((instruction) => instruction.kind === 'FROM');
  return {
    faults: errors.map(({ reason, range }) => ({ message: reason, ...range })),
    findings: [...lintDockerfile(file).found, ...adviseDockerfile(file)],
    args: argsOf(file.instructions),
    stages: stages.map(({ stage, base, lines }, index) => ({ index, name: stage ?? null, base, line: lines.start })),
  };
}

/** Each ARG once, in file order; a default that is one quoted word is shown without its quotes. */
function argsOf(instructions: readonly Instruction[]): DockerfileCheck['args'] {
  const found = new Map<string, string | null>();
  for (const instruction of instructions) {
    if (instruction.kind !== 'ARG') continue;
    for (const { key, value } of instruction.args) {
      if (/^(?:TARGET|BUILD)(?:PLATFORM|OS|ARCH|VARIANT)$/.test(key)) continue;
      if ((found.get(key) ?? null) === null) found.set(key, value === undefined ? null : value.replace(/^(["'])(.*)\1$/, '$2'));
    }
  }
  return [...found].map(([name, value]) => ({ name, value }));
}

// Docker's build checks over a parsed Dockerfile. Rule names, messages and meaning: docs.docker.com/reference/build-checks.
// `# check=skip=A,B;error=true` chooses.
import type { Dockerfile } from '../dockerfile/ast.ts';
import type { Finding } from './finding.ts';
import { lineFix, stagesOf } from './places.ts';
import { checkStages } from './stage-checks.ts';
import { checkVariables } from './variable-checks.ts';

export interface LintResult { found: Finding[]; /** the file asks that findings fail the build */ isError: boolean }

export function lintDockerfile(file: Dockerfile): LintResult {
  const options = checkOptions(file.directives.check);
  const all = [...checkSyntax(file), ...checkStages(file), ...checkVariables(file)];
  const found = options.skipsAll ? [] : all.filter(({ rule }) => !options.skip.has(rule.toLowerCase())).sort((a, b) => a.startLine - b.startLine);
  return { found, isError: options.isError && found.length > 0 };
}

function checkOptions(text: string | undefined): { skip: Set<string>; skipsAll: boolean; isError: boolean } {
  const fields = new Map((text ?? '').split(';').map((field) => field.split('=', 2).map((part) => part.trim().toLowerCase()) as [string, string]));
  const skip = new Set((fields.get('skip') ?? '').split(',').map((rule) => rule.trim()));
  return { skip, skipsAll: skip.has('all'), isError: /^(true|1)$/.test(fields.get('error') ?? '') };
}

function checkSyntax(file: Dockerfile): Finding[] {
  const found: Finding[] = [];
  const add = (rule: string, message: string, { start, end }: { start: number; end: number }, fix?: Finding['fix']) => found.push({ rule, message, startLine: start, endLine: end, kind: 'check', ...(fix ? { fix } : {}) });
  for (const lines of file.emptyContinuations) add('NoEmptyContinuation', 'Empty continuation line', lines);

  const keywords = file.instructions.map(({ keyword }) => keyword);
  const lower = keywords.filter((keyword) => keyword === keyword.toLowerCase()).length;
  const wantsLower = lower > keywords.length - lower;
  for (const { keyword, lines } of file.instructions) {
    const wanted = wantsLower ? keyword.toLowerCase() : keyword.toUpperCase();
    if (keyword !== wanted) add('ConsistentInstructionCasing', `Command '${keyword}' should match the case of the command majority (${wantsLower ? 'lowercase' : 'uppercase'})`, lines, lineFix(file, lines.start, keyword, wanted));
  }

  for (const instruction of file.instructions) {
    const { lines } = instruction;
    switch (instruction.kind) {
      case 'MAINTAINER':
        add('MaintainerDeprecated', "Maintainer instruction is deprecated in favor of using label", lines, { title: 'Use a label', startLine: lines.start, endLine: lines.end, text: `LABEL org.opencontainers.image.authors=${JSON.stringify(instruction.name)}` });
        break;
      case 'ENV': case 'LABEL':
        if (instruction.isLegacy) {
          const pair = instruction.pairs[0];
          add('LegacyKeyValueFormat', `"${instruction.kind} key=value" should be used instead of legacy "${instruction.kind} key value" format`, lines,
            pair && lines.start === lines.end ? { title: 'Write it with =', startLine: lines.start, endLine: lines.end, text: `${instruction.keyword} ${pair.key}=${/^[\w./:@%+,-]*$/.test(pair.value) ? pair.value : `"${pair.value.replace(/^"(.*)"$/, '$1')}"`}` } : undefined);
        }
        break;
      case 'EXPOSE':
        for (const port of instruction.ports) {
          if (/\/[a-z]*[A-Z]/.test(port)) add('ExposeProtoCasing', `Defined protocol '${port}' in EXPOSE instruction should be lowercase`, lines, lineFix(file, lines.start, port, port.toLowerCase()));
          if (/^(?:\d+\.){3}\d+:|^\d*:\d+/.test(port)) add('ExposeInvalidFormat', `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`, lines);
        }
        break;
      default:
    }
  }
  for (const stage of stagesOf(file.instructions)) {
    for (const kind of ['CMD', 'ENTRYPOINT', 'HEALTHCHECK'] as const) {
      const same = stage.filter((instruction) => instruction.kind === kind);
      for (const { lines } of same.slice(0, -1)) add('MultipleInstructionsDisallowed', `Multiple ${kind} instructions should not be used in the same stage because only the last one will be used`, lines);
    }
    const hasShell = stage.some(({ kind }) => kind === 'SHELL');
    for (const instruction of stage) {
      if ((instruction.kind === 'CMD' || instruction.kind === 'ENTRYPOINT') && instruction.command.form === 'shell' && !hasShell && instruction.command.text !== '') {
        const argv = simpleArgv(instruction.command.text);
        add('JSONArgsRecommended', `JSON arguments recommended for ${instruction.kind} to prevent unintended behavior related to OS signals`, instruction.lines,
          argv && instruction.lines.start === instruction.lines.end ? { title: 'Use the JSON form', startLine: instruction.lines.start, endLine: instruction.lines.end, text: `${instruction.keyword} ${JSON.stringify(argv).replaceAll('","', '", "')}` } : undefined);
      }
    }
  }
  return found;
}

/** The words of a command that needs no shell, or undefined. */
function simpleArgv(text: string): string[] | undefined {
  return /^[\w./:@%+,=-]+(?: +[\w./:@%+,=-]+)*$/.test(text) && !/^\w+=/.test(text) ? text.split(/ +/) : undefined;
}

// Checks about variables: used but never set, secrets in ARG and ENV, bases that are no reference without --build-arg, relative WORKDIR.
import type { Dockerfile, Instruction } from '../dockerfile/ast.ts';
import { expand } from '../dockerfile/expand.ts';
import { nearest } from '../dockerfile/suggest.ts';
import { hostPlatform, platformArgs } from '../platform.ts';
import { InvalidParameter } from '../../wire/errors.ts';
import type { Finding } from './finding.ts';

const PLATFORM_NAMES = platformArgs(hostPlatform('x64'), hostPlatform('x64'));
/** Set in images that nobody can see into here; BuildKit looks the base up, an editor can not. */
const USUAL = new Map([['PATH', '/bin'], ['HOME', '/root'], ['HOSTNAME', 'host']]);
const SECRET = /(?:^|_)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i;
const NO_SECRET = /(?:^|_)(?:public|pub)_?key|(?:^|_)key_?(?:id|name|path|file)(?:_|$)/i;

export function checkVariables(file: Dockerfile): Finding[] {
  const found: Finding[] = [];
  const { escape } = file.directives;
  const meta = new Map<string, string>();
  const stageVariables = new Map<string, ReadonlyMap<string, string>>();
  let variables: Map<string, string> | undefined;
  let stage: string | undefined;
  let hasWorkdir = false;

  for (const instruction of file.instructions) {
    const add = (rule: string, message: string) => found.push({ rule, message, startLine: instruction.lines.start, endLine: instruction.lines.end, kind: 'check' });
    if (instruction.kind === 'FROM') {
      const known = new Map([...PLATFORM_NAMES, ...meta]);
      for (const name of unsetIn(instruction.base, known, escape)) add('UndefinedArgInFrom', `FROM argument '${name}' is not declared${hint(name, known.keys())}`);
      for (const name of instruction.platform === undefined ? [] : unsetIn(instruction.platform, known, escape)) add('UndefinedArgInFrom', `FROM argument '${name}' is not declared${hint(name, known.keys())}`);
      const reference = tryExpand(instruction.base, known, escape);
      if (instruction.base.includes('$') && reference !== undefined && !/^[\w./:@-]*[\w]$/.test(reference.text)) add('InvalidDefaultArgInFrom', `Default value for ARG ${instruction.base} results in empty or invalid base image name`);
      const parent = stageVariables.get(instruction.base.toLowerCase());
      variables = new Map(parent ?? USUAL);
      stage = instruction.stage;
      hasWorkdir = parent !== undefined;
      if (stage !== undefined) stageVariables.set(stage, variables);
      continue;
    }
    if (!variables) {
      if (instruction.kind === 'ARG') for (const { key, value } of instruction.args) meta.set(key, value === undefined ? '' : (tryExpand(value, meta, escape)?.text ?? ''));
      continue;
    }
    for (const text of expandedTexts(instruction)) {
      for (const name of unsetIn(text, new Map([...variables, ...ownNames(instruction)]), escape)) add('UndefinedVar', `Usage of undefined variable '$${name}'${hint(name, variables.keys())}`);
    }
    if (instruction.kind === 'ARG' || instruction.kind === 'ENV') {
      for (const { key } of instruction.kind === 'ARG' ? instruction.args : instruction.pairs) {
        if (SECRET.test(key) && !NO_SECRET.test(key)) add('SecretsUsedInArgOrEnv', `Do not use ARG or ENV instructions for sensitive data (${instruction.kind} "${key}")`);
        variables.set(key, 'value');
      }
    }
    if (instruction.kind === 'WORKDIR') {
      if (!/^[/\\$]|^[a-z]:/i.test(instruction.path.replace(/^["']/, '')) && !hasWorkdir) add('WorkdirRelativePath', `Relative workdir "${instruction.path}" can have unexpected results if the base image has a WORKDIR set`);
      hasWorkdir = true;
    }
  }
  return found;
}

/** ENV a=1 b=$a: BuildKit expands with the variables before the instruction, so `$a` is unset there; ARG sees its own earlier names. */
function ownNames(instruction: Instruction): [string, string][] {
  return instruction.kind === 'ARG' ? instruction.args.map(({ key }) => [key, '']) : [];
}

function expandedTexts(instruction: Instruction): string[] {
  switch (instruction.kind) {
    case 'COPY': case 'ADD': return [...instruction.sources, instruction.destination, ...(instruction.chown === undefined ? [] : [instruction.chown])];
    case 'ENV': case 'LABEL': return instruction.pairs.map(({ value }) => value);
    case 'ARG': return instruction.args.flatMap(({ value }) => value ?? []);
    case 'WORKDIR': return [instruction.path];
    case 'USER': return [instruction.user];
    case 'EXPOSE': return instruction.ports;
    case 'VOLUME': return instruction.paths;
    case 'STOPSIGNAL': return [instruction.signal];
    default: return [];
  }
}

function tryExpand(text: string, variables: ReadonlyMap<string, string>, escape: '\\' | '`'): { text: string; unset: string[] } | undefined {
  try {
    return expand(text, variables, { escape });
  } catch (error) {
    if (error instanceof InvalidParameter) return undefined; // the build reports it with its place
    throw error;
  }
}

const unsetIn = (text: string, variables: ReadonlyMap<string, string>, escape: '\\' | '`'): string[] => tryExpand(text, variables, escape)?.unset ?? [];

function hint(name: string, known: Iterable<string>): string {
  const near = nearest(name, known);
  return near === undefined ? '' : ` (did you mean $${near}?)`;
}

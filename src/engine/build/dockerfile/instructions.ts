// One logical line -> one instruction. The words of errors are BuildKit's (frontend/dockerfile/instructions/parse.go).
import { KEYWORDS, type Instruction, type Keyword } from './ast.ts';
import { commandOf, durationNs, jsonArray, pairsOf, plainWords, type Argument } from './arguments.ts';
import { leadingFlags, LineFault, readFlags, type Flag } from './flags.ts';
import type { LogicalLine } from './lines.ts';
import { didYouMean } from './suggest.ts';
import { transfer } from './transfer.ts';

export interface Parts {
  kind: Keyword;
  flags: Flag[];
  argument: Argument;
  common: { lines: { start: number; end: number }; source: string; keyword: string; comments: string[] };
  line: LogicalLine;
}

/** @throws LineFault with the place inside the logical line */
export function parseInstruction(line: LogicalLine, escape: '\\' | '`', text = line.text, offset = 0): Instruction {
  const match = /^(\s*)(\S+)\s*/.exec(text);
  const word = match?.[2] ?? '';
  const wordAt = offset + (match?.[1]?.length ?? 0);
  const kind = KEYWORDS.find((keyword) => keyword === word.toUpperCase());
  if (!match || kind === undefined) throw new LineFault(`unknown instruction: ${word}${didYouMean(word, KEYWORDS)}`, wordAt, wordAt + word.length);
  const body = text.slice(match[0].length);
  const { flags, rest, restOffset } = leadingFlags(body, offset + match[0].length, escape);
  const trimmed = rest.trim();
  const common = { lines: { start: line.startLine, end: line.endLine }, source: text.trim(), keyword: word, comments: line.comments };
  if (trimmed === '' && kind !== 'RUN' && kind !== 'CMD' && kind !== 'ENTRYPOINT') {
    throw new LineFault(emptyMessage(kind), wordAt, wordAt + word.length);
  }
  return build({ kind, flags, argument: { text: trimmed, offset: restOffset + rest.length - rest.trimStart().length, escape }, common, line });
}

function emptyMessage(kind: Keyword): string {
  if (kind === 'FROM') return 'FROM requires either one or three arguments';
  if (kind === 'COPY' || kind === 'ADD') return `${kind} requires at least two arguments`;
  const exactly = ['WORKDIR', 'USER', 'STOPSIGNAL', 'MAINTAINER'].includes(kind);
  return exactly ? `${kind} requires exactly one argument` : `${kind} requires at least one argument`;
}

function build(parts: Parts): Instruction {
  const { kind, flags, argument, common, line } = parts;
  const end = argument.offset + argument.text.length;
  const fault = (message: string) => new LineFault(message, argument.offset, end);
  const noFlags = () => void readFlags(kind, flags, {});
  switch (kind) {
    case 'COPY':
    case 'ADD': return transfer(parts);
    case 'FROM': return from(parts);
    case 'HEALTHCHECK': return healthcheck(parts);
    case 'ONBUILD': return onbuild(parts);
    case 'RUN': {
      const read = readFlags(kind, flags, { mount: 'list', network: 'text', security: 'text', device: 'list' });
      if (argument.text === '') throw fault('RUN requires at least one argument');
      const network = read.text('network');
      const security = read.text('security');
      if (read.has('device')) throw fault('RUN --device is not supported');
      if (network !== undefined && !['default', 'none', 'host'].includes(network)) throw fault(`invalid network mode: ${JSON.stringify(network)} (default, none or host)`);
      return {
        ...common, kind, command: commandOf(argument), heredocs: line.heredocs, mounts: read.all('mount'),
        ...(network === undefined ? {} : { network }), ...(security === undefined ? {} : { security }),
      };
    }
    case 'CMD':
    case 'ENTRYPOINT': noFlags(); return { ...common, kind, command: commandOf(argument) };
    case 'SHELL': {
      noFlags();
      const argv = jsonArray(argument);
      if (!argv) throw fault('SHELL requires the arguments to be in JSON form');
      if (argv.length === 0) throw fault('SHELL requires at least one argument');
      return { ...common, kind, argv };
    }
    case 'ENV':
    case 'LABEL': noFlags(); return { ...common, kind, ...pairsOf(kind, argument) };
    case 'ARG': noFlags(); return { ...common, kind, args: argumentsOfArg(argument) };
    case 'VOLUME': {
      noFlags();
      const paths = jsonArray(argument) ?? plainWords(argument).map(({ word }) => word);
      if (paths.length === 0) throw fault('VOLUME requires at least one argument');
      if (paths.some((path) => path.trim() === '')) throw fault('VOLUME specified can not be an empty string');
      return { ...common, kind, paths };
    }
    case 'EXPOSE': noFlags(); return { ...common, kind, ports: plainWords(argument).map(({ word }) => word) };
    case 'WORKDIR': noFlags(); return { ...common, kind, path: argument.text };
    case 'USER': noFlags(); return { ...common, kind, user: argument.text };
    case 'STOPSIGNAL': noFlags(); return { ...common, kind, signal: argument.text };
    case 'MAINTAINER': noFlags(); return { ...common, kind, name: argument.text };
  }
}

function from({ kind, flags, argument, common }: Parts): Instruction {
  const read = readFlags(kind, flags, { platform: 'text' });
  const words = plainWords(argument);
  const [base, as, name] = words;
  if (!base || (words.length !== 1 && (words.length !== 3 || as?.word.toLowerCase() !== 'as'))) {
    throw new LineFault('FROM requires either one or three arguments', argument.offset, argument.offset + argument.text.length);
  }
  const platform = read.text('platform');
  const stage = name?.word.toLowerCase();
  if (name && stage !== undefined && !/^[a-z][a-z0-9-_.]*$/.test(stage)) {
    throw new LineFault(`invalid name for build stage: ${JSON.stringify(name.word)}, name can't start with a number or contain symbols`, name.offset, name.offset + name.word.length);
  }
  return {
    ...common, kind: 'FROM', base: base.word, ...(stage === undefined ? {} : { stage }),
    ...(as ? { asKeyword: as.word } : {}), ...(platform === undefined ? {} : { platform }),
  };
}

function argumentsOfArg(argument: Argument): { key: string; value?: string }[] {
  const words = argument.text.includes('=') ? pairLikeWords(argument) : plainWords(argument);
  return words.map(({ word, offset }) => {
    const equals = word.indexOf('=');
    if (equals === 0) throw new LineFault('ARG names can not be blank', offset, offset + word.length);
    return equals < 0 ? { key: word } : { key: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

function pairLikeWords({ text, offset, escape }: Argument): { word: string; offset: number }[] {
  const words: { word: string; offset: number }[] = [];
  let at = 0;
  // the same splitting as ENV, but words without `=` are allowed
  for (const match of splitWords(text, escape)) {
    at = text.indexOf(match, at);
    words.push({ word: match, offset: offset + at });
    at += match.length;
  }
  return words;
}

function splitWords(text: string, escape: '\\' | '`'): string[] {
  const e = escape === '\\' ? '\\\\' : '`';
  return text.match(new RegExp(`(?:${e}[^]|"(?:${e}[^]|[^"${e}])*"|'[^']*'|[^\\s])+`, 'g')) ?? [];
}

function healthcheck({ kind, flags, argument, common }: Parts): Instruction {
  const read = readFlags(kind, flags, { interval: 'text', timeout: 'text', 'start-period': 'text', 'start-interval': 'text', retries: 'text' });
  const fault = (message: string) => new LineFault(message, argument.offset, argument.offset + argument.text.length);
  const match = /^(\S+)\s*([^]*)$/.exec(argument.text);
  const type = match?.[1]?.toUpperCase();
  const duration = (name: string): number => {
    const text = read.text(name);
    if (text === undefined) return 0;
    const ns = durationNs(text);
    if (ns === undefined) throw fault(`invalid duration for --${name}: ${JSON.stringify(text)}`);
    if (ns !== 0 && ns < 1e6) throw fault(`interval ${JSON.stringify(name)} cannot be less than 1ms`);
    return ns;
  };
  const times = { intervalNs: duration('interval'), timeoutNs: duration('timeout'), startPeriodNs: duration('start-period'), startIntervalNs: duration('start-interval') };
  const retries = Number(read.text('retries') ?? 0);
  if (!Number.isInteger(retries) || retries < 0) throw fault(`--retries must be a whole number >= 0, not ${JSON.stringify(read.text('retries'))}`);
  const rest = match?.[2] ?? '';
  if (type === 'NONE') {
    if (rest !== '') throw fault('HEALTHCHECK NONE takes no arguments');
    return { ...common, kind: 'HEALTHCHECK', command: 'none', ...times, retries };
  }
  if (type !== 'CMD') throw fault(`unknown type ${JSON.stringify(match?.[1] ?? '')} in HEALTHCHECK (try CMD)`);
  if (rest === '') throw fault('missing command after HEALTHCHECK CMD');
  return { ...common, kind: 'HEALTHCHECK', command: commandOf({ ...argument, text: rest }), ...times, retries };
}

function onbuild({ kind, flags, argument, common, line }: Parts): Instruction {
  readFlags(kind, flags, {});
  const word = /^\S+/.exec(argument.text)?.[0].toUpperCase() ?? '';
  const fault = (message: string) => new LineFault(message, argument.offset, argument.offset + word.length);
  if (word === 'ONBUILD') throw fault('chaining ONBUILD via `ONBUILD ONBUILD` isn\'t allowed');
  if (word === 'FROM' || word === 'MAINTAINER') throw fault(`${word} isn't allowed as an ONBUILD trigger`);
  const parsed = parseInstruction(line, argument.escape, argument.text, argument.offset);
  const bodies = line.heredocs.map((heredoc) => `\n${heredoc.content}${heredoc.name}`).join('');
  return { ...common, kind: 'ONBUILD', trigger: argument.text + bodies, parsed };
}

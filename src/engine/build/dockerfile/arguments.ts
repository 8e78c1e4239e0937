// The argument forms of instructions: JSON arrays, words, `key=value` pairs, durations (BuildKit parser/line_parsers.go).
import type { Command, Pair } from './ast.ts';
import { LineFault } from './flags.ts';
import { shellWords } from './heredoc.ts';

export interface Argument { text: string; offset: number; escape: '\\' | '`' }

/** A JSON array of strings, or undefined when the text is not JSON (then it is the shell form). @throws LineFault for other members */
export function jsonArray({ text, offset }: Argument): string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // BuildKit takes malformed JSON for the shell form; a check warns of it
  }
  if (!Array.isArray(value)) return undefined;
  if (!value.every((item): item is string => typeof item === 'string')) {
    throw new LineFault('when using JSON array syntax, arrays must be comprised of strings only', offset, offset + text.length);
  }
  return value;
}

export function commandOf(argument: Argument): Command {
  const argv = jsonArray(argument);
  return argv ? { form: 'exec', argv } : { form: 'shell', text: argument.text };
}

/** Blank separated words; quotes are kept for the expansion, blanks do split inside them (as Docker does for COPY). */
export function plainWords({ text, offset }: Argument): { word: string; offset: number }[] {
  return [...text.matchAll(/\S+/g)].map((match) => ({ word: match[0], offset: offset + match.index }));
}

/**
 * `k=v k2="v 2"`, or the legacy `k the rest of the line`.
 * @throws LineFault for a blank key or a word without `=`
 */
export function pairsOf(keyword: string, argument: Argument): { pairs: Pair[]; isLegacy: boolean } {
  const { text, offset, escape } = argument;
  const words = [...shellWords(text, escape)];
  const first = words[0];
  const end = offset + text.length;
  if (first === undefined) throw new LineFault(`${keyword} requires at least one argument`, offset, end);
  if (!first.word.includes('=')) {
    const match = /^(\S+)\s+([^]*)$/.exec(text);
    if (!match) throw new LineFault(`${keyword} must have two arguments`, offset, end);
    return { pairs: [{ key: match[1] as string, value: match[2] as string }], isLegacy: true };
  }
  const pairs = words.map(({ word, offset: at }) => {
    const equals = word.indexOf('=');
    const [from, to] = [offset + at, offset + at + word.length];
    if (equals < 0) throw new LineFault(`syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`, from, to);
    if (equals === 0) throw new LineFault(`${keyword} names can not be blank`, from, to);
    return { key: word.slice(0, equals), value: word.slice(equals + 1) };
  });
  return { pairs, isLegacy: false };
}

const UNITS: Record<string, number> = { ns: 1, us: 1e3, 'µs': 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Go's time.ParseDuration for positive values, in nanoseconds; undefined when malformed. */
export function durationNs(text: string): number | undefined {
  if (text === '0') return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) return undefined;
  return Math.round(parts.reduce((sum, part) => sum + Number(part[1]) * (UNITS[part[2] as string] as number), 0));
}

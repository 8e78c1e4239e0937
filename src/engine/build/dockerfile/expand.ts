// Variables and quotes in instruction words, as BuildKit's frontend/dockerfile/shell/lex.go does it:
// $x ${x} ${x:-w} ${x-w} ${x:+w} ${x+w} ${x:?w} ${x?w} ${x#p} ${x##p} ${x%p} ${x%%p} ${x/p/r} ${x//p/r}; a word may hold variables again.
import { InvalidParameter } from '../../wire/errors.ts';
import { replacePattern, trimPattern } from './shell-pattern.ts';

export interface ExpandOptions {
  escape?: '\\' | '`';
  /** Keep quotes and escapes as written: heredoc bodies. */
  raw?: boolean;
}

export interface Expanded {
  text: string;
  /** The text split at blanks that were not quoted. */
  words: string[];
  /** Names that were looked up and are not set, without those that have a default. */
  unset: string[];
  /** All names that were looked up. */
  used: string[];
}

/** @throws InvalidParameter for unbalanced quotes, bad substitutions and `${x:?message}` */
export function expand(text: string, variables: ReadonlyMap<string, string>, options: ExpandOptions = {}): Expanded {
  const state: State = { text, at: 0, variables, escape: options.escape ?? '\\', raw: options.raw ?? false, words: [], word: undefined, unset: new Set(), used: new Set() };
  const result = until(state, '');
  if (state.word !== undefined) state.words.push(state.word);
  return { text: result, words: state.words, unset: [...state.unset], used: [...state.used] };
}

interface State {
  readonly text: string;
  at: number;
  readonly variables: ReadonlyMap<string, string>;
  readonly escape: string;
  raw: boolean;
  words: string[];
  word: string | undefined;
  unset: Set<string>;
  used: Set<string>;
}

function splitting(state: State, text: string): void {
  for (const char of text) {
    if (!/\s/.test(char)) literal(state, char);
    else if (state.word !== undefined) {
      state.words.push(state.word);
      state.word = undefined;
    }
  }
}

function literal(state: State, text: string): void {
  state.word = (state.word ?? '') + text;
}

/** Reads up to `stop` (or the end for ''), which is consumed. `keepEscapes`: patterns see their own backslashes. */
function until(state: State, stop: string, keepEscapes = false): string {
  let result = '';
  while (state.at < state.text.length) {
    const char = state.text[state.at] as string;
    if (stop !== '' && char === stop) {
      state.at++;
      return result;
    }
    if (char === "'" && !state.raw) result += single(state);
    else if (char === '"' && !state.raw) result += double(state);
    else if (char === '$') {
      const value = dollar(state);
      result += value;
      splitting(state, value);
    } else if (char === state.escape) {
      const next = state.text[state.at + 1];
      state.at += 2;
      if (next === undefined) {
        if (state.raw) result += char;
        break; // an escape at the very end stands for nothing
      }
      const kept = state.raw || keepEscapes ? char + next : next;
      result += kept;
      literal(state, kept);
    } else {
      state.at++;
      result += char;
      splitting(state, char);
    }
  }
  if (stop !== '') throw new InvalidParameter(stop === '}' ? "syntax error: missing '}'" : `unexpected end of statement while looking for matching '${stop}'`);
  return result;
}

function single(state: State): string {
  const end = state.text.indexOf("'", state.at + 1);
  if (end < 0) throw new InvalidParameter('unexpected end of statement while looking for matching single-quote');
  const content = state.text.slice(state.at + 1, end);
  state.at = end + 1;
  literal(state, content);
  return content;
}

function double(state: State): string {
  let result = '';
  literal(state, ''); // "" is a word
  state.at++;
  for (;;) {
    const char = state.text[state.at];
    if (char === undefined) throw new InvalidParameter('unexpected end of statement while looking for matching double-quote');
    let part = char;
    if (char === '"') {
      state.at++;
      return result;
    }
    if (char === '$') part = dollar(state);
    else if (char === state.escape) {
      const next = state.text[state.at + 1];
      if (next === undefined) throw new InvalidParameter('unexpected end of statement while looking for matching double-quote');
      part = next === '"' || next === '$' || next === state.escape ? next : char + next;
      state.at += 2;
    } else state.at++;
    result += part;
    literal(state, part);
  }
}

function dollar(state: State): string {
  state.at++;
  if (state.text[state.at] !== '{') {
    const name = variableName(state);
    return name === '' ? '$' : plain(state, name);
  }
  state.at++;
  const name = variableName(state);
  const char = state.text[state.at];
  if (char === undefined) throw new InvalidParameter("syntax error: missing '}'");
  if (name === '') throw new InvalidParameter('syntax error: bad substitution');
  if (char === '}') {
    state.at++;
    return plain(state, name);
  }
  state.used.add(name);
  const value = state.variables.get(name);
  state.at++;
  if (char === '/') return replacement(state, name, value);
  const nullIsUnset = char === ':';
  const operator = nullIsUnset ? state.text[state.at++] : char;
  if (operator === undefined) throw new InvalidParameter("syntax error: missing '}'");
  if (!(nullIsUnset ? '-+?' : '-+?#%').includes(operator)) {
    throw new InvalidParameter(`unsupported modifier (${nullIsUnset ? ':' : ''}${operator}) in substitution of ${name}`);
  }
  const word = aside(state, () => until(state, '}', operator === '#' || operator === '%'));
  const isSet = value !== undefined && !(nullIsUnset && value === '');
  switch (operator) {
    case '-': return isSet ? value : word;
    case '+': return isSet ? word : '';
    case '?':
      if (!isSet) throw new InvalidParameter(`${name}: ${word || (nullIsUnset ? 'is not allowed to be empty' : 'is not allowed to be unset')}`);
      return value;
    default: {
      const greedy = word.startsWith(operator);
      if (value === undefined) state.unset.add(name);
      return trimPattern(value ?? '', greedy ? word.slice(1) : word, operator === '#' ? 'start' : 'end', greedy);
    }
  }
}

function replacement(state: State, name: string, value: string | undefined): string {
  const all = state.text[state.at] === '/';
  if (all) state.at++;
  const pattern = aside(state, () => until(state, '/', true));
  const substitute = aside(state, () => until(state, '}'));
  if (value === undefined) state.unset.add(name);
  return replacePattern(value ?? '', pattern, substitute, all);
}

/** The word of a modifier does not belong to the words of the whole until its value is known. */
function aside(state: State, read: () => string): string {
  const { words, word } = state;
  state.words = [];
  const result = read();
  state.words = words;
  state.word = word;
  return result;
}

function plain(state: State, name: string): string {
  state.used.add(name);
  const value = state.variables.get(name);
  if (value === undefined) state.unset.add(name);
  return value ?? '';
}

function variableName(state: State): string {
  const match = /^(?:\d+|[@*#?\-$!]|[\p{L}_][\p{L}\d_]*)/u.exec(state.text.slice(state.at));
  if (!match) return '';
  state.at += match[0].length;
  return match[0];
}

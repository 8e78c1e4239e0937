// `.dockerignore`: which paths of a build context are left out. Docker's rules (moby/patternmatcher): Go's
// filepath.Match syntax plus `**`, `!` brings back, the last matching line decides, a line also hides what is below its match.
import { InvalidParameter } from '../../wire/errors.ts';
import { regexLiteral } from '../dockerfile/regex-literal.ts';

export interface IgnoreLine {
  /** Line number in the file, from 1. */
  line: number;
  text: string;
  isException: boolean;
  pattern: string;
  expression: RegExp;
}

export interface Ignore {
  lines: readonly IgnoreLine[];
  /** The line that hides this path (slashes, no leading one), or undefined when it is part of the context. */
  hiddenBy(path: string): IgnoreLine | undefined;
  /** True when nothing below the hidden folder `path` can come back. */
  prunes(path: string): boolean;
}

/** @throws InvalidParameter for a malformed pattern */
export function parseIgnore(text: string): Ignore {
  const lines: IgnoreLine[] = [];
  for (const [index, raw] of text.replace(/^\uFEFF/, '').split('\n').entries()) {
    if (raw.startsWith('#')) continue;
    const trimmed = raw.trim();
    if (trimmed === '') continue;
    const isException = trimmed.startsWith('!');
    const body = isException ? trimmed.slice(1).trim() : trimmed;
    if (body === '') throw new InvalidParameter('.dockerignore: illegal exclusion pattern: "!"');
    const pattern = clean(body);
    lines.push({ line: index + 1, text: trimmed, isException, pattern, expression: patternExpression(pattern, '.dockerignore') });
  }
  return ignoreOf(lines);
}

/** The same rules for a plain list of patterns: `COPY --exclude`. */
export function ignoreOf(lines: readonly IgnoreLine[]): Ignore {
  const exceptions = lines.filter((line) => line.isException);
  return {
    lines,
    hiddenBy(path) {
      let hider: IgnoreLine | undefined;
      for (const line of lines) {
        if (line.isException !== (hider !== undefined)) continue; // it could change nothing
        if (matchesWithParents(line.expression, path)) hider = line.isException ? undefined : line;
      }
      return hider;
    },
    prunes: (path) => !exceptions.some(({ pattern }) => pattern.includes('*') || pattern.includes('?') || pattern.includes('[') || `${pattern}/`.startsWith(`${path}/`) || path.startsWith(`${pattern}/`)),
  };
}

export const NO_IGNORE: Ignore = { lines: [], hiddenBy: () => undefined, prunes: () => true };

function matchesWithParents(expression: RegExp, path: string): boolean {
  if (expression.test(path)) return true;
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
    if (expression.test(path.slice(0, at))) return true;
  }
  return false;
}

/** Go's filepath.Clean without the leading slash. */
function clean(pattern: string): string {
  const parts: string[] = [];
  for (const part of pattern.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !pattern.startsWith('/')) parts.push(part);
  }
  return parts.join('/') || '.';
}

/** A pattern with `**` as a regular expression over a whole path. @throws InvalidParameter */
export function patternExpression(pattern: string, where: string): RegExp {
  let source = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] as string;
    if (char === '*' && pattern[at + 1] === '*') {
      at++;
      const hasSlash = pattern[at + 1] === '/';
      if (hasSlash) at++;
      if (at + 1 >= pattern.length) source += '.*';
      // `**foo` at the start, with no other wildcard, is a plain suffix in Docker's matcher
      else if (source === '' && !hasSlash && !/[*?[\]\\]/.test(pattern.slice(at + 1))) source += '.*';
      else source += '(?:.*/)?';
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '[') {
      const end = classEnd(pattern, at);
      if (end < 0) throw new InvalidParameter(`${where}: syntax error in pattern: ${JSON.stringify(pattern)}`);
      source += `(?!/)${classSource(pattern.slice(at + 1, end))}`;
      at = end;
    } else if (char === '\\') {
      if (at + 1 >= pattern.length) throw new InvalidParameter(`${where}: syntax error in pattern: ${JSON.stringify(pattern)}`);
      source += regexLiteral(pattern[++at] as string);
    } else source += regexLiteral(char);
  }
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch (error) {
    throw new InvalidParameter(`${where}: syntax error in pattern: ${JSON.stringify(pattern)}`, { cause: error });
  }
}

function classEnd(pattern: string, open: number): number {
  let at = open + 1;
  if (pattern[at] === '^') at++;
  if (pattern[at] === ']') return -1; // Go has no literal `]` in the first place
  for (; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === ']') return at;
  }
  return -1;
}

function classSource(body: string): string {
  const negated = body.startsWith('^');
  const members = (negated ? body.slice(1) : body).replace(/\\([^])|([^])/gu, (_, escaped?: string, char?: string) => {
    const one = (escaped ?? char) as string;
    return one === '-' && escaped === undefined ? '-' : /[\\\]^[&~|-]/.test(one) ? `\\${one}` : one;
  });
  return `[${negated ? '^' : ''}${members}]`;
}

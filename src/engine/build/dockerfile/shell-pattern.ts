// The patterns of ${x#p}, ${x%p} and ${x/p/r}: `*` any text, `?` one character, `\` takes the next one as it is.
// No bracket expressions: BuildKit's convertShellPatternToRegex has none.
import { regexLiteral } from './regex-literal.ts';

/** Removes the shortest (greedy: longest) match at one end. */
export function trimPattern(value: string, pattern: string, end: 'start' | 'end', greedy: boolean): string {
  const expression = new RegExp(`^${source(pattern)}$`, 'su');
  const lengths = Array.from({ length: value.length + 1 }, (_, index) => (greedy ? value.length - index : index));
  for (const length of lengths) {
    const part = end === 'start' ? value.slice(0, length) : value.slice(value.length - length);
    if (expression.test(part)) return end === 'start' ? value.slice(length) : value.slice(0, value.length - length);
  }
  return value;
}

/** Replaces the first (all: every) longest match. An empty pattern replaces nothing. */
export function replacePattern(value: string, pattern: string, substitute: string, all: boolean): string {
  if (pattern === '') return value;
  const expression = new RegExp(source(pattern), all ? 'gsu' : 'su');
  return value.replace(expression, () => substitute);
}

function source(pattern: string): string {
  return pattern.replace(/\\([^])|([^])/gu, (_, escaped?: string, char?: string) => {
    if (escaped !== undefined) return regexLiteral(escaped);
    return char === '*' ? '.*' : char === '?' ? '.' : regexLiteral(char as string);
  });
}

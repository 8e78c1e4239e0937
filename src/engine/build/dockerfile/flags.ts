// Builder flags `--name=value` between keyword and arguments (BuildKit: extractBuilderFlags and BFlags).
import { didYouMean } from './suggest.ts';

export interface Flag { name: string; value: string | undefined; offset: number; length: number }

/** A fault at characters [from, to) of the logical line; the parser turns it into a DockerfileError. */
export class LineFault extends Error {
  readonly from: number;
  readonly to: number;
  constructor(message: string, from: number, to: number) {
    super(message);
    this.from = from;
    this.to = to;
  }
}

/** Splits the leading flags off. `offset` is where `text` stands in the logical line. */
export function leadingFlags(text: string, offset: number, escape: '\\' | '`'): { flags: Flag[]; rest: string; restOffset: number } {
  const flags: Flag[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && /\s/.test(text[at] as string)) at++;
    if (!text.startsWith('--', at)) break;
    const start = at;
    let word = '';
    let quote = '';
    for (; at < text.length; at++) {
      const char = text[at] as string;
      if (quote === '' && /\s/.test(char)) break;
      if (char === escape && at + 1 < text.length && quote !== "'") {
        word += text[++at];
        continue;
      }
      if (quote === '' && (char === '"' || char === "'")) quote = char;
      else if (char === quote) quote = '';
      else word += char;
    }
    if (word === '--') break;
    const equals = word.indexOf('=');
    flags.push({
      name: equals < 0 ? word.slice(2) : word.slice(2, equals),
      value: equals < 0 ? undefined : word.slice(equals + 1),
      offset: offset + start,
      length: at - start,
    });
  }
  return { flags, rest: text.slice(at), restOffset: offset + at };
}

export interface ReadFlags {
  text(name: string): string | undefined;
  all(name: string): string[];
  on(name: string): boolean;
  has(name: string): boolean;
}

/**
 * Checks flags against what an instruction knows.
 * @param known name -> 'text' | 'bool' | 'list'
 * @throws LineFault for unknown, repeated or valueless flags
 */
export function readFlags(keyword: string, flags: readonly Flag[], known: Record<string, 'text' | 'bool' | 'list'>): ReadFlags {
  const values = new Map<string, string[]>();
  for (const flag of flags) {
    const end = flag.offset + flag.length;
    const type = known[flag.name];
    if (type === undefined) {
      const names = Object.keys(known);
      const hint = names.length === 0 ? `: ${keyword} takes no flags` : didYouMean(flag.name, names);
      throw new LineFault(`unknown flag: --${flag.name}${hint}`, flag.offset, end);
    }
    if (type !== 'list' && values.has(flag.name)) throw new LineFault(`duplicate flag specified: --${flag.name}`, flag.offset, end);
    if (type !== 'bool' && flag.value === undefined) throw new LineFault(`missing a value on flag: --${flag.name}`, flag.offset, end);
    if (type === 'bool' && flag.value !== undefined && !/^(true|false|1|0|t|f)$/i.test(flag.value)) {
      throw new LineFault(`expecting boolean value for flag --${flag.name}, not: ${flag.value}`, flag.offset, end);
    }
    values.set(flag.name, [...(values.get(flag.name) ?? []), flag.value ?? 'true']);
  }
  return {
    text: (name) => values.get(name)?.[0],
    all: (name) => values.get(name) ?? [],
    on: (name) => /^(true|1|t)$/i.test(values.get(name)?.[0] ?? 'false'),
    has: (name) => values.has(name),
  };
}

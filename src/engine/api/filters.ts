// Docker's `filters` query parameter: JSON `{"key":["v1","v2"]}`, or the old form `{"key":{"v1":true}}`.
// Keys that a route does not know are an error, so that a typo never lists or prunes everything.
import { InvalidParameter } from '../wire/errors.ts';

export interface Filters {
  has(key: string): boolean;
  values(key: string): readonly string[];
  /** true when the key is absent or one of its values equals `value` */
  matches(key: string, value: string): boolean;
  /** true when every `label=…` (`key` or `key=value`) holds, and no `label!=…` does */
  matchesLabels(labels: Readonly<Record<string, string>> | null | undefined): boolean;
  /** a boolean filter such as dangling; undefined when absent. @throws InvalidParameter */
  bool(key: string): boolean | undefined;
}

/** @throws InvalidParameter when the text is no filter or has an unknown key */
export function parseFilters(query: URLSearchParams, known: readonly string[]): Filters {
  const given = new Map<string, string[]>();
  const source = query.get('filters');
  if (source) {
    let parsed: unknown;
    try {
      parsed = JSON.parse(source);
    } catch (error) {
      throw new InvalidParameter(`invalid filter: ${source}`, { cause: error });
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new InvalidParameter(`invalid filter: ${source}`);
    for (const [key, value] of Object.entries(parsed)) {
      if (!known.includes(key)) throw new InvalidParameter(`invalid filter '${key}'`);
      given.set(key, Array.isArray(value) ? value.map(String) : Object.keys((value as object | null) ?? {}));
    }
  }
  const values = (key: string) => given.get(key) ?? [];
  const hasLabel = (labels: Readonly<Record<string, string>>, wanted: string) => {
    const at = wanted.indexOf('=');
    return at < 0 ? Object.hasOwn(labels, wanted) : labels[wanted.slice(0, at)] === wanted.slice(at + 1);
  };
  return {
    has: (key) => given.has(key),
    values,
    matches: (key, value) => !given.has(key) || values(key).includes(value),
    matchesLabels: (labels) =>
      values('label').every((wanted) => hasLabel(labels ?? {}, wanted)) && !values('label!').some((wanted) => hasLabel(labels ?? {}, wanted)),
    bool(key) {
      if (!given.has(key)) return undefined;
      const [value = '', ...others] = values(key);
      if (others.length === 0 && ['1', 'true', 'True', 'TRUE', 't', 'T'].includes(value)) return true;
      if (others.length === 0 && ['0', 'false', 'False', 'FALSE', 'f', 'F'].includes(value)) return false;
      throw new InvalidParameter(`invalid filter '${key}=[${values(key).join(' ')}]'`);
    },
  };
}

/** Docker matches names as regular expressions; a text that is none is taken as it is. */
export function asPattern(text: string): string {
  try {
    new RegExp(text);
    return text;
  } catch {
    return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
}

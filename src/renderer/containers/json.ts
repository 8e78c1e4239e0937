// A JSON value as lines of a tree, searchable. Pure.
export interface JsonLine {
  /** `$.State.Health.Log[0].Output`, as jq and JSONPath write it */
  path: string;
  depth: number;
  /** name in its object, index in its list; undefined for the root */
  name: string | undefined;
  kind: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';
  /** of a scalar: as JSON; of a container: how many are inside */
  text: string;
  isOpen: boolean;
  isHit: boolean;
}

/** @param closed paths that are folded. @param needle lower case; lines without it, inside or above, are left out */
export function jsonLines(value: unknown, closed: ReadonlySet<string>, needle: string): JsonLine[] {
  const lines: JsonLine[] = [];
  walk(value, undefined, '$', 0);
  return lines;

  /** @returns whether the value, or something in it, was found */
  function walk(item: unknown, name: string | undefined, path: string, depth: number): boolean {
    const entries = entriesOf(item);
    const text = entries ? (Array.isArray(item) ? `[${entries.length}]` : `{${entries.length}}`) : (JSON.stringify(item) ?? 'null');
    const isHit = needle !== '' && ((name ?? '').toLowerCase().includes(needle) || (!entries && text.toLowerCase().includes(needle)));
    const isOpen = entries !== undefined && (needle !== '' || !closed.has(path));
    const at = lines.push({ path, depth, name, kind: kindOf(item), text, isOpen, isHit });
    let isWanted = needle === '' || isHit;
    if (entries && isOpen) for (const [key, child] of entries) isWanted = walk(child, key, childPath(path, key, Array.isArray(item)), depth + 1) || isWanted;
    if (!isWanted) lines.length = at - 1;
    return isWanted;
  }
}

function entriesOf(item: unknown): [string, unknown][] | undefined {
  return typeof item === 'object' && item !== null ? Object.entries(item) : undefined;
}

function childPath(path: string, key: string, isList: boolean): string {
  if (isList) return `${path}[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function kindOf(item: unknown): JsonLine['kind'] {
  if (item === null || item === undefined) return 'null';
  if (Array.isArray(item)) return 'array';
  const kind = typeof item;
  return kind === 'object' || kind === 'number' || kind === 'boolean' ? kind : 'string';
}

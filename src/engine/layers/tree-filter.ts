// Finds the paths of a view that a person asks for: by text, glob or regular expression, by mark, size and kind.
// Names are searched in one string of all names, paths in one string of all paths, each made once an image: half a million
// strings are never made. Patterns with "/" look at whole paths ("/etc/passwd"), others at names.
import { InvalidParameter } from '../wire/errors.ts';
import { KIND } from './tree-file.ts';
import { nameText, nodeAt, nodesNamed, pathText } from './tree-text.ts';
import { sourceOf, type View } from './tree-view.ts';
import type { ImageTree } from './tree.ts';

export interface Filter {
  pattern?: string;
  mode?: 'text' | 'glob' | 'regex';
  /** marks wanted (tree.ts, MARK); empty: all */
  marks?: number[];
  /** kinds wanted (tree-file.ts, KIND); empty: all */
  kinds?: number[];
  minBytes?: number;
}

/** By union node: 0 hidden, 1 a directory above a match, 2 below a directory whose name matches, 3 a match. */
export interface Matches { at: Uint8Array; count: number }

export function isEmptyFilter(filter: Filter): boolean {
  return !filter.pattern && !filter.marks?.length && !filter.kinds?.length && !filter.minBytes;
}

/** @throws InvalidParameter when a regular expression is none */
export function matchNodes(view: View, filter: Filter): Matches {
  const { tree } = view;
  const at = new Uint8Array(tree.nodes);
  const hit = filter.pattern ? findPattern(tree, filter.pattern, filter.mode ?? 'text') : undefined;
  const marks = new Set(filter.marks ?? []);
  const kinds = new Set(filter.kinds ?? []);
  const minBytes = filter.minBytes ?? 0;
  const isOnlyPattern = marks.size === 0 && kinds.size === 0 && minBytes === 0;
  let count = 0;
  for (let node = 1; node < tree.nodes; node++) {
    if (view.isShown[node] === 0) continue;
    if (hit !== undefined && hit[node] === 0) {
      if (isOnlyPattern && (at[tree.parent[node] as number] as number) >= 2) at[node] = 2;
      continue;
    }
    if (marks.size > 0 && !marks.has(view.mark[node] as number)) continue;
    if (minBytes > 0 && (view.bytes[node] as number) + (view.removedBytes[node] as number) < minBytes) continue;
    if (kinds.size > 0) {
      const source = sourceOf(view, node);
      if (!kinds.has(source === undefined ? KIND.dir : (source.tree.kind[source.node] as number))) continue;
    }
    at[node] = 3;
    count++;
    for (let above = tree.parent[node] as number; at[above] === 0; above = tree.parent[above] as number) {
      at[above] = 1;
      if (above === 0) break;
    }
  }
  return { at, count };
}

function findPattern(tree: ImageTree, pattern: string, mode: 'text' | 'glob' | 'regex'): Uint8Array {
  const hit = new Uint8Array(tree.nodes);
  const bytes = Buffer.from(pattern, 'utf8').toString('latin1'); // names are byte strings
  const source = bytes.includes('/') ? pathText(tree) : nameText(tree);
  if (mode === 'text') {
    const isCased = /[A-Z]/.test(bytes); // as editors do: a capital letter asks for exactly that
    const text = isCased ? source.text : source.lower;
    let node = 0;
    for (let found = text.indexOf(bytes); found !== -1; ) {
      node = nodeAt(source.end, found, node);
      hit[node] = 1;
      found = text.indexOf(bytes, source.end[node] as number);
    }
    return hit;
  }
  const expression = toExpression(bytes, mode);
  const last = mode === 'glob' ? /\/([^/{}]+)$/.exec(bytes)?.[1] : undefined;
  if (last !== undefined && !/^\*+$/.test(last)) { // its last part tells most names apart, and names are a fifth of the paths' length
    const whole = new RegExp(expression.source);
    const named = nodesNamed(tree, toExpression(last, 'glob'));
    for (let node = named.indexOf(1); node !== -1; node = named.indexOf(1, node + 1)) {
      if (whole.test(source.text.slice(node === 0 ? 0 : source.end[node - 1], (source.end[node] as number) - 1))) hit[node] = 1;
    }
    return hit;
  }
  let node = 0;
  for (const match of source.text.matchAll(expression)) hit[(node = nodeAt(source.end, match.index, node))] = 1;
  return hit;
}

function toExpression(pattern: string, mode: 'glob' | 'regex'): RegExp {
  try {
    return new RegExp(mode === 'regex' ? pattern : `^${globSource(pattern)}$`, 'gm');
  } catch (error) {
    throw new InvalidParameter(`invalid pattern: ${pattern}`, { cause: error });
  }
}

/** "*" and "?" stop at "/", "**" does not; [a-z] and {a,b} as in a shell. Whole paths may leave out what is above. */
function globSource(glob: string): string {
  let depth = 0;
  const body = glob.replace(/\*\*\/?|[*?{},]|\[!?[^\]\n]+\]|[.+^$()|\\]/g, (token) => {
    if (token === '**/') return '(?:.*/)?';
    if (token === '**') return '.*';
    if (token === '*') return '[^/\\n]*';
    if (token === '?') return '[^/\\n]';
    if (token === '{') { depth++; return '(?:'; }
    if (token === '}') { if (depth === 0) return '\\}'; depth--; return ')'; }
    if (token === ',') return depth > 0 ? '|' : ',';
    if (token.startsWith('[')) return token.replace(/^\[!/, '[^');
    return `\\${token}`;
  });
  return glob.includes('/') && !glob.startsWith('/') ? `(?:.*/)?${body}` : body;
}

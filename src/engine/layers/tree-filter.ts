// Finds the paths of a view that a person asks for: by text, glob or regular expression, by mark, size and kind.
// Names are searched in one string of all names, paths in one string of all paths, each made once an image: half a million
// strings are never made. Patterns with "/" look at whole paths ("/etc/passwd"), others at names.
import { InvalidParameter } from '../wire/errors.ts';
import { KIND } from './tree-file.ts';
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

interface Text { text: string; lower: string; end: Uint32Array }
const names = new WeakMap<ImageTree, Text>();
const paths = new WeakMap<ImageTree, Text>();

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
    for (let found = text.indexOf(bytes); found !== -1; ) {
      const node = nodeAt(source.end, found);
      hit[node] = 1;
      found = text.indexOf(bytes, source.end[node] as number);
    }
    return hit;
  }
  const expression = toExpression(bytes, mode);
  for (const match of source.text.matchAll(expression)) hit[nodeAt(source.end, match.index)] = 1;
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

/** The node whose piece of the text holds the character at `index`. */
function nodeAt(end: Uint32Array, index: number): number {
  let low = 0;
  let high = end.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((end[middle] as number) > index) high = middle;
    else low = middle + 1;
  }
  return low;
}

function nameText(tree: ImageTree): Text {
  let text = names.get(tree);
  if (text === undefined) {
    const buffer = Buffer.allocUnsafe((tree.nameEnd[tree.nodes - 1] as number) + tree.nodes);
    const end = new Uint32Array(tree.nodes);
    let from = 0;
    for (let node = 0, to = 0; node < tree.nodes; node++) {
      for (const last = tree.nameEnd[node] as number; from < last; from++) buffer[to++] = lineSafe(tree.names[from] as number);
      buffer[to++] = 10;
      end[node] = to;
    }
    names.set(tree, (text = textOf(buffer, end)));
  }
  return text;
}

function pathText(tree: ImageTree): Text {
  let text = paths.get(tree);
  if (text === undefined) {
    const length = new Uint32Array(tree.nodes); // of each path, "/" in front
    const end = new Uint32Array(tree.nodes);
    let total = 0;
    for (let node = 0; node < tree.nodes; node++) {
      const own = (tree.nameEnd[node] as number) - (node === 0 ? 0 : (tree.nameEnd[node - 1] as number));
      length[node] = node === 0 ? 0 : (length[tree.parent[node] as number] as number) + 1 + own;
      end[node] = total += (length[node] as number) + 1;
    }
    const buffer = Buffer.allocUnsafe(total);
    for (let node = 0; node < tree.nodes; node++) {
      const begin = (end[node] as number) - 1 - (length[node] as number);
      if (node > 0) {
        const parent = tree.parent[node] as number;
        const parentEnd = (end[parent] as number) - 1;
        let to = begin + buffer.copy(buffer, begin, parentEnd - (length[parent] as number), parentEnd);
        buffer[to++] = 47;
        for (let from = tree.nameEnd[node - 1] as number; from < (tree.nameEnd[node] as number); from++) buffer[to++] = lineSafe(tree.names[from] as number);
      }
      buffer[(end[node] as number) - 1] = 10;
    }
    paths.set(tree, (text = textOf(buffer, end)));
  }
  return text;
}

/** A newline in a name would look like two names. */
function lineSafe(byte: number): number {
  return byte === 10 ? 1 : byte;
}

function textOf(buffer: Buffer, end: Uint32Array): Text {
  const text = buffer.toString('latin1');
  for (let i = 0; i < buffer.length; i++) { // ASCII only: bytes of UTF-8 characters stay
    const byte = buffer[i] as number;
    if (byte >= 65 && byte <= 90) buffer[i] = byte + 32;
  }
  return { text, lower: buffer.toString('latin1'), end };
}

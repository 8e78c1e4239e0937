// All names of an image as one string, and all paths as another, each made once: a search over half a million names is then one
// indexOf or one regular expression over a few megabytes. Names are lines; the line of a found place is its node.
import type { ImageTree } from './tree.ts';

export interface Text { text: string; lower: string; end: Uint32Array }

const names = new WeakMap<ImageTree, Text>();
const paths = new WeakMap<ImageTree, Text>();

/** By union node: 1 where the expression (flags g and m) matches the name. */
export function nodesNamed(tree: ImageTree, expression: RegExp): Uint8Array {
  const { text, end } = nameText(tree);
  const hit = new Uint8Array(tree.nodes);
  let node = 0;
  for (const match of text.matchAll(expression)) hit[(node = nodeAt(end, match.index, node))] = 1;
  return hit;
}

/**
 * The node whose piece of the text holds the character at `index`.
 * @param from a node not behind it: who looks at places in their order gives the one found before
 */
export function nodeAt(end: Uint32Array, index: number, from = 0): number {
  let low = from;
  let step = 1;
  while (low + step < end.length && (end[low + step - 1] as number) <= index) { low += step; step *= 2; }
  let high = Math.min(low + step - 1, end.length - 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((end[middle] as number) > index) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function nameText(tree: ImageTree): Text {
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

export function pathText(tree: ImageTree): Text {
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

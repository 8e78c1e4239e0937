// Hard links to files of lower layers. A layer made by comparing file systems (containerd, Bazel) may hold a link whose target lies
// in a layer below: then the path shows that layer's stored copy, and the link itself stores nothing.
// Before layers are stacked, such links (KIND.hardlink) take kind, content and metadata of the file they mean: the one their target
// path shows in the layers below. A target that is nowhere stays a link of unknown content.
import { cleanPath } from './tree-writer.ts';
import { FLAG, KIND, nameOf, stringOf, type LayerTree } from './tree-file.ts';

export interface StoredCopy { layer: number; node: number }

export interface LinkedLayers {
  layers: readonly LayerTree[];
  /** by layer, then by node: the copy in a lower layer that it shows */
  copies: ReadonlyMap<number, ReadonlyMap<number, StoredCopy>>;
}

const COPIED = ['kind', 'mode', 'uid', 'gid', 'mtime', 'size'] as const;
const MAX_HOPS = 40;

/** The stored copy behind a file of a layer: its own, the one of its first name, or one of a lower layer. */
export function copyOf({ layers, copies }: LinkedLayers, layer: number, node: number): StoredCopy {
  const first = (layers[layer] as LayerTree).hardlinkOf[node] as number;
  return copies.get(layer)?.get(node) ?? { layer, node: first || node };
}

export function linkLayers(layers: readonly LayerTree[]): LinkedLayers {
  if (!layers.some((layer) => layer.kind.includes(KIND.hardlink))) return { layers, copies: new Map() };
  const linked: LayerTree[] = [];
  const copies = new Map<number, Map<number, StoredCopy>>();
  for (const [index, layer] of layers.entries()) {
    const found = new Map<number, StoredCopy>();
    for (let node = layer.kind.indexOf(KIND.hardlink); node !== -1; node = layer.kind.indexOf(KIND.hardlink, node + 1)) {
      const copy = findTarget({ layers: linked, copies }, layer, stringOf(layer, layer.link[node] as number));
      if (copy !== undefined) found.set(node, copy);
    }
    linked.push(found.size === 0 ? layer : withCopies(linked, layer, found));
    if (found.size > 0) copies.set(index, found);
  }
  return { layers: linked, copies };
}

/** The file that a link's target path shows: through further links of the same layer, then in the layers below. */
function findTarget(below: LinkedLayers, layer: LayerTree, target: string): StoredCopy | undefined {
  let path = cleanPath(target);
  for (let hops = 0; path !== undefined && hops < MAX_HOPS; hops++) {
    const here = findNode(layer, path);
    if (typeof here !== 'number' || layer.kind[here] !== KIND.hardlink) break;
    const next: string | undefined = cleanPath(stringOf(layer, layer.link[here] as number));
    if (next === path) break;
    path = next;
  }
  if (!path) return undefined;
  for (let index = below.layers.length - 1; index >= 0; index--) {
    const lower = below.layers[index] as LayerTree;
    const node = findNode(lower, path);
    if (node === 'hidden') return undefined;
    if (node === undefined) continue;
    const kind = lower.kind[node];
    return kind === KIND.whiteout || kind === KIND.dir || kind === KIND.hardlink ? undefined : copyOf(below, index, node);
  }
  return undefined;
}

/** The node at a path; `hidden` when it has none and hides what is below it; undefined when lower layers tell. */
function findNode(layer: LayerTree, path: string): number | 'hidden' | undefined {
  let node = 0;
  let isOpaque = ((layer.flags[0] as number) & FLAG.opaque) !== 0;
  for (const part of path.split('/')) {
    if (layer.kind[node] !== KIND.dir) return 'hidden';
    let low = layer.firstChild[node] as number;
    const end = layer.firstChild[node + 1] as number;
    for (let high = end; low < high;) {
      const middle = (low + high) >>> 1;
      if (nameOf(layer, middle) < part) low = middle + 1;
      else high = middle;
    }
    if (low === end || nameOf(layer, low) !== part) return isOpaque ? 'hidden' : undefined;
    node = low;
    isOpaque ||= ((layer.flags[node] as number) & FLAG.opaque) !== 0;
  }
  return node;
}

function withCopies(below: readonly LayerTree[], layer: LayerTree, found: ReadonlyMap<number, StoredCopy>): LayerTree {
  const tree = { ...layer, link: layer.link.slice(), xattrs: layer.xattrs.slice(), hash: layer.hash.slice(), flags: layer.flags.slice() };
  for (const name of COPIED) Object.assign(tree, { [name]: layer[name].slice() });
  const added: string[] = [];
  const intern = (text: string) => (text === '' ? 0 : layer.strings + added.push(text));
  for (const [node, copy] of found) {
    const from = below[copy.layer] as LayerTree;
    for (const name of COPIED) tree[name][node] = from[name][copy.node] as number;
    for (let i = 0; i < 4; i++) tree.hash[4 * node + i] = from.hash[4 * copy.node + i] as number;
    tree.flags[node] = ((layer.flags[node] as number) & FLAG.opaque) | ((from.flags[copy.node] as number) & (FLAG.sparse | FLAG.cut));
    tree.link[node] = from.kind[copy.node] === KIND.file ? 0 : intern(stringOf(from, from.link[copy.node] as number));
    tree.xattrs[node] = intern(stringOf(from, from.xattrs[copy.node] as number));
  }
  const bytes = Buffer.from(added.join(''), 'latin1');
  tree.strings = layer.strings + added.length;
  tree.stringBytes = layer.stringBytes + bytes.length;
  tree.stringData = Buffer.concat([layer.stringData, bytes]);
  tree.stringEnd = new Uint32Array(tree.strings);
  tree.stringEnd.set(layer.stringEnd);
  let end = layer.stringBytes;
  for (const [index, text] of added.entries()) tree.stringEnd[layer.strings + index] = end += text.length;
  return tree;
}

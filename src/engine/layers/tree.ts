// The layer explorer's algebra: the layers of one image laid over each other, and what each did to each path.
//
// Specification
//   Input    the trees of the image's layers, lowest first (tree-file.ts). Layer j is applied to the state that layers 0..j-1 left.
//   Apply    an entry P in layer j, seen by what was at P before:
//              whiteout         P and everything below it is removed; nothing happens when P is not there
//              opaque directory everything below P that lower layers made is removed; P itself is an entry as any other
//              not a directory  replaces P; if P was a directory, everything below it is removed
//              directory        on a directory: takes its metadata, keeps what is below; on anything else: replaces it
//              implied          a directory no header named: through an existing directory it changes nothing; else it is made
//              hard link        another name of the file its target shows: in this layer, else in the state before it (tree-links.ts)
//            A symbolic link of the same layer is followed on the way to an entry (tree-writer.ts); where a lower layer has one, a
//            directory takes its place, as in an overlay.
//            Removals of layer j concern only what lower layers made (image-spec layer.md, "Whiteouts"), whatever the order in the tar.
//   Marks    of P in layer j, comparing before with after:
//              added     was not there          removed  is not there any more (itself, or with a directory above it)
//              type      became another kind    link     a symbolic link's target (or a device's numbers) changed
//              content   another content hash   metadata same content, but mode, owner, mtime or xattrs differ
//              unchanged stored again although nothing differs
//   Order    union nodes stand breadth first and sorted by name bytes, like the layers' own: the merge is a walk over sorted lists,
//            linear in the number of entries, whatever the number of whiteouts.
// Bytes, causes and totals: tree-totals.ts. What a screen shows of one layer: tree-view.ts.
import { FLAG, KIND, stringOf, type LayerTree } from './tree-file.ts';
import { linkLayers, type StoredCopy } from './tree-links.ts';

/** `through`: an implied directory passing an existing one; not a change and not shown. */
export const MARK = { through: 0, unchanged: 1, added: 2, removed: 3, content: 4, metadata: 5, type: 6, link: 7 } as const;
export type Mark = (typeof MARK)[keyof typeof MARK];
export const MARK_NAMES = ['through', 'unchanged', 'added', 'removed', 'content', 'metadata', 'type', 'link'] as const;
export type MarkName = (typeof MARK_NAMES)[number];

/** All paths that ever were in the image, each with its events. Columns by union node; node 0 is the root. */
export interface ImageTree {
  layers: readonly LayerTree[];
  /** hard links to files of lower layers (tree-links.ts) */
  copies: ReadonlyMap<number, ReadonlyMap<number, StoredCopy>>;
  nodes: number;
  parent: Uint32Array;
  /** nodes + 1 values; the children of n are firstChild[n] .. firstChild[n + 1] */
  firstChild: Uint32Array;
  names: Buffer;
  nameEnd: Uint32Array;
  /** nodes + 1 values; the events of n are eventBegin[n] .. eventBegin[n + 1], by layer */
  eventBegin: Uint32Array;
  eventLayer: Uint16Array;
  /** node in the layer's tree plus 1; 0 when it was removed together with a directory above it */
  eventNode: Uint32Array;
  eventMark: Uint8Array;
}

const NO_CUTS: readonly number[] = [];

/** Lays the layers over each other, lowest first. */
export function stackLayers(input: readonly LayerTree[]): ImageTree {
  const { layers, copies } = linkLayers(input);
  const capacity = layers.reduce((sum, layer) => sum + layer.nodes, 0) + 1;
  const tree = {
    layers, copies, nodes: 1,
    parent: new Uint32Array(capacity),
    firstChild: new Uint32Array(capacity + 1),
    names: Buffer.allocUnsafe(layers.reduce((sum, layer) => sum + layer.nameBytes, 0)),
    nameEnd: new Uint32Array(capacity),
    eventBegin: new Uint32Array(capacity + 1),
    ...growingEvents(capacity),
  };
  const cuts = new Map<number, readonly number[]>(); // layers in which everything below a union node is removed; most have none
  // contributions to the union nodes not yet visited, in the same breadth-first order: which layers' nodes make it up
  const parts = { layer: new Uint16Array(capacity), node: new Uint32Array(capacity), end: new Uint32Array(capacity) };
  let partCount = 0;
  for (const [index] of layers.entries()) { parts.layer[partCount] = index; parts.node[partCount++] = 0; }
  parts.end[0] = partCount;
  const heads: Head[] = [];
  let nameAt = 0;

  for (let node = 0; node < tree.nodes; node++) {
    const begin = node === 0 ? 0 : (parts.end[node - 1] as number);
    const end = parts.end[node] as number;
    applyEvents(tree, node, parts, begin, end, node === 0 ? NO_CUTS : (cuts.get(tree.parent[node] as number) ?? NO_CUTS), cuts);
    tree.firstChild[node] = tree.nodes;
    heads.length = 0;
    for (let part = begin; part < end; part++) {
      const layer = parts.layer[part] as number;
      const from = layers[layer] as LayerTree;
      const own = parts.node[part] as number;
      const first = from.firstChild[own] as number;
      const last = from.firstChild[own + 1] as number;
      if (last > first) heads.push({ layer, tree: from, at: first, end: last });
    }
    while (heads.length > 0) {
      const least = leastHead(heads);
      const child = tree.nodes++;
      tree.parent[child] = node;
      nameAt += copyName(least, tree.names, nameAt);
      tree.nameEnd[child] = nameAt;
      for (let i = 0; i < heads.length; i++) {
        const head = heads[i] as Head;
        if (head !== least && compareNames(head, least) !== 0) continue;
        parts.layer[partCount] = head.layer;
        parts.node[partCount++] = head.at;
        // `least` moves on only after all equal heads were found
        if (head !== least && ++head.at === head.end) heads.splice(i--, 1);
      }
      if (++least.at === least.end) heads.splice(heads.indexOf(least), 1);
      parts.end[child] = partCount;
    }
  }
  tree.firstChild[tree.nodes] = tree.nodes;
  tree.eventBegin[tree.nodes] = tree.eventCount;
  return tree;
}

interface Head { layer: number; tree: LayerTree; at: number; end: number }
interface Parts { layer: Uint16Array; node: Uint32Array; end: Uint32Array }
type GrowingTree = ImageTree & { eventCount: number };

function growingEvents(capacity: number) {
  return { eventCount: 0, eventLayer: new Uint16Array(capacity), eventNode: new Uint32Array(capacity), eventMark: new Uint8Array(capacity) };
}

function leastHead(heads: Head[]): Head {
  let least = heads[0] as Head;
  for (let i = 1; i < heads.length; i++) if (compareNames(heads[i] as Head, least) < 0) least = heads[i] as Head;
  return least;
}

function compareNames(a: Head, b: Head): number {
  const aEnd = a.tree.nameEnd[a.at] as number;
  const bEnd = b.tree.nameEnd[b.at] as number;
  let i = a.tree.nameEnd[a.at - 1] as number; // a child is never node 0
  let k = b.tree.nameEnd[b.at - 1] as number;
  const aNames = a.tree.names;
  const bNames = b.tree.names;
  while (i < aEnd && k < bEnd) {
    const difference = (aNames[i++] as number) - (bNames[k++] as number);
    if (difference !== 0) return difference;
  }
  return aEnd - i - (bEnd - k);
}

function copyName(head: Head, into: Buffer, at: number): number {
  const { names, nameEnd } = head.tree;
  const begin = nameEnd[head.at - 1] as number;
  const end = nameEnd[head.at] as number;
  for (let i = begin; i < end; i++) into[at++] = names[i] as number;
  return end - begin;
}

/** Plays the layers over one path: its contributions, and the layers in which a directory above it was emptied. */
function applyEvents(
  tree: GrowingTree, node: number, parts: Parts, begin: number, end: number, above: readonly number[], cuts: Map<number, readonly number[]>,
): void {
  tree.eventBegin[node] = tree.eventCount;
  let current: { layer: LayerTree; node: number } | undefined;
  let own: number[] | undefined;
  let cut = 0;
  for (let part = begin; part <= end; part++) {
    const layerIndex = part < end ? (parts.layer[part] as number) : Infinity;
    while (cut < above.length && (above[cut] as number) < layerIndex) {
      const at = above[cut++] as number;
      if (current !== undefined) addEvent(tree, at, 0, MARK.removed);
      current = undefined;
      (own ??= []).push(at);
    }
    if (part === end) break;
    const isCutAbove = above[cut] === layerIndex;
    if (isCutAbove) cut++;
    const layer = tree.layers[layerIndex] as LayerTree;
    const at = parts.node[part] as number;
    const kind = layer.kind[at] as number;
    const flags = layer.flags[at] as number;
    if (isCutAbove || kind === KIND.whiteout || (flags & FLAG.opaque) !== 0 || (kind !== KIND.dir && isDirectory(current))) (own ??= []).push(layerIndex);
    if (kind === KIND.whiteout) {
      if (current !== undefined) addEvent(tree, layerIndex, at + 1, MARK.removed);
      current = undefined;
      continue;
    }
    const mark = markOf(current, layer, at, isCutAbove);
    if (mark !== MARK.through) addEvent(tree, layerIndex, at + 1, mark);
    if (mark !== MARK.through) current = { layer, node: at };
  }
  if (own !== undefined) cuts.set(node, own);
}

function isDirectory(state: { layer: LayerTree; node: number } | undefined): boolean {
  return state !== undefined && state.layer.kind[state.node] === KIND.dir;
}

function addEvent(tree: GrowingTree, layer: number, nodePlusOne: number, mark: Mark): void {
  if (tree.eventCount === tree.eventLayer.length) grow(tree);
  const event = tree.eventCount++;
  tree.eventLayer[event] = layer;
  tree.eventNode[event] = nodePlusOne;
  tree.eventMark[event] = mark;
}

/** Removals together with a directory come on top of the entries: room for them is made when it is needed. */
function grow(tree: GrowingTree): void {
  const size = tree.eventLayer.length * 2;
  const { eventLayer, eventNode, eventMark } = tree;
  Object.assign(tree, { eventLayer: new Uint16Array(size), eventNode: new Uint32Array(size), eventMark: new Uint8Array(size) });
  tree.eventLayer.set(eventLayer);
  tree.eventNode.set(eventNode);
  tree.eventMark.set(eventMark);
}

function markOf(before: { layer: LayerTree; node: number } | undefined, layer: LayerTree, node: number, isCutAbove: boolean): Mark {
  if (before === undefined) return MARK.added;
  const kind = layer.kind[node];
  const isImplied = ((layer.flags[node] as number) & FLAG.implied) !== 0;
  const from = before.layer;
  const old = before.node;
  if (kind !== from.kind[old]) return MARK.type;
  if (kind === KIND.dir && isImplied) return isCutAbove ? MARK.unchanged : MARK.through;
  if (kind === KIND.symlink || kind === KIND.char || kind === KIND.block) {
    if (stringOf(layer, layer.link[node] as number) !== stringOf(from, from.link[old] as number)) return MARK.link;
  } else if (kind !== KIND.dir && kind !== KIND.fifo && !isSameContent(from, old, layer, node)) return MARK.content;
  const isSame = layer.mode[node] === from.mode[old] && layer.uid[node] === from.uid[old] && layer.gid[node] === from.gid[old]
    && layer.mtime[node] === from.mtime[old]
    && stringOf(layer, layer.xattrs[node] as number) === stringOf(from, from.xattrs[old] as number);
  return isSame ? MARK.unchanged : MARK.metadata;
}

/** Equal size and equal, known hashes. A file whose content was cut short equals nothing. */
export function isSameContent(a: LayerTree, aNode: number, b: LayerTree, bNode: number): boolean {
  if (a.size[aNode] !== b.size[bNode]) return false;
  let bits = 0;
  for (let i = 0; i < 4; i++) {
    const word = a.hash[4 * aNode + i] as number;
    if (word !== b.hash[4 * bNode + i]) return false;
    bits |= word;
  }
  return bits !== 0;
}

/** The node's name as a byte string. */
export function unionName(tree: ImageTree, node: number): string {
  return tree.names.toString('latin1', node === 0 ? 0 : (tree.nameEnd[node - 1] as number), tree.nameEnd[node] as number);
}

/** The path without leading "/", as a byte string; '' for the root. */
export function unionPath(tree: ImageTree, node: number): string {
  const parts: string[] = [];
  for (let at = node; at !== 0; at = tree.parent[at] as number) parts.push(unionName(tree, at));
  return parts.reverse().join('/');
}

/** The union node of a byte string path, or undefined when no layer ever had it. */
export function findPath(tree: ImageTree, path: string): number | undefined {
  let node = 0;
  for (const part of path.split('/')) {
    if (part === '') continue;
    let low = tree.firstChild[node] as number;
    let high = tree.firstChild[node + 1] as number;
    const end = high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (unionName(tree, middle) < part) low = middle + 1;
      else high = middle;
    }
    if (low === end || unionName(tree, low) !== part) return undefined;
    node = low;
  }
  return node;
}

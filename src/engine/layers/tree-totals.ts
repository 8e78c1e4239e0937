// Bytes of an image: stored, visible, reclaimable and why, per layer and per path.
// A stored copy is one file's content in one layer (further hard links in that layer are the same copy). It is visible when the
// final image shows it under at least one name; otherwise its bytes could go, once, and the cause is what hid its last name:
//   overwritten   the path was written again with other content, or as another kind
//   deletedLater  a whiteout, an opaque directory or a replaced directory above it took it away
//   metadataOnly  the path was written again with the same content, only mode, owner, mtime or xattrs differ
// What one name says is said of the copy: the last name to vanish tells the cause. A path stored again without any difference is
// overwritten. Sparse files count the bytes that are stored, not their holes. An earlier copy of a path in the same layer is overwritten.
// stored = visible + overwritten + deletedLater + metadataOnly, exactly. Duplicates (equal content visible under several paths that are
// not hard links) are counted apart: all copies of a content but one.
import { FLAG, KIND, type LayerTree } from './tree-file.ts';
import { copyOf } from './tree-links.ts';
import { MARK, unionPath, type ImageTree } from './tree.ts';

export type WasteCause = 'overwritten' | 'deletedLater' | 'metadataOnly';

export interface WasteItem {
  /** byte string without leading "/" */
  path: string;
  /** the layer that stores the bytes nobody sees */
  layer: number;
  /** the layer that hid them */
  hiddenBy: number;
  cause: WasteCause;
  bytes: number;
}

export interface FileCounts { added: number; content: number; metadata: number; type: number; link: number; removed: number }

export interface LayerTotals {
  /** content bytes this layer stores */
  storedBytes: number;
  /** those of them the final image does not show */
  reclaimableBytes: number;
  /** paths by mark: those that are not directories, and each that became one or is one no more (`type`) */
  files: FileCounts;
}

export interface Totals {
  storedBytes: number;
  visibleBytes: number;
  reclaimableBytes: number;
  overwrittenBytes: number;
  deletedLaterBytes: number;
  metadataOnlyBytes: number;
  duplicateContentBytes: number;
  /** visible / stored; 1 for an image that stores nothing */
  efficiency: number;
  layers: LayerTotals[];
  /** largest first */
  waste: WasteItem[];
  /** equal visible contents, by bytes that could be saved */
  duplicates: DuplicateGroup[];
}

const COUNTED: (keyof FileCounts | undefined)[] = [undefined, undefined, 'added', 'removed', 'content', 'metadata', 'type', 'link'];

export function measureImage(tree: ImageTree): Totals {
  const layers = tree.layers.map((): LayerTotals => ({
    storedBytes: 0, reclaimableBytes: 0, files: { added: 0, content: 0, metadata: 0, type: 0, link: 0, removed: 0 },
  }));
  const visible = tree.layers.map((layer) => new Uint8Array(layer.nodes));
  const hidden = hideCopies(tree, visible, layers);
  const sums: Record<WasteCause, number> = { overwritten: 0, deletedLater: 0, metadataOnly: 0 };
  const waste: WasteItem[] = [];
  const add = (item: WasteItem) => {
    waste.push(item);
    sums[item.cause] += item.bytes;
    (layers[item.layer] as LayerTotals).reclaimableBytes += item.bytes;
  };
  for (const [index, layer] of tree.layers.entries()) {
    const own = layers[index] as LayerTotals;
    own.storedBytes = layer.storedBytes;
    for (const [path, bytes] of layer.shadowed) {
      own.storedBytes += bytes;
      add({ path, layer: index, hiddenBy: index, cause: 'overwritten', bytes });
    }
  }
  for (const copy of hidden) {
    const layer = tree.layers[copy.layer] as LayerTree;
    if (visible[copy.layer]?.[copy.copy]) continue;
    const bytes = layer.stored[copy.copy] as number;
    add({ path: unionPath(tree, copy.node), layer: copy.layer, hiddenBy: copy.hiddenBy, cause: copy.cause, bytes });
  }
  waste.sort((a, b) => b.bytes - a.bytes || a.layer - b.layer || (a.path < b.path ? -1 : 1));
  const storedBytes = layers.reduce((sum, layer) => sum + layer.storedBytes, 0);
  const reclaimableBytes = sums.overwritten + sums.deletedLater + sums.metadataOnly;
  const visibleBytes = storedBytes - reclaimableBytes;
  const duplicates = findDuplicates(tree, visible);
  return {
    storedBytes, visibleBytes, reclaimableBytes,
    overwrittenBytes: sums.overwritten, deletedLaterBytes: sums.deletedLater, metadataOnlyBytes: sums.metadataOnly,
    duplicateContentBytes: duplicates.reduce((sum, group) => sum + group.bytes * (group.copies.length - 1), 0),
    efficiency: storedBytes === 0 ? 1 : visibleBytes / storedBytes,
    layers, waste, duplicates,
  };
}

interface HiddenCopy { node: number; layer: number; copy: number; hiddenBy: number; cause: WasteCause }

/** Marks what the final image shows; gives each hidden copy once, with what hid its last name. Counts marks on the way. */
function hideCopies(tree: ImageTree, visible: Uint8Array[], layers: LayerTotals[]): Iterable<HiddenCopy> {
  const single: HiddenCopy[] = [];
  const linked = new Map<string, HiddenCopy>(); // copies with several names
  const copiesOfLower = tree.copies.size > 0;
  const hasLinks = tree.layers.map((layer) => linkedNodes(layer));
  for (const found of tree.copies.values()) for (const { layer, node } of found.values()) (hasLinks[layer] as Uint8Array)[node] = 1;
  for (let node = 0; node < tree.nodes; node++) {
    const end = tree.eventBegin[node + 1] as number;
    let lastKind = -1; // kind of what the path showed before, -1 nothing
    for (let event = tree.eventBegin[node] as number; event < end; event++) {
      const index = tree.eventLayer[event] as number;
      const layer = tree.layers[index] as LayerTree;
      const mark = tree.eventMark[event] as number;
      const at = (tree.eventNode[event] as number) - 1;
      const kind = mark === MARK.removed ? lastKind : (layer.kind[at] as number);
      const counted = COUNTED[mark];
      if ((kind !== KIND.dir || mark === MARK.type) && counted !== undefined) (layers[index] as LayerTotals).files[counted]++;
      lastKind = kind;
      if (kind !== KIND.file || mark === MARK.removed) continue;
      const own = copiesOfLower ? copyOf(tree, index, at) : undefined;
      const home = own?.layer ?? index;
      const copy = own?.node ?? ((layer.hardlinkOf[at] as number) || at);
      if (event + 1 === end) { (visible[home] as Uint8Array)[copy] = 1; continue; }
      if ((tree.layers[home] as LayerTree).stored[copy] === 0) continue;
      const hiding: HiddenCopy = { node, layer: home, copy, hiddenBy: tree.eventLayer[event + 1] as number, cause: causeOf(tree.eventMark[event + 1] as number) };
      if (!(hasLinks[home] as Uint8Array)[copy]) { single.push(hiding); continue; }
      const key = `${home}:${copy}`;
      const other = linked.get(key);
      if (other === undefined || other.hiddenBy < hiding.hiddenBy) linked.set(key, hiding);
    }
  }
  return [...single, ...linked.values()];
}

function linkedNodes(layer: LayerTree): Uint8Array {
  const found = new Uint8Array(layer.nodes);
  for (let node = 0; node < layer.nodes; node++) if ((layer.flags[node] as number) & FLAG.hardlink) found[layer.hardlinkOf[node] as number] = 1;
  return found;
}

function causeOf(mark: number): WasteCause {
  return mark === MARK.removed ? 'deletedLater' : mark === MARK.metadata ? 'metadataOnly' : 'overwritten';
}

export interface DuplicateGroup { bytes: number; copies: { layer: number; node: number }[] }

/**
 * Contents stored more than once among the visible copies, by bytes that could be saved. Files of 0 bytes are left out.
 * Most contents are unique, and looking each up in a table of all is slow memory at half a million: so a first pass marks, in bits
 * that fit the processor's cache, which hashes may come twice, and only those are looked up.
 */
function findDuplicates(tree: ImageTree, visible: readonly Uint8Array[]): DuplicateGroup[] {
  const once = new Uint32Array(FILTER_BITS / 32);
  const twice = new Uint32Array(FILTER_BITS / 32);
  eachVisible(tree, visible, (layer, node) => {
    const bit = (layer.hash[4 * node] as number) & (FILTER_BITS - 1);
    const mask = 1 << (bit & 31);
    if ((once[bit >>> 5] as number) & mask) twice[bit >>> 5] = (twice[bit >>> 5] as number) | mask;
    else once[bit >>> 5] = (once[bit >>> 5] as number) | mask;
  });
  const firsts = new Map<number, { layer: number; node: number; group: DuplicateGroup | undefined }[]>(); // by the hash's first word
  const groups: DuplicateGroup[] = [];
  eachVisible(tree, visible, (layer, node, index) => {
    const word = layer.hash[4 * node] as number;
    const bit = word & (FILTER_BITS - 1);
    if (((twice[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return;
    const others = firsts.get(word);
    const first = others?.find((other) => sameHash(tree.layers[other.layer] as LayerTree, other.node, layer, node));
    if (others === undefined) firsts.set(word, [{ layer: index, node, group: undefined }]);
    else if (first === undefined) others.push({ layer: index, node, group: undefined });
    else {
      if (first.group === undefined) groups.push((first.group = { bytes: layer.stored[node] as number, copies: [{ layer: first.layer, node: first.node }] }));
      first.group.copies.push({ layer: index, node });
    }
  });
  return groups.sort((a, b) => b.bytes * (b.copies.length - 1) - a.bytes * (a.copies.length - 1));
}

const FILTER_BITS = 2 ** 23;

function eachVisible(tree: ImageTree, visible: readonly Uint8Array[], visit: (layer: LayerTree, node: number, index: number) => void): void {
  for (const [index, layer] of tree.layers.entries()) {
    const column = visible[index] as Uint8Array;
    for (let node = 0; node < layer.nodes; node++) {
      if (column[node] === 1 && layer.stored[node] !== 0 && layer.kind[node] === KIND.file && ((layer.flags[node] as number) & FLAG.cut) === 0) visit(layer, node, index);
    }
  }
}

function sameHash(a: LayerTree, aNode: number, b: LayerTree, bNode: number): boolean {
  for (let i = 0; i < 4; i++) if (a.hash[4 * aNode + i] !== b.hash[4 * bNode + i]) return false;
  return true;
}

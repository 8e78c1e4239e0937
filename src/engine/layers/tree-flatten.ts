// An image's final file system as a single layer; two of them stacked are the comparison of two images:
// the second is opaque at its root, so everything only the first has is removed, and marks tell the rest.
import { allocateTreeFile, FLAG, KIND, stringOf, type LayerTree } from './tree-file.ts';
import { copyOf } from './tree-links.ts';
import { MARK, stackLayers, type ImageTree } from './tree.ts';

export interface FlatImage {
  tree: LayerTree;
  /** by node of `tree`: layer and node it came from */
  originLayer: Uint16Array;
  originNode: Uint32Array;
}

const COPIED = ['mtime', 'size', 'stored', 'offset', 'uid', 'gid', 'mode', 'kind', 'flags'] as const;

/** What the image shows with all its layers. Names of one file stay hard links when they are of one layer. */
export function flattenImage(tree: ImageTree): FlatImage {
  const kept: number[] = [];
  const indexOf = new Int32Array(tree.nodes).fill(-1);
  for (let node = 0; node < tree.nodes; node++) {
    const last = (tree.eventBegin[node + 1] as number) - 1;
    const isThere = node === 0 || (last >= (tree.eventBegin[node] as number) && tree.eventMark[last] !== MARK.removed && indexOf[tree.parent[node] as number] !== -1);
    if (isThere) indexOf[node] = kept.push(node) - 1;
  }
  const strings = new Map<string, number>();
  const intern = (text: string) => {
    if (text === '') return 0;
    const known = strings.get(text) ?? strings.size + 1;
    strings.set(text, known);
    return known;
  };
  const originLayer = new Uint16Array(kept.length);
  const originNode = new Uint32Array(kept.length);
  const links = new Uint32Array(kept.length);
  const xattrs = new Uint32Array(kept.length);
  let nameBytes = 0;
  for (const [index, node] of kept.entries()) {
    const last = (tree.eventBegin[node + 1] as number) - 1;
    nameBytes += (tree.nameEnd[node] as number) - (node === 0 ? 0 : (tree.nameEnd[node - 1] as number));
    if (last < (tree.eventBegin[node] as number)) continue; // the root of an image without layers
    const layer = tree.layers[(originLayer[index] = tree.eventLayer[last] as number)] as LayerTree;
    const at = (originNode[index] = (tree.eventNode[last] as number) - 1);
    links[index] = intern(stringOf(layer, layer.link[at] as number));
    xattrs[index] = intern(stringOf(layer, layer.xattrs[at] as number));
  }
  const stringBytes = [...strings.keys()].reduce((sum, text) => sum + text.length, 0);
  const { tree: flat } = allocateTreeFile({ nodes: kept.length, nameBytes, stringBytes, strings: strings.size, storedBytes: 0, tarBytes: 0, shadowed: [], refused: 0 });
  fill(tree, flat, kept, indexOf, originLayer, originNode);
  flat.link.set(links);
  flat.xattrs.set(xattrs);
  let at = 0;
  for (const [index, text] of [...strings.keys()].entries()) {
    at += Buffer.from(flat.stringData.buffer, flat.stringData.byteOffset).write(text, at, 'latin1');
    flat.stringEnd[index] = at;
  }
  return { tree: flat, originLayer, originNode };
}

function fill(tree: ImageTree, flat: LayerTree, kept: number[], indexOf: Int32Array, originLayer: Uint16Array, originNode: Uint32Array): void {
  const seen = new Map<number, number>(); // layer and first name -> node here
  let nameAt = 0;
  let child = 1;
  for (const [index, node] of kept.entries()) {
    const layerIndex = originLayer[index] as number;
    const layer = tree.layers[layerIndex];
    const at = originNode[index] as number;
    if (layer !== undefined) {
      for (const name of COPIED) flat[name][index] = layer[name][at] as number;
      for (let i = 0; i < 4; i++) flat.hash[4 * index + i] = layer.hash[4 * at + i] as number;
      flat.flags[index] = (flat.flags[index] as number) & ~(FLAG.opaque | FLAG.hardlink);
      if (flat.kind[index] === KIND.file) {
        const copy = copyOf(tree, layerIndex, at);
        const key = copy.layer * 2 ** 32 + copy.node;
        const first = seen.get(key);
        flat.stored[index] = first === undefined ? ((tree.layers[copy.layer] as LayerTree).stored[copy.node] as number) : 0;
        flat.storedBytes += flat.stored[index] as number;
        if (first === undefined) seen.set(key, index);
        else { flat.hardlinkOf[index] = first; flat.flags[index] = (flat.flags[index] as number) | FLAG.hardlink; }
      }
    }
    flat.parent[index] = indexOf[tree.parent[node] as number] as number;
    nameAt += tree.names.copy(flat.names, nameAt, node === 0 ? 0 : (tree.nameEnd[node - 1] as number), tree.nameEnd[node]);
    flat.nameEnd[index] = nameAt;
    flat.firstChild[index] = child;
    for (let other = tree.firstChild[node] as number; other < (tree.firstChild[node + 1] as number); other++) if (indexOf[other] !== -1) child++;
  }
  flat.firstChild[kept.length] = child;
}

/**
 * Two images as two layers of one tree: what layer 1 did is what `after` changed.
 * @param options.ignoreTimes a rebuild touches every file: equal but for the time is then unchanged
 */
export function compareImages(before: FlatImage, after: FlatImage, options: { ignoreTimes?: boolean } = {}): ImageTree {
  const timeless = ({ tree }: FlatImage) => (options.ignoreTimes ? { ...tree, mtime: new Float64Array(tree.nodes) } : tree);
  const flags = Uint8Array.from(after.tree.flags);
  flags[0] = (flags[0] as number) | FLAG.opaque;
  return { ...stackLayers([timeless(before), { ...timeless(after), flags }]), layers: [before.tree, after.tree], copies: new Map() };
}

// What a screen shows of a stacked image at one layer: which paths, with which mark, and sums for each directory.
//   scope `layer`: the paths this layer wrote or removed, with the directories above them; bytes are what the layer stores
//   scope `all`:   everything the image shows up to and with this layer, and what this layer removed; bytes are what is visible
// Made in one pass over the events and one upwards over the nodes (children stand behind their parents), some 30 ms for 500,000.
import { FLAG, KIND, type LayerTree } from './tree-file.ts';
import { MARK, type ImageTree } from './tree.ts';

export type Scope = 'layer' | 'all';

export interface View {
  tree: ImageTree;
  layer: number;
  scope: Scope;
  /** by union node: 1 when it is in the view */
  isShown: Uint8Array;
  /** by union node: what this layer did to it, MARK.through for nothing */
  mark: Uint8Array;
  /** by union node: the event that tells its state; for removed paths the last one before; -1 for directories only on the way */
  state: Int32Array;
  /** by union node, with everything below: content bytes, hard links once */
  bytes: Float64Array;
  /** by union node, with everything below: bytes of what this layer removed */
  removedBytes: Float64Array;
  /** by union node, with everything below: paths that are not directories */
  files: Uint32Array;
  /** 8 values a union node, by mark, with everything below: paths that are not directories */
  counts: Uint32Array;
}

export function makeView(tree: ImageTree, layer: number, scope: Scope): View {
  const { nodes } = tree;
  const view: View = {
    tree, layer, scope,
    isShown: new Uint8Array(nodes), mark: new Uint8Array(nodes), state: new Int32Array(nodes).fill(-1),
    bytes: new Float64Array(nodes), removedBytes: new Float64Array(nodes), files: new Uint32Array(nodes), counts: new Uint32Array(8 * nodes),
  };
  for (let node = 0; node < nodes; node++) showNode(view, node);
  view.isShown[0] = 1;
  for (let node = nodes - 1; node > 0; node--) {
    const parent = tree.parent[node] as number;
    if (view.isShown[node] === 0) continue;
    view.isShown[parent] = 1;
    view.bytes[parent] = (view.bytes[parent] as number) + (view.bytes[node] as number);
    view.removedBytes[parent] = (view.removedBytes[parent] as number) + (view.removedBytes[node] as number);
    view.files[parent] = (view.files[parent] as number) + (view.files[node] as number);
    for (let mark = 1; mark < 8; mark++) view.counts[8 * parent + mark] = (view.counts[8 * parent + mark] as number) + (view.counts[8 * node + mark] as number);
  }
  return view;
}

function showNode(view: View, node: number): void {
  const { tree, layer, scope } = view;
  const end = tree.eventBegin[node + 1] as number;
  let state = -1;
  let before = -1;
  for (let event = tree.eventBegin[node] as number; event < end && (tree.eventLayer[event] as number) <= layer; event++) {
    before = state;
    state = event;
  }
  if (state === -1) return;
  const isHere = tree.eventLayer[state] === layer;
  const isRemoved = tree.eventMark[state] === MARK.removed;
  if (!isHere && (scope === 'layer' || isRemoved)) return;
  const mark = isHere ? (tree.eventMark[state] as number) : MARK.through;
  const shown = isRemoved ? before : state;
  const own = tree.layers[tree.eventLayer[shown] as number] as LayerTree;
  const at = (tree.eventNode[shown] as number) - 1;
  view.isShown[node] = 1;
  view.mark[node] = mark;
  view.state[node] = shown;
  if (own.kind[at] === KIND.dir) return;
  const bytes = (own.flags[at] as number) & FLAG.hardlink ? 0 : (own.stored[at] as number);
  if (isRemoved) view.removedBytes[node] = bytes;
  else { view.bytes[node] = bytes; view.files[node] = 1; }
  view.counts[8 * node + mark] = 1;
}

/** The layer's tree and node behind a union node of the view; undefined for directories only on the way. */
export function sourceOf(view: View, node: number): { layer: number; tree: LayerTree; node: number } | undefined {
  const event = view.state[node] as number;
  if (event === -1) return undefined;
  const layer = view.tree.eventLayer[event] as number;
  return { layer, tree: view.tree.layers[layer] as LayerTree, node: (view.tree.eventNode[event] as number) - 1 };
}

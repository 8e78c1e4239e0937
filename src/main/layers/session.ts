// One opened image inside the explorer's thread: answers every question about it. Views and row lists are kept for the last few
// questions, because a screen asks for the next rows of the same list many times while it scrolls.
import { Buffer } from 'node:buffer';
import { showPath, showText } from '../../engine/layers/report-text.ts';
import type { Analysis } from '../../engine/layers/report.ts';
import { KIND, layerPath, type LayerTree } from '../../engine/layers/tree-file.ts';
import { historyOf } from '../../engine/layers/tree-history.ts';
import { listRows, readRows, type RowList } from '../../engine/layers/tree-rows.ts';
import { makeView, sourceOf, type Scope, type View } from '../../engine/layers/tree-view.ts';
import { findPath, MARK, unionName, unionPath } from '../../engine/layers/tree.ts';
import { withinTime } from './within-time.ts';
import type { ExplorerImage, PathEvent, PlaceQuery, Row, RowsQuery, SizeNode, WasteItem } from '../contract/layers.ts';

const KEPT_VIEWS = 6;
const MAX_TOGGLED_KEY = 10_000;
const PATTERN_LIMIT_MS = 2000; // of half a million names a sane expression takes 50

/** @property bytePath in `layer`: a hard link may show a file of a lower one */
export interface Located { path: string; layer: number; bytePath: string; offset: number; sizeBytes: number; kind: number }

/** @property layer the one that holds it */
export interface Below { node: number; path: string; layer: number }

export interface Session {
  image(): Omit<ExplorerImage, 'openedMs' | 'fromCache'>;
  rows(query: Omit<RowsQuery, 'session'>): { rows: Row[]; length: number; matchCount: number };
  /** The index of a node among the rows of a list; -1 when it is not there. */
  place(query: Omit<PlaceQuery, 'session'>): number;
  details(node: number): { path: string; events: PathEvent[] };
  find(path: string, isBytes?: boolean): { node: number; above: number[] } | null;
  sizes(layer: number, scope: Scope, node: number): SizeNode;
  waste(query: { cause?: WasteItem['cause'] | undefined; pattern?: string | undefined; from: number; count: number }): { items: WasteItem[]; length: number; bytes: number };
  /** Where a union node's content of one layer lies in that layer's tar; undefined when the layer has none. */
  locate(layer: number, node: number): Located | undefined;
  /** A union node and everything below it that a layer holds, or shows with all below it, for a tar; paths relative to the node's parent. */
  below(layer: number, node: number, scope: Scope): Below[];
}

export function createSession(analysis: Analysis): Session {
  const { tree, report } = analysis;
  const views = new Map<string, View>();
  let lastList: { key: string; list: RowList } | undefined;
  const viewOf = (layer: number, scope: Scope): View => {
    const key = `${layer}:${scope}`;
    let view = views.get(key);
    views.delete(key); // the last asked stands last
    views.set(key, (view ??= makeView(tree, layer, scope)));
    if (views.size > KEPT_VIEWS) views.delete(views.keys().next().value as string);
    return view;
  };
  const listOf = ({ layer, scope, ...query }: Omit<PlaceQuery, 'session' | 'node'>): RowList => {
    const key = query.toggled.length > MAX_TOGGLED_KEY ? undefined : JSON.stringify([layer, scope, query]);
    if (key !== undefined && lastList?.key === key) return lastList.list;
    const view = viewOf(layer, scope);
    const list = query.filter.mode === 'regex' || query.filter.mode === 'glob' ? withinTime(() => listRows(view, query as never), PATTERN_LIMIT_MS) : listRows(view, query as never);
    if (key !== undefined) lastList = { key, list };
    return list;
  };
  const nodeInLayer = (layer: number, node: number): number | undefined => {
    for (let event = tree.eventBegin[node] as number; event < (tree.eventBegin[node + 1] as number); event++) {
      if (tree.eventLayer[event] === layer && (tree.eventNode[event] as number) > 0) return (tree.eventNode[event] as number) - 1;
    }
    return undefined;
  };
  return {
    image() {
      const { waste, ...rest } = report;
      return { ...rest, wasteCount: waste.length };
    },
    rows({ from, count, ...query }) {
      const list = listOf(query);
      return { rows: readRows(viewOf(query.layer, query.scope), list, from, count), length: list.length, matchCount: list.matchCount };
    },
    place({ node, ...query }) {
      const { nodes, length } = listOf(query);
      return nodes.subarray(0, length).indexOf(node);
    },
    details: (node) => ({ path: showPath(unionPath(tree, node)), events: historyOf(tree, node) }),
    find(path, isBytes = false) {
      const node = findPath(tree, isBytes ? path : Buffer.from(path, 'utf8').toString('latin1'));
      if (node === undefined) return null;
      const above: number[] = [];
      for (let at = tree.parent[node] as number; at !== 0; at = tree.parent[at] as number) above.push(at);
      return { node, above: above.reverse() };
    },
    sizes: (layer, scope, node) => sizesOf(viewOf(layer, scope), node),
    waste({ cause, pattern, from, count }) {
      const wanted = pattern?.toLowerCase();
      const items = report.waste.filter((item) => (cause === undefined || item.cause === cause) && (!wanted || item.path.toLowerCase().includes(wanted)));
      const page = items.slice(from, from + count).map((item) => ({ ...item, node: this.find(item.path)?.node ?? -1 }));
      return { items: page, length: items.length, bytes: items.reduce((sum, item) => sum + item.bytes, 0) };
    },
    locate(layer, node) {
      const at = nodeInLayer(layer, node);
      const own = tree.layers[layer];
      if (at === undefined || own === undefined) return undefined;
      const path = unionPath(tree, node);
      const copy = tree.copies.get(layer)?.get(at);
      const offset = (copy === undefined ? own.offset[at] : tree.layers[copy.layer]?.offset[copy.node]) as number;
      const bytePath = copy === undefined ? path : layerPath(tree.layers[copy.layer] as LayerTree, copy.node);
      return { path: showPath(path), layer: copy?.layer ?? layer, bytePath, offset, sizeBytes: own.size[at] as number, kind: own.kind[at] as number };
    },
    below(layer, node, scope) {
      const view = scope === 'all' ? viewOf(layer, 'all') : undefined;
      const holder = (at: number): number | undefined => {
        if (view === undefined) return nodeInLayer(layer, at) === undefined ? undefined : layer;
        return view.isShown[at] === 0 || view.mark[at] === MARK.removed ? undefined : sourceOf(view, at)?.layer;
      };
      const found: Below[] = [];
      const queue = [{ node, path: unionName(tree, node) }];
      for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
        const held = holder(one.node);
        if (held !== undefined) found.push({ ...one, layer: held });
        for (let child = tree.firstChild[one.node] as number; child < (tree.firstChild[one.node + 1] as number); child++) queue.push({ node: child, path: `${one.path}/${unionName(tree, child)}` });
      }
      return found;
    },
  };
}

const SIZE_DEPTH = 6;
const SIZE_CHILDREN = 300;
const SIZE_ROOT_CHILDREN = 1500; // of the directory that is looked at
const SIZE_SHARE = 0.0004; // a rectangle of less is 12 pixels wide on a usual screen; bounds the answer to some 2,500 items

/** The largest things below a node, a few levels deep; the rest of each directory is gathered in one item without name. */
function sizesOf(view: View, root: number): SizeNode {
  const total = Math.max(1, view.bytes[root] as number);
  const make = (node: number, depth: number): SizeNode => {
    const source = sourceOf(view, node);
    const isDirectory = source === undefined || source.tree.kind[source.node] === KIND.dir;
    const item: SizeNode = { id: node, name: node === 0 ? '/' : showText(unionName(view.tree, node)), bytes: view.bytes[node] as number, mark: view.mark[node] as number, layer: source?.layer ?? view.layer, isDirectory, children: [] };
    if (!isDirectory || depth === 0) return item;
    const children: number[] = [];
    for (let child = view.tree.firstChild[node] as number; child < (view.tree.firstChild[node + 1] as number); child++) if (view.isShown[child] === 1 && (view.bytes[child] as number) > 0) children.push(child);
    children.sort((a, b) => (view.bytes[b] as number) - (view.bytes[a] as number));
    const shown = children.slice(0, depth === SIZE_DEPTH ? SIZE_ROOT_CHILDREN : SIZE_CHILDREN).filter((child) => (view.bytes[child] as number) / total >= SIZE_SHARE);
    item.children = shown.map((child) => make(child, depth - 1));
    item.layer = heaviestLayer(item.children) ?? item.layer;
    const rest = item.bytes - item.children.reduce((sum, child) => sum + child.bytes, 0);
    if (rest > 0 && children.length > shown.length) item.children.push({ id: -1, name: '', bytes: rest, mark: 0, layer: view.layer, isDirectory: false, children: [] });
    return item;
  };
  return make(root, SIZE_DEPTH);
}

/** The layer that most of the bytes come from: a folder's own entry may be of a layer that only touched it. */
function heaviestLayer(children: readonly SizeNode[]): number | undefined {
  const bytes = new Map<number, number>();
  for (const child of children) bytes.set(child.layer, (bytes.get(child.layer) ?? 0) + child.bytes);
  return [...bytes].sort((a, b) => b[1] - a[1])[0]?.[0];
}

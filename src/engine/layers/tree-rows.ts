// The rows of a file tree as a list: open directories unfolded, sorted, filtered; a screen asks for the few it shows.
import { showText } from './report-text.ts';
import { FLAG, KIND, stringOf } from './tree-file.ts';
import { isEmptyFilter, matchNodes, type Filter } from './tree-filter.ts';
import { sourceOf, type View } from './tree-view.ts';
import { unionName } from './tree.ts';

export type SortBy = 'size' | 'name' | 'mark' | 'files';

export interface RowsQuery {
  filter: Filter;
  sort: SortBy;
  /** directories (union nodes) whose state is not the usual one */
  toggled: readonly number[];
  /** usual state of directories: closed, or open */
  isAllOpen: boolean;
}

export interface RowList { nodes: Uint32Array; depth: Uint16Array; open: Uint8Array; length: number; matchCount: number }

export interface Row {
  id: number;
  depth: number;
  name: string;
  kind: number;
  mark: number;
  /** of a file its size, of a directory the sum below */
  bytes: number;
  removedBytes: number;
  /** bytes with everything else in the same directory, for the bar */
  parentBytes: number;
  files: number;
  /** by mark, of what is below; empty for files */
  counts: number[];
  isOpen: boolean;
  hasChildren: boolean;
  isHardlink: boolean;
  link: string;
}

/** @throws InvalidParameter from the filter */
export function listRows(view: View, query: RowsQuery): RowList {
  const { tree } = view;
  const matches = isEmptyFilter(query.filter) ? undefined : matchNodes(view, query.filter);
  const toggled = new Set(query.toggled);
  let nodes = new Uint32Array(1024);
  let depth = new Uint16Array(1024);
  let open = new Uint8Array(1024);
  let length = 0;
  const children = (node: number): number[] => {
    const found: number[] = [];
    for (let child = tree.firstChild[node] as number; child < (tree.firstChild[node + 1] as number); child++) {
      if (view.isShown[child] === 1 && (matches === undefined || matches.at[child] !== 0)) found.push(child);
    }
    return sortNodes(view, found, query.sort);
  };
  // an explicit stack: trees may be thousands deep
  const stack: { list: number[]; at: number }[] = [{ list: children(0), at: 0 }];
  while (stack.length > 0) {
    const top = stack.at(-1) as { list: number[]; at: number };
    const node = top.list[top.at++];
    if (node === undefined) { stack.pop(); continue; }
    if (length === nodes.length) {
      const size = 2 * length;
      const [oldNodes, oldDepth, oldOpen] = [nodes, depth, open];
      nodes = new Uint32Array(size); depth = new Uint16Array(size); open = new Uint8Array(size);
      nodes.set(oldNodes); depth.set(oldDepth); open.set(oldOpen);
    }
    const hasChildren = (tree.firstChild[node + 1] as number) > (tree.firstChild[node] as number);
    const isUsuallyOpen = query.isAllOpen || matches?.at[node] === 1; // the way to a match is open
    const isOpen = hasChildren && toggled.has(node) !== isUsuallyOpen;
    nodes[length] = node; depth[length] = stack.length - 1; open[length] = isOpen ? 1 : 0;
    length++;
    if (isOpen) stack.push({ list: children(node), at: 0 });
  }
  return { nodes, depth, open, length, matchCount: matches?.count ?? -1 };
}

/**
 * Largest first, equal ones in the order of their names. Weight and place make one number each, which sort without a comparing
 * function, several times as fast; where numbers would grow beyond what is exact, a comparison does it.
 */
function sortNodes(view: View, nodes: number[], sort: SortBy): number[] {
  const count = nodes.length;
  if (sort === 'name' || count < 2) return nodes; // union nodes stand in the order of their names
  const weights = new Float64Array(count);
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < count; i++) {
    const node = nodes[i] as number;
    const weight = sort === 'size' ? (view.bytes[node] as number) + (view.removedBytes[node] as number) : sort === 'files' ? (view.files[node] as number) : -(view.mark[node] as number);
    weights[i] = weight;
    least = Math.min(least, weight);
    most = Math.max(most, weight);
  }
  if (least === most) return nodes;
  if ((most - least + 1) * count > Number.MAX_SAFE_INTEGER) {
    const order = Array.from(nodes.keys()).sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b);
    return order.map((at) => nodes[at] as number);
  }
  for (let i = 0; i < count; i++) weights[i] = (most - (weights[i] as number)) * count + i;
  weights.sort();
  const sorted: number[] = [];
  for (let i = 0; i < count; i++) sorted.push(nodes[(weights[i] as number) % count] as number);
  return sorted;
}

/** Rows `from` .. `from + count`. */
export function readRows(view: View, list: RowList, from: number, count: number): Row[] {
  const rows: Row[] = [];
  for (let i = Math.max(0, from); i < Math.min(list.length, from + count); i++) rows.push(rowOf(view, list.nodes[i] as number, list.depth[i] as number, list.open[i] === 1));
  return rows;
}

export function rowOf(view: View, node: number, depth: number, isOpen: boolean): Row {
  const { tree } = view;
  const source = sourceOf(view, node);
  const kind = source === undefined ? KIND.dir : (source.tree.kind[source.node] as number);
  const isDirectory = kind === KIND.dir;
  const parent = tree.parent[node] as number;
  let hasChildren = false;
  for (let child = tree.firstChild[node] as number; !hasChildren && child < (tree.firstChild[node + 1] as number); child++) hasChildren = view.isShown[child] === 1;
  return {
    id: node, depth, name: showText(unionName(tree, node)), kind,
    mark: view.mark[node] as number,
    bytes: isDirectory || source === undefined ? (view.bytes[node] as number) : (source.tree.size[source.node] as number),
    removedBytes: view.removedBytes[node] as number,
    parentBytes: (view.bytes[parent] as number) + (view.removedBytes[parent] as number),
    files: view.files[node] as number,
    counts: hasChildren ? [...view.counts.subarray(8 * node, 8 * node + 8)] : [],
    isOpen, hasChildren,
    isHardlink: source !== undefined && ((source.tree.flags[source.node] as number) & FLAG.hardlink) !== 0,
    link: source === undefined ? '' : showText(stringOf(source.tree, source.tree.link[source.node] as number)),
  };
}

// The nodes a layer's tree is made of while its entries come, before they become the columns of a tree file.
import type { TarEntry } from './tar-headers.ts';
import { FLAG, KIND, type Kind } from './tree-file.ts';

const MAX_HOPS = 40; // as the kernel follows them (path_resolution(7))

export interface Node {
  name: string;
  parent: Node | undefined;
  kind: Kind;
  flags: number;
  entry: TarEntry | undefined;
  children: Map<string, Node> | undefined;
  /** of a hard link: the first name of its file, itself no link; undefined while that is not known */
  linkTo: Node | undefined;
  /** of a first name: the further ones */
  linked: Node[] | undefined;
  /** place in breadth-first order, known at the end */
  index: number;
}

export function newNode(name: string, parent: Node | undefined, kind: Kind, flags: number): Node {
  return { name, parent, kind, flags, entry: undefined, children: undefined, linkTo: undefined, linked: undefined, index: 0 };
}

/** FLAG.opaque when what is replaced hides lower layers: its successor hides them too. */
export function hiding(replaced: Node | undefined): number {
  return replaced === undefined ? 0 : replaced.kind === KIND.whiteout ? FLAG.opaque : replaced.flags & FLAG.opaque;
}

export function put(parent: Node, node: Node): Node {
  (parent.children ??= new Map()).set(node.name, node);
  return node;
}

export function pathOf(node: Node): string {
  const parts: string[] = [];
  for (let at = node; at.parent !== undefined; at = at.parent) parts.push(at.name);
  return parts.reverse().join('/');
}

/** Walks down from a folder; symbolic links on the way are followed with the layer as root. @param enter the folder of a name that is no link */
export function walk(from: Node, parts: string[], enter: (parent: Node, name: string) => Node | undefined): Node | undefined {
  let at: Node | undefined = from;
  let hops = 0;
  const left = parts.reverse();
  while (at !== undefined && left.length > 0) {
    const name = left.pop() as string;
    if (name === '' || name === '.') continue;
    if (name === '..') { at = at.parent ?? at; continue; }
    const there: Node | undefined = at.children?.get(name);
    const link: Node | undefined = there?.linkTo ?? there;
    if (link?.kind !== KIND.symlink) { at = enter(at, name); continue; }
    if (++hops > MAX_HOPS) return undefined;
    const target = link.entry?.linkTarget ?? '';
    if (target.startsWith('/')) { while (at.parent !== undefined) at = at.parent; }
    left.push(...target.split('/').reverse());
  }
  return at;
}

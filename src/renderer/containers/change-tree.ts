// The changed paths of a container as a tree, each folder with how much of what is below it. Pure.
import type { FileChange } from '../../main/contract/container-tools.ts';

export interface ChangeLine { path: string; name: string; depth: number; kind: FileChange['Kind']; hasChildren: boolean; added: number; changed: number; deleted: number }

interface Node { kind: FileChange['Kind'] | undefined; children: Map<string, Node>; counts: [changed: number, added: number, deleted: number] }

/** Lines in the order of a file manager. @param closed folders that are folded */
export function changeLines(changes: FileChange[], closed: ReadonlySet<string>): ChangeLine[] {
  const root: Node = { kind: undefined, children: new Map(), counts: [0, 0, 0] };
  for (const { Path, Kind } of changes) {
    let node = root;
    const way = [node];
    for (const part of Path.split('/').filter(Boolean)) {
      let next = node.children.get(part);
      if (!next) node.children.set(part, (next = { kind: undefined, children: new Map(), counts: [0, 0, 0] }));
      node = next;
      way.push(node);
    }
    node.kind = Kind;
    for (const above of way) above.counts[Kind]++;
  }
  const lines: ChangeLine[] = [];
  const walk = (node: Node, path: string, depth: number) => {
    for (const [name, child] of [...node.children].sort(([a], [b]) => a.localeCompare(b))) {
      const own = `${path}/${name}`;
      const [changed, added, deleted] = child.counts;
      lines.push({ path: own, name, depth, kind: child.kind ?? 0, hasChildren: child.children.size > 0, added, changed, deleted });
      if (!closed.has(own)) walk(child, own, depth + 1);
    }
  };
  walk(root, '', 0);
  return lines;
}

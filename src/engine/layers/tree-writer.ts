// Makes a layer's tree file from the entries of its tar stream, in whatever order they come.
// Names are cleaned as an unpacker does it: leading "/" and "./" fall off, "." and empty parts too; ".." is refused, because
// no unpacker would follow it. When one path comes twice in a layer the later entry wins, as it does on disk.
import type { TarEntry, TarEnd, TarType } from './tar-headers.ts';
import { allocateTreeFile, FLAG, KIND, type Kind, type LayerTree, type TreeFileHeader } from './tree-file.ts';

export interface TreeFileWriter {
  /** Feed it every entry of the layer's tar, in order. */
  add(entry: TarEntry): void;
  /** The bytes of the tree file, and the tree they hold. Call once, with what the tar reader said at its end. */
  finish(end: TarEnd): { bytes: Buffer; tree: LayerTree };
}

interface Node {
  name: string;
  parent: Node | undefined;
  kind: Kind;
  flags: number;
  entry: TarEntry | undefined;
  children: Map<string, Node> | undefined;
  /** place in breadth-first order, known at the end */
  index: number;
}

const KINDS: Record<TarType, Kind> = {
  dir: KIND.dir, file: KIND.file, symlink: KIND.symlink, char: KIND.char, block: KIND.block, fifo: KIND.fifo, hardlink: KIND.hardlink,
};
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const MAX_PATH_BYTES = 16 * 1024; // four times Linux's PATH_MAX; also bounds how deep folders nest here
const MAX_SHADOWED = 10_000; // enough to explain; the sum of bytes is kept exact in the last item

export function createTreeFileWriter(): TreeFileWriter {
  const root = newNode('', undefined, KIND.dir, FLAG.implied);
  const folders = new Map<string, Node>();
  const shadowed: [string, number][] = [];
  let refused = 0;
  let lastFolder = '';
  let lastNode = root;

  const folderAt = (path: string): Node => {
    if (path === '') return root;
    if (path === lastFolder) return lastNode;
    let node = folders.get(path);
    if (node === undefined) {
      const cut = path.lastIndexOf('/');
      const parent = folderAt(cut === -1 ? '' : path.slice(0, cut));
      const name = path.slice(cut + 1);
      const there = parent.children?.get(name);
      if (there !== undefined && there.kind === KIND.dir) node = there;
      else {
        node = newNode(name, parent, KIND.dir, there?.kind === KIND.whiteout ? FLAG.implied | FLAG.opaque : FLAG.implied);
        if (there?.entry) shadow(path, there.entry);
        put(parent, node);
      }
      folders.set(path, node);
    }
    lastFolder = path;
    lastNode = node;
    return node;
  };

  const shadow = (path: string, entry: TarEntry) => {
    if (entry.storedBytes === 0) return;
    const last = shadowed.at(-1);
    if (shadowed.length >= MAX_SHADOWED && last) last[1] += entry.storedBytes;
    else shadowed.push([path, entry.storedBytes]);
  };

  const shadowBelow = (path: string, node: Node) => {
    for (const child of node.children?.values() ?? []) {
      const childPath = `${path}/${child.name}`;
      if (child.entry) shadow(childPath, child.entry);
      shadowBelow(childPath, child);
      folders.delete(childPath);
    }
    folders.delete(path);
    lastFolder = '';
    lastNode = root;
  };

  return {
    add(entry) {
      const path = cleanPath(entry.path);
      if (path === undefined) { refused++; return; }
      if (path === '') {
        if (entry.type === 'dir') { root.entry = entry; root.flags &= ~FLAG.implied; }
        return;
      }
      const cut = path.lastIndexOf('/');
      const parent = folderAt(cut === -1 ? '' : path.slice(0, cut));
      const name = path.slice(cut + 1);
      if (name.startsWith(WHITEOUT)) {
        if (name === OPAQUE) parent.flags |= FLAG.opaque;
        else if (!name.startsWith('.wh..wh.')) { // .wh..wh.plnk, .wh..wh.aufs: aufs' own book-keeping
          const hidden = name.slice(WHITEOUT.length);
          const there = parent.children?.get(hidden);
          if (hidden === '' || hidden === '.' || hidden === '..') return;
          if (there !== undefined) there.flags |= FLAG.opaque;
          else put(parent, newNode(hidden, parent, KIND.whiteout, 0));
        }
        return;
      }
      const there = parent.children?.get(name);
      const kind = KINDS[entry.type];
      if (there !== undefined && there.kind === KIND.dir && kind === KIND.dir) {
        there.entry = entry;
        there.flags &= ~FLAG.implied;
        return;
      }
      let flags = entry.size !== entry.storedBytes && entry.type === 'file' ? FLAG.sparse : 0;
      if (entry.type === 'file' && entry.hash === undefined) flags |= FLAG.cut;
      if (there !== undefined) {
        if (there.kind === KIND.whiteout) flags |= FLAG.opaque;
        flags |= there.flags & FLAG.opaque;
        if (there.entry) shadow(path, there.entry);
        if (there.kind === KIND.dir) shadowBelow(path, there);
      }
      const node = newNode(name, parent, kind, flags);
      node.entry = entry;
      put(parent, node);
      if (kind === KIND.dir) folders.set(path, node);
    },
    finish: (end) => finish(root, { shadowed, refused, end }),
  };
}

function newNode(name: string, parent: Node | undefined, kind: Kind, flags: number): Node {
  return { name, parent, kind, flags, entry: undefined, children: undefined, index: 0 };
}

function put(parent: Node, node: Node): void {
  (parent.children ??= new Map()).set(node.name, node);
}

/** The path without leading "/", "./", trailing "/" and empty or "." parts; undefined when it has ".." or NUL or is far beyond PATH_MAX. */
export function cleanPath(raw: string): string | undefined {
  if (raw.length > MAX_PATH_BYTES) return undefined;
  let path = raw;
  if (path.startsWith('./')) path = path.slice(2);
  if (path.endsWith('/')) path = path.slice(0, -1);
  if (path === '.' || path === '') return '';
  const isClean = path.charCodeAt(0) !== 47 && !path.includes('\0') && !path.includes('//') && !path.includes('./') && !path.includes('/.') && path !== '..';
  if (isClean) return path;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') || path.includes('\0') ? undefined : parts.join('/');
}

function finish(root: Node, { shadowed, refused, end }: { shadowed: [string, number][]; refused: number; end: TarEnd }): { bytes: Buffer; tree: LayerTree } {
  const order: Node[] = [root];
  let nameBytes = 0;
  const strings = new Map<string, number>();
  const intern = (text: string) => {
    if (text === '') return 0;
    let index = strings.get(text);
    if (index === undefined) strings.set(text, (index = strings.size + 1));
    return index;
  };
  for (let i = 0; i < order.length; i++) {
    const node = order[i] as Node;
    node.index = i;
    nameBytes += node.name.length;
    if (node.children === undefined) continue;
    const sorted = [...node.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const child of sorted) order.push(child);
  }
  const links = order.map((node) => intern(linkText(node)));
  const xattrs = order.map((node) => intern(node.entry?.xattrs ?? ''));
  let stringBytes = 0;
  for (const text of strings.keys()) stringBytes += text.length;
  const header: TreeFileHeader = {
    nodes: order.length, nameBytes, stringBytes, strings: strings.size, shadowed, refused, tarBytes: end.bytes,
    storedBytes: order.reduce((sum, node) => sum + (node.entry?.storedBytes ?? 0), 0),
    ...(end.problem === undefined ? {} : { problem: end.problem }),
  };
  const { tree, buffer } = allocateTreeFile(header);
  let nameAt = 0;
  let nextChild = 1;
  const names = Buffer.from(tree.names.buffer, tree.names.byteOffset, tree.names.length);
  for (let i = 0; i < order.length; i++) {
    const node = order[i] as Node;
    const target = node.kind === KIND.hardlink ? hardlinkTarget(root, node) : undefined;
    const entry = target?.entry ?? node.entry;
    tree.kind[i] = target?.kind ?? node.kind;
    tree.flags[i] = target ? (node.flags & FLAG.opaque) | (target.flags & (FLAG.sparse | FLAG.cut)) | FLAG.hardlink : node.flags;
    tree.hardlinkOf[i] = target?.index ?? 0;
    tree.parent[i] = node.parent?.index ?? 0;
    nameAt += names.write(node.name, nameAt, 'latin1');
    tree.nameEnd[i] = nameAt;
    tree.firstChild[i] = nextChild;
    nextChild += node.children?.size ?? 0;
    tree.link[i] = links[i] as number;
    tree.xattrs[i] = target ? (xattrs[target.index] as number) : (xattrs[i] as number);
    tree.offset[i] = entry?.headerOffset ?? -1;
    if (entry === undefined) continue;
    tree.mode[i] = entry.mode;
    tree.uid[i] = entry.uid;
    tree.gid[i] = entry.gid;
    tree.mtime[i] = entry.mtime;
    tree.size[i] = entry.size;
    tree.stored[i] = target ? 0 : entry.storedBytes;
    if (entry.hash) for (let k = 0; k < 4; k++) tree.hash[4 * i + k] = entry.hash.readUInt32LE(4 * k);
  }
  tree.firstChild[order.length] = nextChild;
  let stringAt = 0;
  let stringIndex = 0;
  const stringData = Buffer.from(tree.stringData.buffer, tree.stringData.byteOffset, tree.stringData.length);
  for (const text of strings.keys()) {
    stringAt += stringData.write(text, stringAt, 'latin1');
    tree.stringEnd[stringIndex++] = stringAt;
  }
  return { bytes: buffer, tree };
}

function linkText(node: Node): string {
  const entry = node.entry;
  if (entry === undefined) return '';
  if (entry.type === 'char' || entry.type === 'block') return `${entry.devMajor}:${entry.devMinor}`;
  return entry.linkTarget;
}

/** The first name of the file in this layer, through chains of links; undefined when it is not here or the chain is a circle. */
function hardlinkTarget(root: Node, link: Node): Node | undefined {
  let node: Node = link;
  for (let hops = 0; hops < 64 && node.kind === KIND.hardlink; hops++) {
    const path = cleanPath(node.entry?.linkTarget ?? '');
    let found: Node | undefined = path === undefined || path === '' ? undefined : root;
    for (const part of path?.split('/') ?? []) found = found?.children?.get(part);
    if (found === undefined || found === link || found.kind === KIND.dir || found.kind === KIND.whiteout) return undefined;
    node = found;
  }
  return node.kind === KIND.hardlink ? undefined : node;
}

// Makes a layer's tree file from the entries of its tar stream, in whatever order they come.
// Names are cleaned as an unpacker does it: leading "/" and "./" fall off, "." and empty parts too; ".." is refused, because
// no unpacker would follow it. A symbolic link of this layer on the way to an entry is followed inside the layer, as unpackers do;
// one of a lower layer is not there when a layer is unpacked, so a directory takes its place.
// When one path comes twice in a layer the later entry wins, as it does on disk; hard links made before keep the first one's content.
import type { TarEntry, TarEnd, TarType } from './tar-headers.ts';
import { allocateTreeFile, FLAG, KIND, type Kind, type LayerTree, type TreeFileHeader } from './tree-file.ts';
import { hiding, newNode, pathOf, put, walk, type Node } from './tree-nodes.ts';

export interface TreeFileWriter {
  /** Feed it every entry of the layer's tar, in order. */
  add(entry: TarEntry): void;
  /** The bytes of the tree file, and the tree they hold. Call once, with what the tar reader said at its end. */
  finish(end: TarEnd): { bytes: Buffer; tree: LayerTree };
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
  const links: Node[] = [];
  let refused = 0;
  let lastFolder = '';
  let lastNode = root;

  /** The folder at a clean path, made when it is not there; undefined when links on the way lead nowhere. */
  const folderAt = (path: string): Node | undefined => {
    if (path === '') return root;
    if (path === lastFolder) return lastNode;
    let cut = path.length;
    let known: Node | undefined;
    while (cut > 0 && (known = folders.get(path.slice(0, cut))) === undefined) cut = path.lastIndexOf('/', cut - 1);
    if (cut === path.length) {
      lastFolder = path;
      lastNode = known as Node;
      return known;
    }
    const node = walk(known ?? root, path.slice(Math.max(0, cut)).split('/'), (parent, name) => {
      const there = parent.children?.get(name);
      if (there?.kind === KIND.dir) return there;
      if (there !== undefined) drop(there);
      return put(parent, newNode(name, parent, KIND.dir, FLAG.implied | hiding(there)));
    });
    if (node !== undefined && pathOf(node) === path) folders.set(path, node); // not through a link, which may be replaced later
    return node;
  };

  const lookUp = (path: string): Node | undefined => {
    const cut = path.lastIndexOf('/');
    const folder = cut === -1 ? root : walk(root, path.slice(0, cut).split('/'), (parent, name) => {
      const there = parent.children?.get(name);
      return there?.kind === KIND.dir ? there : undefined;
    });
    return folder?.children?.get(path.slice(cut + 1));
  };

  const shadow = (path: string, entry: TarEntry) => {
    if (entry.storedBytes === 0) return;
    const last = shadowed.at(-1);
    if (shadowed.length >= MAX_SHADOWED && last) last[1] += entry.storedBytes;
    else shadowed.push([path, entry.storedBytes]);
  };

  /** What a later entry of this layer replaces. A file with further names goes on under the next of them. */
  const drop = (node: Node) => {
    for (const child of node.children?.values() ?? []) drop(child);
    if (node.kind === KIND.dir) {
      folders.delete(pathOf(node));
      lastFolder = '';
      lastNode = root;
    } else if (node.linkTo !== undefined) node.linkTo.linked = node.linkTo.linked?.filter((other) => other !== node);
    else {
      const [heir, ...others] = node.linked ?? [];
      if (heir !== undefined) {
        heir.kind = node.kind;
        heir.entry = node.entry;
        heir.flags = (heir.flags & FLAG.opaque) | (node.flags & (FLAG.sparse | FLAG.cut));
        heir.linkTo = undefined;
        heir.linked = others;
        for (const other of others) other.linkTo = heir;
      } else if (node.entry) shadow(pathOf(node), node.entry);
    }
  };

  /** @returns false when the link is another name of what is at its place already */
  const linkNode = (node: Node, entry: TarEntry, place: Node | undefined): boolean => {
    const target = lookUp(cleanPath(entry.linkTarget) ?? '');
    const first = target?.linkTo ?? target;
    if (first === undefined || first === node || first.kind === KIND.dir || first.kind === KIND.whiteout || first.kind === KIND.hardlink) return true;
    if (place !== undefined && (place.linkTo ?? place) === first) return false;
    node.linkTo = first;
    (first.linked ??= []).push(node);
    return true;
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
      if (parent === undefined) { refused++; return; }
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
      const node = newNode(name, parent, kind, flags);
      if (kind === KIND.hardlink) {
        if (cleanPath(entry.linkTarget) === path || !linkNode(node, entry, there)) return;
        links.push(node);
      }
      node.entry = entry;
      node.flags |= hiding(there);
      if (there !== undefined) drop(there);
      put(parent, node);
    },
    finish(end) {
      const isOpen = (link: Node) => link.kind === KIND.hardlink && link.linkTo === undefined;
      for (let open = links.filter(isOpen), before = Infinity; open.length > 0 && open.length < before; open = open.filter(isOpen)) { // to names that came later
        before = open.length;
        for (const link of open) linkNode(link, link.entry as TarEntry, undefined);
      }
      return finish(root, { shadowed, refused, end });
    },
  };
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
  const links = order.map((node) => intern(linkText(node.linkTo !== undefined && node.linkTo.kind !== KIND.file ? node.linkTo : node)));
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
    const target = node.linkTo;
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
    if (entry.hash) for (let k = 0; k < 4; k++) tree.hash[4 * i + k] = wordAt(entry.hash, 8 * k);
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

/** Eight hexadecimal digits as the number that readUInt32LE makes of their bytes. */
function wordAt(hex: string, at: number): number {
  let word = 0;
  for (let i = 6; i >= 0; i -= 2) word = (word << 8) | (digit(hex.charCodeAt(at + i)) << 4) | digit(hex.charCodeAt(at + i + 1));
  return word;
}

const digit = (code: number) => (code <= 57 ? code - 48 : code - 87);

function linkText(node: Node): string {
  const entry = node.entry;
  if (entry === undefined) return '';
  if (entry.type === 'char' || entry.type === 'block') return `${entry.devMajor}:${entry.devMinor}`;
  return entry.linkTarget;
}

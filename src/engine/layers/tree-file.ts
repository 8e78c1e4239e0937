// One layer's tree on disk: columns of numbers, so that half a million entries open with one read and no parsing.
//
// Format (little endian, this machine's own cache, never exchanged): 8 bytes magic "GNTRTRE1", u32 length of a JSON header,
// u32 zero, the JSON, padding to 8; then the columns in the order of COLUMNS, each padded to 8; then the bytes of all names,
// then the bytes of the string table. Nodes stand in breadth-first order: node 0 is the root, the children of a node are
// contiguous and sorted by the bytes of their names, so `firstChild[n] .. firstChild[n + 1]` are the children of n.
// A whiteout `.wh.NAME` is a node NAME of kind whiteout; `.wh..wh..opq` sets FLAG.opaque on its directory. A whiteout beside
// a real entry of the same name in one layer leaves the real entry, flagged opaque (image-spec layer.md: whiteouts only apply
// to lower layers). Directories that no header named are there too, flagged implied.
import { System } from '../wire/errors.ts';

export const KIND = { dir: 0, file: 1, symlink: 2, char: 3, block: 4, fifo: 5, whiteout: 6, hardlink: 7 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** hardlink: shares the content of `hardlinkOf`; a KIND.hardlink node is one whose target this layer does not hold. */
export const FLAG = { implied: 1, opaque: 2, sparse: 4, cut: 8, hardlink: 16 } as const;

export interface TreeFileHeader {
  nodes: number;
  nameBytes: number;
  stringBytes: number;
  strings: number;
  /** sum of `stored`: content bytes of this layer, hard links once */
  storedBytes: number;
  /** length of the tar stream, up to its end mark */
  tarBytes: number;
  /** entries that a later entry of the same layer replaced: [byte string path, stored bytes] */
  shadowed: [string, number][];
  /** entries left out because no unpacker would make them: ".." or NUL in the path, or a path beyond all limits */
  refused: number;
  /** why the tar could not be read to its end */
  problem?: string;
}

/** A layer's tree in memory: views into one buffer. Index every column by node. */
export interface LayerTree extends TreeFileHeader {
  kind: Uint8Array;
  flags: Uint8Array;
  mode: Uint16Array;
  parent: Uint32Array;
  /** end of the name in `names`; it begins where the node before ended */
  nameEnd: Uint32Array;
  /** nodes + 1 values */
  firstChild: Uint32Array;
  uid: Uint32Array;
  gid: Uint32Array;
  /** index in the string table plus 1, or 0: link target, or "major:minor" of devices */
  link: Uint32Array;
  /** index in the string table plus 1, or 0: "name=value" joined by NUL */
  xattrs: Uint32Array;
  /** node of the first name of a hard-linked file in this layer, or 0 */
  hardlinkOf: Uint32Array;
  stringEnd: Uint32Array;
  mtime: Float64Array;
  size: Float64Array;
  /** content bytes in the archive: 0 for further names of one file, less than size for sparse files */
  stored: Float64Array;
  /** of the entry's header in the tar stream; -1 when there is none */
  offset: Float64Array;
  /** first 16 bytes of the content's SHA-256, four u32 a node; all zero when not known */
  hash: Uint32Array;
  names: Uint8Array;
  stringData: Uint8Array;
}

type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array;
type ColumnName = { [K in keyof LayerTree]-?: LayerTree[K] extends Column ? K : never }[keyof LayerTree];
type ColumnType = { new (buffer: ArrayBufferLike, offset: number, length: number): Column; BYTES_PER_ELEMENT: number };

const MAGIC = 'GNTRTRE1';

/** Name, element type, number of elements. */
export const COLUMNS: readonly [ColumnName, ColumnType, (header: TreeFileHeader) => number][] = [
  ['mtime', Float64Array, (header) => header.nodes],
  ['size', Float64Array, (header) => header.nodes],
  ['stored', Float64Array, (header) => header.nodes],
  ['offset', Float64Array, (header) => header.nodes],
  ['hash', Uint32Array, (header) => 4 * header.nodes],
  ['parent', Uint32Array, (header) => header.nodes],
  ['nameEnd', Uint32Array, (header) => header.nodes],
  ['firstChild', Uint32Array, (header) => header.nodes + 1],
  ['uid', Uint32Array, (header) => header.nodes],
  ['gid', Uint32Array, (header) => header.nodes],
  ['link', Uint32Array, (header) => header.nodes],
  ['xattrs', Uint32Array, (header) => header.nodes],
  ['hardlinkOf', Uint32Array, (header) => header.nodes],
  ['stringEnd', Uint32Array, (header) => header.strings],
  ['mode', Uint16Array, (header) => header.nodes],
  ['kind', Uint8Array, (header) => header.nodes],
  ['flags', Uint8Array, (header) => header.nodes],
  ['names', Uint8Array, (header) => header.nameBytes],
  ['stringData', Uint8Array, (header) => header.stringBytes],
];

const padded = (bytes: number) => Math.ceil(bytes / 8) * 8;

/** An empty tree of the given size and the buffer that is its file: fill the columns, then write the buffer. */
export function allocateTreeFile(header: TreeFileHeader): { tree: LayerTree; buffer: Buffer } {
  const json = Buffer.from(JSON.stringify(header));
  const start = padded(16 + json.length);
  const total = COLUMNS.reduce((sum, [, type, count]) => sum + padded(type.BYTES_PER_ELEMENT * count(header)), start);
  const buffer = Buffer.from(new ArrayBuffer(total)); // an ArrayBuffer of its own: columns need 8-byte alignment
  buffer.write(MAGIC, 'latin1');
  buffer.writeUInt32LE(json.length, 8);
  json.copy(buffer, 16);
  return { tree: viewOf(buffer, header, start), buffer };
}

/**
 * Opens the bytes of a tree file; the tree points into them.
 * @throws System when they are not a whole tree file of this version
 */
export function openTreeFile(bytes: Uint8Array): LayerTree {
  const buffer = bytes.byteOffset % 8 === 0 ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) : Buffer.from(Uint8Array.from(bytes).buffer);
  const damaged = (cause?: unknown) => new System('damaged tree file', cause === undefined ? undefined : { cause });
  if (buffer.length < 16 || buffer.toString('latin1', 0, 8) !== MAGIC) throw damaged();
  const jsonBytes = buffer.readUInt32LE(8);
  let header: TreeFileHeader;
  try {
    header = JSON.parse(buffer.toString('utf8', 16, 16 + jsonBytes)) as TreeFileHeader;
  } catch (error) {
    throw damaged(error);
  }
  const start = padded(16 + jsonBytes);
  const total = COLUMNS.reduce((sum, [, type, count]) => sum + padded(type.BYTES_PER_ELEMENT * count(header)), start);
  if (total !== buffer.length) throw damaged();
  const tree = viewOf(buffer, header, start);
  let last = 0;
  for (let node = 0; node < tree.nodes; node++) { // children come after their parent: nothing that walks the tree can loop
    const first = tree.firstChild[node] as number;
    if (first <= node || first < last) throw damaged();
    last = first;
  }
  if (tree.firstChild[tree.nodes] !== tree.nodes) throw damaged();
  return tree;
}

function viewOf(buffer: Buffer, header: TreeFileHeader, start: number): LayerTree {
  const columns: Record<string, Column> = {};
  let at = buffer.byteOffset + start;
  for (const [name, type, count] of COLUMNS) {
    columns[name] = new type(buffer.buffer, at, count(header));
    at += padded(type.BYTES_PER_ELEMENT * count(header));
  }
  return { ...header, ...columns } as LayerTree;
}

/** The node's name as a byte string. */
export function nameOf(tree: LayerTree, node: number): string {
  const begin = node === 0 ? 0 : (tree.nameEnd[node - 1] as number);
  return latin1(tree.names, begin, tree.nameEnd[node] as number);
}

/** The node's path without leading "/", as a byte string; '' for the root. */
export function layerPath(tree: LayerTree, node: number): string {
  const parts: string[] = [];
  for (let at = node; at !== 0; at = tree.parent[at] as number) parts.push(nameOf(tree, at));
  return parts.reverse().join('/');
}

/** A string of the table by its index plus 1, as `link` and `xattrs` hold it; '' for 0. */
export function stringOf(tree: LayerTree, indexPlusOne: number): string {
  if (indexPlusOne === 0) return '';
  const begin = indexPlusOne === 1 ? 0 : (tree.stringEnd[indexPlusOne - 2] as number);
  return latin1(tree.stringData, begin, tree.stringEnd[indexPlusOne - 1] as number);
}

function latin1(bytes: Uint8Array, begin: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + begin, end - begin).toString('latin1');
}

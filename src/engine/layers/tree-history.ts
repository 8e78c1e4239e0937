// The history of one path: which layer wrote, changed or removed it, and what each copy costs.
import { showText } from './report-text.ts';
import { FLAG, KIND, layerPath, stringOf, type LayerTree } from './tree-file.ts';
import { MARK_NAMES, type ImageTree, type MarkName } from './tree.ts';

export interface PathState {
  kind: number;
  /** as a reader sees it */
  size: number;
  /** what the layer stores for it; 0 for further hard links */
  storedBytes: number;
  mode: number;
  uid: number;
  gid: number;
  /** seconds since the epoch */
  mtime: number;
  /** target of a link; "major:minor" of a device */
  link: string;
  /** first name of the same file in its layer, when this is a further one */
  hardlinkOf: string | undefined;
  xattrs: { name: string; value: string }[];
  isImplied: boolean;
  isSparse: boolean;
  /** content was cut short by a damaged archive */
  isCut: boolean;
  /** first 16 bytes of the content's SHA-256, hexadecimal; '' when there is none */
  hash: string;
}

export interface PathEvent { layer: number; mark: MarkName; node: number; state: PathState | undefined }

/** All events of a union node, lowest layer first. `node` is the one of the layer's tree, -1 when removed. */
export function historyOf(tree: ImageTree, unionNode: number): PathEvent[] {
  const events: PathEvent[] = [];
  for (let event = tree.eventBegin[unionNode] as number; event < (tree.eventBegin[unionNode + 1] as number); event++) {
    const layer = tree.eventLayer[event] as number;
    const mark = MARK_NAMES[tree.eventMark[event] as number] as MarkName;
    const node = mark === 'removed' ? -1 : (tree.eventNode[event] as number) - 1;
    events.push({ layer, mark, node, state: node === -1 ? undefined : stateOf(tree.layers[layer] as LayerTree, node) });
  }
  return events;
}

export function stateOf(layer: LayerTree, node: number): PathState {
  const flags = layer.flags[node] as number;
  const first = layer.hardlinkOf[node] as number;
  const hash = Buffer.alloc(16);
  for (let i = 0; i < 4; i++) hash.writeUInt32LE(layer.hash[4 * node + i] as number, 4 * i);
  return {
    kind: layer.kind[node] as number,
    size: layer.size[node] as number,
    storedBytes: layer.stored[node] as number,
    mode: layer.mode[node] as number,
    uid: layer.uid[node] as number,
    gid: layer.gid[node] as number,
    mtime: layer.mtime[node] as number,
    link: flags & FLAG.hardlink ? '' : showText(stringOf(layer, layer.link[node] as number)),
    hardlinkOf: flags & FLAG.hardlink ? `/${showText(layerPath(layer, first))}` : undefined,
    xattrs: xattrsOf(stringOf(layer, layer.xattrs[node] as number)),
    isImplied: (flags & FLAG.implied) !== 0,
    isSparse: (flags & FLAG.sparse) !== 0,
    isCut: (flags & FLAG.cut) !== 0,
    hash: layer.kind[node] === KIND.file && hash.some((byte) => byte !== 0) ? hash.toString('hex') : '',
  };
}

function xattrsOf(text: string): PathState['xattrs'] {
  if (text === '') return [];
  return splitXattrs(text).map((record) => {
    const equals = record.indexOf('=');
    const value = record.slice(equals + 1);
    // values are bytes; those that are no plain text are shown in hex
    return { name: showText(record.slice(0, equals)), value: /^[\x20-\x7e]*$/.test(value) ? value : `0x${Buffer.from(value, 'latin1').toString('hex')}` };
  });
}

/** Values may hold NULs themselves: a record begins where a name in one of the kernel's namespaces does (xattr(7)). */
function splitXattrs(text: string): string[] {
  return text.split(/\0(?=(?:user|trusted|security|system)\.[^\0=]*=)/);
}

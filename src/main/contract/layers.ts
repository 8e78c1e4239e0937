// The layer explorer as the renderer may ask for it. An image is opened once and gets a session; every question names the session.
// Nodes are numbers of the session's tree of all paths; paths and names are text already (bytes that are no UTF-8 became U+FFFD).
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';

export type MarkName = 'through' | 'unchanged' | 'added' | 'removed' | 'content' | 'metadata' | 'type' | 'link';
/** Row.mark is an index of this list. */
export const MARKS: readonly MarkName[] = ['through', 'unchanged', 'added', 'removed', 'content', 'metadata', 'type', 'link'];
/** Row.kind is an index of this list. */
export const KINDS = ['dir', 'file', 'symlink', 'char', 'block', 'fifo', 'whiteout', 'hardlink'] as const;
export type WasteCause = 'overwritten' | 'deletedLater' | 'metadataOnly';

export interface FileCounts { added: number; content: number; metadata: number; type: number; link: number; removed: number }

export interface ReportLayer {
  index: number;
  digest: string;
  diffId: string;
  instruction: string;
  sizeBytes: number;
  compressedBytes: number;
  files: FileCounts;
  reclaimableBytes: number;
  created?: string;
  base?: string;
  sharedWith?: string[];
  error?: string;
  /** still in the registry alone: its files are not known, `compressedBytes` is what reading it transfers */
  isAbsent?: boolean;
}

export interface AdviceItem {
  kind: 'secret' | 'chown' | 'chmod' | 'merge' | 'rewrite' | 'package-cache' | 'build-tools' | 'dockerignore' | 'duplicates';
  severity: 'critical' | 'high' | 'medium' | 'low';
  title: string;
  why: string;
  savedBytes: number;
  layers: number[];
  paths: string[];
  pathCount: number;
  diff: string[];
}

export interface Totals {
  storedBytes: number;
  visibleBytes: number;
  reclaimableBytes: number;
  overwrittenBytes: number;
  deletedLaterBytes: number;
  metadataOnlyBytes: number;
  duplicateContentBytes: number;
  compressedBytes: number;
  efficiency: number;
  userWastedFraction: number;
}

/** The report without its long lists, which are asked for by page. */
export interface ExplorerImage {
  image: string;
  imageId: string;
  platform: string;
  layers: ReportLayer[];
  totals: Totals;
  advice: AdviceItem[];
  duplicates: { bytes: number; paths: string[] }[];
  history: { instruction: string; layer?: number; created?: string; comment?: string }[];
  wasteCount: number;
  /** milliseconds from the question to this answer */
  openedMs: number;
  fromCache: boolean;
  /** images of the same archive or name, when there are several: other platforms, other tags */
  choices?: ImageChoice[];
  /** an image that is not pulled: where it is */
  remote?: { host: string; reference: string };
  /** what is compared, when this is a comparison: layer 0 is `before`, layer 1 is `after` */
  comparison?: { before: string; after: string; config: ConfigChange[]; layers: { before: ReportLayer[]; after: ReportLayer[] } };
}

/** @property id of the image's configuration; of a registry's image: its platform */
export interface ImageChoice { id: string; names: string[]; platform: string; isChosen: boolean }

export interface ConfigChange { key: string; before: string | undefined; after: string | undefined }

export type OpenStep =
  /** an address to send the archive's bytes to */
  | { type: 'upload'; url: string }
  /** nothing was read yet: so many bytes would cross the network; ask again with `confirmed` */
  | { type: 'ask'; bytes: number }
  /** totalBytes 0: not known */
  | { type: 'progress'; bytes: number; totalBytes: number }
  | { type: 'ready'; session: string; image: ExplorerImage };

export interface Row {
  id: number;
  depth: number;
  name: string;
  kind: number;
  mark: number;
  bytes: number;
  removedBytes: number;
  parentBytes: number;
  files: number;
  counts: number[];
  isOpen: boolean;
  hasChildren: boolean;
  isHardlink: boolean;
  link: string;
}

export interface PathState {
  kind: number;
  size: number;
  storedBytes: number;
  mode: number;
  uid: number;
  gid: number;
  /** seconds since the epoch */
  mtime: number;
  link: string;
  hardlinkOf: string | undefined;
  xattrs: { name: string; value: string }[];
  isImplied: boolean;
  isSparse: boolean;
  isCut: boolean;
  hash: string;
}

export interface PathEvent { layer: number; mark: MarkName; node: number; state: PathState | undefined }

export type TextLanguage = 'json' | 'yaml' | 'shell' | 'javascript' | 'python' | 'c' | 'xml' | 'css' | 'toml' | 'properties' | 'dockerfile' | 'plain';

export type Preview =
  | { type: 'text'; text: string; language: TextLanguage; isCut: boolean; sizeBytes: number }
  | { type: 'image'; dataUrl: string; sizeBytes: number }
  | { type: 'elf'; facts: { name: string; value: string }[]; hex: HexLine[]; sizeBytes: number }
  | { type: 'hex'; hex: HexLine[]; isCut: boolean; sizeBytes: number }
  | { type: 'none'; reason: 'empty' | 'not-a-file' | 'no-content' };

export interface HexLine { offset: number; hex: string; text: string }

export interface DiffLine { sign: ' ' | '+' | '-'; text: string; before: number | undefined; after: number | undefined }
export interface FileDiff { type: 'text' | 'binary' | 'same'; lines: DiffLine[]; isCut: boolean; beforeBytes: number; afterBytes: number }

export interface SizeNode { id: number; name: string; bytes: number; mark: number; layer: number; isDirectory: boolean; children: SizeNode[] }

export interface WasteItem { path: string; node: number; layer: number; hiddenBy: number; cause: WasteCause; bytes: number }

export type SearchStep = { type: 'progress'; bytes: number; totalBytes: number } | { type: 'match'; layer: number; node: number; path: string; line: string; lineNumber: number };

const ref = z.object({ session: z.string() });
const scope = z.enum(['layer', 'all']);
const filter = z.object({
  pattern: z.string().max(2000).optional(),
  mode: z.enum(['text', 'glob', 'regex']).optional(),
  marks: z.array(z.number().int()).optional(),
  kinds: z.array(z.number().int()).optional(),
  minBytes: z.number().optional(),
});
const listQuery = ref.extend({
  layer: z.number().int(), scope, filter, sort: z.enum(['size', 'name', 'mark', 'files']),
  toggled: z.array(z.number().int()), isAllOpen: z.boolean(),
});
export const rowsQuery = listQuery.extend({ from: z.number().int(), count: z.number().int().max(1000) });
const placeQuery = listQuery.extend({ node: z.number().int() });
export type RowsQuery = z.infer<typeof rowsQuery>;
export type PlaceQuery = z.infer<typeof placeQuery>;
export type Scope = z.infer<typeof scope>;
export type RowFilter = z.infer<typeof filter>;

export const layersContract = {
  /** Opens an image of a host; `fresh` ignores what is cached. */
  open: oc.input(z.object({ host: z.string(), image: z.string().min(1), platform: z.string().optional(), fresh: z.boolean().optional(), confirmed: z.boolean().optional() })).output(eventIterator(type<OpenStep>())),
  /** Opens an archive that the renderer sends; the first step gives the address. */
  openArchive: oc.input(z.object({ fileName: z.string(), sizeBytes: z.number() })).output(eventIterator(type<OpenStep>())),
  /** The files of a container as they are now, as one layer: to compare with an image. */
  openContainer: oc.input(z.object({ host: z.string(), id: z.string().min(1), name: z.string() })).output(eventIterator(type<OpenStep>())),
  /**
   * An image in a registry, asked for by a host's engine. Layers that the engine has, and those read before, cost nothing; of the others
   * only `layers` are transferred, the rest is known by name and size.
   */
  openRemote: oc.input(z.object({ host: z.string(), reference: z.string().min(1), platform: z.string().optional(), layers: z.union([z.literal('all'), z.array(z.number().int())]) })).output(eventIterator(type<OpenStep>())),
  /** Another image of the same archive. */
  choose: oc.input(ref.extend({ id: z.string() })).output(type<{ session: string; image: ExplorerImage }>()),
  /** A session that shows what `after` changed. */
  compare: oc.input(z.object({ before: z.string(), after: z.string(), ignoreTimes: z.boolean() })).output(type<{ session: string; image: ExplorerImage }>()),
  image: oc.input(ref).output(type<ExplorerImage>()),
  close: oc.input(ref).output(type<void>()),
  rows: oc.input(rowsQuery).output(type<{ rows: Row[]; length: number; matchCount: number }>()),
  /** Where a node stands among the rows of a list; -1 when it is not there. */
  place: oc.input(placeQuery).output(type<number>()),
  details: oc.input(ref.extend({ node: z.number().int() })).output(type<{ path: string; events: PathEvent[] }>()),
  /** Node and the directories above it, or null; to show a path in the tree. */
  find: oc.input(ref.extend({ path: z.string() })).output(type<{ node: number; above: number[] } | null>()),
  preview: oc.input(ref.extend({ layer: z.number().int(), node: z.number().int() })).output(type<Preview>()),
  diff: oc.input(ref.extend({ node: z.number().int(), before: z.number().int(), after: z.number().int() })).output(type<FileDiff>()),
  sizes: oc.input(ref.extend({ layer: z.number().int(), scope, node: z.number().int() })).output(type<SizeNode>()),
  waste: oc.input(ref.extend({ cause: z.enum(['overwritten', 'deletedLater', 'metadataOnly']).optional(), pattern: z.string().optional(), from: z.number().int(), count: z.number().int().max(1000) })).output(type<{ items: WasteItem[]; length: number; bytes: number }>()),
  search: oc.input(ref.extend({ text: z.string().min(1).max(500), layer: z.number().int(), scope })).output(eventIterator(type<SearchStep>())),
  /** An address that answers one GET with the file, or a tar of the folder, as the layer holds it; scope `all`: as it is seen there. */
  save: oc.input(ref.extend({ layer: z.number().int(), node: z.number().int(), scope: scope.default('layer') })).output(type<{ url: string; fileName: string }>()),
  export: oc.input(ref.extend({ format: z.enum(['json', 'html']) })).output(type<{ url: string; fileName: string }>()),
};

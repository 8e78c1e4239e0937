// Reads the headers of a tar stream as it flows by: ustar, GNU, pax, every sparse form; contents are hashed, not kept.
// Pushed, not pulled: whoever moves a layer's bytes (an unpacker, a save stream) calls `write` with each chunk and loses no
// time waiting, and one chunk holds hundreds of small files. A stream that ends early or turns to garbage is reported in
// `end().problem`; the entries before it stand. Formats: see tar-fields.ts.
import { createContent, type Content, type ContentSink } from './tar-content.ts';
import {
  BLOCK_BYTES, isChecksumRight, parseSparseMap, readNumber, readPaxRecords, readSparseFields, readSparseList, readString, readXattrPairs,
  type PaxRecords, type SparsePiece,
} from './tar-fields.ts';

export type TarType = 'file' | 'hardlink' | 'symlink' | 'char' | 'block' | 'dir' | 'fifo';

export interface TarEntry {
  /** byte string as the archive has it, not cleaned; see tar-fields.ts */
  path: string;
  type: TarType;
  /** content length as a reader of the file sees it, holes included */
  size: number;
  /** content bytes that are really in the archive */
  storedBytes: number;
  mode: number;
  uid: number;
  gid: number;
  /** seconds since the epoch, with a fraction when pax has one */
  mtime: number;
  /** byte string; '' unless a link */
  linkTarget: string;
  /** "name=value" byte strings joined by NUL */
  xattrs: string;
  /** the same apart, for who sets them: values may hold NUL (security.capability does) */
  xattrPairs?: [name: string, value: string][];
  devMajor: number;
  devMinor: number;
  /** where this entry's first header (pax headers included) begins in the tar stream */
  headerOffset: number;
  /** where its stored content begins; -1 for entries without content */
  contentOffset: number;
  /** SHA-256 of a regular file's content, hexadecimal (a string costs a third of a Buffer); undefined for others, without hashing, and when the content is cut short */
  hash?: string;
}

export interface TarReaderOptions {
  /** called once the entry's content has passed */
  onEntry: (entry: TarEntry) => void;
  /** called before the content of a regular file; the sink returned gets it */
  onContent?: (entry: TarEntry) => ContentSink | undefined;
  /** SHA-256 of contents; default true */
  hash?: boolean;
}

export interface TarEnd {
  entries: number;
  /** bytes seen up to the end mark */
  bytes: number;
  /** why reading stopped before a proper end; undefined when all is well */
  problem?: string;
}

export interface TarReader {
  write(chunk: Buffer): void;
  /** Call when the stream is over; says what was found. Calling it again gives the same answer. */
  end(): TarEnd;
  /** True once the end mark was seen or the data made no sense: further chunks are ignored. */
  readonly isDone: boolean;
}

const MAX_META_BYTES = 16 * 1024 * 1024; // a pax header holds paths and xattrs (64 KiB each at most on Linux)
const TYPES: Record<string, TarType> = { '1': 'hardlink', '2': 'symlink', '3': 'char', '4': 'block', '5': 'dir', '6': 'fifo', D: 'dir' };

export function createTarReader(options: TarReaderOptions): TarReader {
  const hashing = options.hash !== false;
  let stage: 'header' | 'meta' | 'sparse' | 'map' | 'body' | 'padding' | 'done' = 'header';
  let offset = 0; // of the next byte in the tar stream
  let part = Buffer.alloc(0); // an unfinished block or meta body
  let need = BLOCK_BYTES; // bytes wanted in `part`
  let entries = 0;
  let zeroBlocks = 0;
  let problem: string | undefined;
  let metaType = '';
  let startOffset = -1;
  let global: PaxRecords = new Map();
  let local: PaxRecords | undefined;
  let longName: string | undefined;
  let longLink: string | undefined;
  let entry: TarEntry | undefined;
  let bodyLeft = 0; // content bytes still to come, padding not counted
  let padding = 0;
  let pieces: SparsePiece[] | undefined;
  let mapText = '';
  let content: Content | undefined;

  const stop = (reason: string) => { problem = reason; stage = 'done'; };

  /** Takes up to `need` bytes; gives the whole when they are there, without copying when one chunk holds them all. */
  const gather = (chunk: Buffer, at: number): { block: Buffer | undefined; used: number } => {
    if (part.length === 0 && chunk.length - at >= need) return { block: chunk.subarray(at, at + need), used: need };
    const used = Math.min(need - part.length, chunk.length - at);
    part = Buffer.concat([part, chunk.subarray(at, at + used)]);
    if (part.length < need) return { block: undefined, used };
    const block = part;
    part = Buffer.alloc(0);
    return { block, used };
  };

  const onHeader = (block: Buffer, blockOffset: number) => {
    if (block[0] === 0 && block[148] === 0 && block.every((byte) => byte === 0)) {
      if (++zeroBlocks === 2) stage = 'done';
      return;
    }
    zeroBlocks = 0;
    if (!isChecksumRight(block)) { stop(`not a tar header at byte ${blockOffset}`); return; }
    if (startOffset === -1) startOffset = blockOffset;
    const flag = String.fromCharCode(block[156] as number);
    const size = readNumber(block, 124, 12);
    if (flag === 'x' || flag === 'X' || flag === 'g' || flag === 'L' || flag === 'K') {
      if (size > MAX_META_BYTES || size < 0) { stop(`extended header of ${size} bytes at byte ${blockOffset}`); return; }
      metaType = flag;
      if (size === 0) { onMeta(Buffer.alloc(0)); return; }
      stage = 'meta';
      need = Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
      bodyLeft = size;
      return;
    }
    startEntry(block, flag);
  };

  const onMeta = (body: Buffer) => {
    if (metaType === 'g') global = new Map([...global, ...readPaxRecords(body)]);
    else if (metaType === 'L') longName = readString(body, 0, body.length);
    else if (metaType === 'K') longLink = readString(body, 0, body.length);
    else local = readPaxRecords(body);
    if (metaType === 'g') startOffset = -1; // belongs to no entry
  };

  const startEntry = (block: Buffer, flag: string) => {
    const records = local === undefined ? global : global.size === 0 ? local : new Map([...global, ...local]);
    const { entry: made, stored } = readEntry(block, flag, records, longName, longLink, startOffset);
    local = undefined; longName = undefined; longLink = undefined; startOffset = -1;
    if (stored < 0 || !Number.isFinite(stored)) { stop(`entry ${made.path} claims ${stored} bytes`); return; }
    entry = made;
    bodyLeft = stored;
    padding = (BLOCK_BYTES - (stored % BLOCK_BYTES)) % BLOCK_BYTES;
    pieces = undefined;
    const sparseMap = records.get('GNU.sparse.map');
    if (flag === 'S') {
      pieces = [];
      readSparseFields(block, 386, 4, pieces);
      if (block[482] === 1) { stage = 'sparse'; need = BLOCK_BYTES; return; }
    } else if (records.get('GNU.sparse.major') === '1') {
      mapText = ''; pieces = [];
      stage = 'map'; need = BLOCK_BYTES;
      return;
    } else if (sparseMap !== undefined) pieces = readSparseList(sparseMap);
    startBody();
  };

  const startBody = () => {
    const made = entry as TarEntry;
    if (made.type === 'file') {
      made.storedBytes = bodyLeft;
      made.contentOffset = offset;
      content = createContent(made.size, pieces, hashing, options.onContent?.(made));
    }
    if (bodyLeft === 0) finishEntry();
    else stage = 'body';
  };

  const finishEntry = () => {
    const made = entry as TarEntry;
    const digest = content?.end();
    if (digest) made.hash = digest;
    content = undefined; entry = undefined;
    entries++;
    options.onEntry(made);
    stage = padding > 0 ? 'padding' : 'header';
    need = BLOCK_BYTES;
  };

  const write = (chunk: Buffer) => {
    let at = 0;
    while (at < chunk.length && stage !== 'done') {
      if (stage === 'body') {
        const used = Math.min(bodyLeft, chunk.length - at);
        content?.write(chunk.subarray(at, at + used), used === bodyLeft);
        at += used; offset += used; bodyLeft -= used;
        if (bodyLeft === 0) finishEntry();
        continue;
      }
      if (stage === 'padding') {
        const used = Math.min(padding, chunk.length - at);
        at += used; offset += used; padding -= used;
        if (padding === 0) stage = 'header';
        continue;
      }
      const { block, used } = gather(chunk, at);
      at += used; offset += used;
      if (block === undefined) break;
      if (stage === 'header') onHeader(block, offset - BLOCK_BYTES);
      else if (stage === 'meta') {
        stage = 'header'; need = BLOCK_BYTES;
        onMeta(block.subarray(0, bodyLeft));
      } else if (stage === 'sparse') {
        readSparseFields(block, 0, 21, pieces as SparsePiece[]);
        if (block[504] !== 1) startBody();
      } else {
        bodyLeft -= BLOCK_BYTES;
        mapText += block.toString('latin1');
        const parsed = parseSparseMap(mapText);
        if (parsed === 'damaged' || mapText.length > MAX_META_BYTES || bodyLeft < 0) stop(`damaged sparse map of ${entry?.path ?? ''}`);
        else if (parsed !== 'more') { pieces = parsed; startBody(); }
      }
    }
  };

  const end = (): TarEnd => {
    if (stage !== 'done') {
      if (entry !== undefined) { // what came of a cut file is shown, without a hash
        problem = `archive ends inside ${JSON.stringify(entry.path)}: ${bodyLeft} bytes of its content are missing`;
        options.onEntry(entry); entries++;
        entry = undefined;
      } else if (stage === 'padding') { // every byte of content is there: the docker CLI ends the tar of `build -f -` like that, and Go reads it
      } else if (part.length > 0 || stage !== 'header' || startOffset !== -1) problem = `archive ends inside a header at byte ${offset}`;
      stage = 'done';
    }
    return { entries, bytes: offset, ...(problem === undefined ? {} : { problem }) };
  };

  return { write, end, get isDone() { return stage === 'done'; } };
}

function readEntry(
  block: Buffer, flag: string, records: PaxRecords,
  longName: string | undefined, longLink: string | undefined, headerOffset: number,
): { entry: TarEntry; stored: number } {
  const number = (key: string, at: number, length: number) => {
    const value = records.size === 0 ? undefined : records.get(key);
    return value === undefined ? readNumber(block, at, length) : Number(value);
  };
  let path = records.get('GNU.sparse.name') ?? records.get('path') ?? longName;
  if (path === undefined) {
    path = readString(block, 0, 100);
    // "ustar\0" has a prefix; GNU's "ustar  " keeps times and sparse fields there
    if (block[345] !== 0 && block[257] === 0x75 && block[262] === 0) path = `${readString(block, 345, 155)}/${path}`;
  }
  let type = TYPES[flag] ?? 'file';
  if (type === 'file' && path.endsWith('/') && (flag === '\0' || flag === '0')) type = 'dir'; // V7 had no type for directories
  const stored = type === 'file' || flag === 'D' ? number('size', 124, 12) : 0; // links carry no data whatever their size field says (as Go's reader does)
  const realSize = records.get('GNU.sparse.realsize') ?? records.get('GNU.sparse.size');
  const xattrs = readXattrPairs(records);
  const entry: TarEntry = {
    path,
    type,
    size: type !== 'file' ? 0 : flag === 'S' ? readNumber(block, 483, 12) : realSize === undefined ? stored : Number(realSize),
    storedBytes: 0,
    mode: readNumber(block, 100, 8) & 0o7777,
    uid: number('uid', 108, 8),
    gid: number('gid', 116, 8),
    mtime: number('mtime', 136, 12),
    linkTarget: type === 'symlink' || type === 'hardlink' ? (records.get('linkpath') ?? longLink ?? readString(block, 157, 100)) : '',
    xattrs: xattrs.map(([name, value]) => `${name}=${value}`).join('\0'),
    ...(xattrs.length > 0 && { xattrPairs: xattrs }),
    devMajor: type === 'char' || type === 'block' ? readNumber(block, 329, 8) : 0,
    devMinor: type === 'char' || type === 'block' ? readNumber(block, 337, 8) : 0,
    headerOffset,
    contentOffset: -1,
  };
  return { entry, stored };
}

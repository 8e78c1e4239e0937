// The fields of tar headers: numbers, strings and pax records, read from bytes.
// Names stay bytes: a "byte string" is a JS string with one char (0-255) per byte (latin1), so that names which are
// not UTF-8 survive, compare in byte order, and cost one byte each in V8. Sources: POSIX.1-2024 pax, "ustar Interchange
// Format" and "pax Extended Header"; GNU tar manual, "Basic Tar Format" and "Storing Sparse Files".

export const BLOCK_BYTES = 512;

/** A piece of a sparse file that holds data; between the pieces are holes (zeros). */
export interface SparsePiece { offset: number; bytes: number }

/** What pax records (and GNU long name entries) say about the next entry. Global records persist, local ones win. */
export type PaxRecords = Map<string, string>;

/** Octal, or base-256 when the top bit of the first byte is set (GNU, for sizes over 8 GiB and negative times). */
export function readNumber(block: Buffer, at: number, length: number): number {
  const first = block[at] as number;
  if (first & 0x80) return readBase256(block, at, length);
  let value = 0;
  for (let i = at; i < at + length; i++) {
    const byte = block[i] as number;
    if (byte >= 0x30 && byte <= 0x37) value = value * 8 + (byte - 0x30);
    else if (byte === 0x20 && value === 0) continue;
    else break;
  }
  return value;
}

function readBase256(block: Buffer, at: number, length: number): number {
  const first = block[at] as number;
  const negative = (first & 0x40) !== 0;
  let value = negative ? (first | 0x80) - 256 : first & 0x7f;
  for (let i = at + 1; i < at + length; i++) value = value * 256 + (block[i] as number);
  return value;
}

/** Bytes up to the first NUL or the end of the field, as a byte string. */
export function readString(block: Buffer, at: number, length: number): string {
  const nul = block.indexOf(0, at);
  return block.toString('latin1', at, nul === -1 || nul > at + length ? at + length : nul);
}

/** True when the header's checksum field matches the sum of its bytes (the field itself counted as spaces), signed or unsigned. */
export function isChecksumRight(block: Buffer): boolean {
  const wanted = readNumber(block, 148, 8);
  let sum = 8 * 0x20;
  for (let i = 0; i < 148; i++) sum += block[i] as number;
  for (let i = 156; i < BLOCK_BYTES; i++) sum += block[i] as number;
  if (sum === wanted) return true;
  for (let i = 0; i < BLOCK_BYTES; i++) if ((i < 148 || i >= 156) && (block[i] as number) > 127) sum -= 256;
  return sum === wanted;
}

/** Records of a pax header body: "LENGTH KEY=VALUE\n" each. Sparse 0.0 repeats its keys, so those are gathered into one map record. */
export function readPaxRecords(body: Buffer): PaxRecords {
  const records: PaxRecords = new Map();
  const sparse: string[] = [];
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(0x20, at);
    if (space === -1) break;
    const length = Number(body.toString('latin1', at, space));
    if (!Number.isInteger(length) || length <= space - at + 1 || at + length > body.length) break;
    const record = body.toString('latin1', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    if (equals > 0) {
      const key = record.slice(0, equals);
      const value = record.slice(equals + 1);
      if (key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes') sparse.push(value);
      else if (value !== '') records.set(key, value); // an empty value says that the header's own counts (POSIX pax; as Go reads it)
    }
    at += length;
  }
  if (sparse.length > 0) records.set('GNU.sparse.map', sparse.join(','));
  return records;
}

/** Sparse 0.0 and 0.1: "offset,bytes,offset,bytes…". */
export function readSparseList(text: string): SparsePiece[] {
  const numbers = text.split(',').map(Number);
  const pieces: SparsePiece[] = [];
  for (let i = 0; i + 1 < numbers.length; i += 2) pieces.push({ offset: numbers[i] as number, bytes: numbers[i + 1] as number });
  return pieces;
}

/** Old GNU sparse: `count` pairs of 12-byte fields from `at`; an empty pair ends the list. */
export function readSparseFields(block: Buffer, at: number, count: number, into: SparsePiece[]): void {
  for (let i = 0; i < count; i++) {
    const field = at + i * 24;
    if (block[field + 12] === 0) return;
    into.push({ offset: readNumber(block, field, 12), bytes: readNumber(block, field + 12, 12) });
  }
}

/** Extended attributes among pax records, sorted by name; values are byte strings and may hold anything, NUL included. */
export function readXattrPairs(records: PaxRecords): [name: string, value: string][] {
  if (records.size === 0) return [];
  const found: [string, string][] = [];
  for (const [key, value] of records) {
    if (key.startsWith('SCHILY.xattr.')) found.push([key.slice(13), value]);
    else if (key.startsWith('LIBARCHIVE.xattr.')) found.push([decodeURIComponent(key.slice(17)), Buffer.from(value, 'base64').toString('latin1')]);
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Sparse 1.0: a count, then offset and length of each piece, one decimal number a line. */
export function parseSparseMap(text: string): SparsePiece[] | 'more' | 'damaged' {
  const lines = text.split('\n');
  if (lines.length < 2) return 'more';
  const count = Number(lines[0]);
  if (!/^\d+$/.test(lines[0] as string)) return 'damaged';
  if (lines.length < 2 + 2 * count) return 'more';
  const pieces: SparsePiece[] = [];
  for (let i = 0; i < count; i++) pieces.push({ offset: Number(lines[1 + 2 * i]), bytes: Number(lines[2 + 2 * i]) });
  return pieces.every((piece) => piece.offset >= 0 && piece.bytes >= 0) ? pieces : 'damaged';
}

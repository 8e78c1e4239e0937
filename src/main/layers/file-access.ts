// From a node of a session to bytes: one file for a preview or a diff, a file or folder to save, every content to search.
import { Readable } from 'node:stream';
import { createTarReader } from '../../engine/layers/tar-headers.ts';
import { KIND } from '../../engine/layers/tree-file.ts';
import { cleanPath } from '../../engine/layers/tree-writer.ts';
import { NotFound } from '../../engine/wire/errors.ts';
import type { FileDiff, Preview, SearchStep } from '../contract/layers.ts';
import type { ContentSource } from './content.ts';
import type { Opened } from './opened.ts';
import { asText, PREVIEW_BYTES, previewOf } from './preview.ts';
import type { Located } from './session.ts';
import { diffLines } from './text-diff.ts';

export interface FoundFile { source: ContentSource; layer: number; file: Located }

const DIFF_BYTES = 2 * 1024 * 1024;

/** Where a path's content of one layer comes from. In a comparison layer 0 and 1 are the two images, each with its newest copy. */
export async function findFile(opened: Opened, layer: number, node: number): Promise<FoundFile | undefined> {
  const file = await opened.thread.locate({ layer, node });
  if (file === undefined) return undefined;
  if (opened.parts === undefined) return opened.content && { source: opened.content, layer: file.layer, file };
  const part = opened.parts[layer];
  const there = await part?.thread.find({ path: file.bytePath, isBytes: true });
  if (part === undefined || !there) return undefined;
  const newest = (await part.thread.details(there.node)).events.findLast((event) => event.mark !== 'removed' && event.mark !== 'through');
  return newest && findFile(part, newest.layer, there.node);
}

export async function previewFile(opened: Opened, layer: number, node: number, signal?: AbortSignal): Promise<Preview> {
  const found = await findFile(opened, layer, node);
  if (found === undefined) return { type: 'none', reason: 'no-content' };
  if (found.file.kind !== KIND.file) return { type: 'none', reason: 'not-a-file' };
  return previewOf(await readHead(found, PREVIEW_BYTES, signal), found.file.path, found.file.sizeBytes);
}

export async function diffFile(opened: Opened, node: number, before: number, after: number, signal?: AbortSignal): Promise<FileDiff> {
  const [old, now] = await Promise.all([findFile(opened, before, node), findFile(opened, after, node)]);
  if (old === undefined || now === undefined) throw new NotFound('one of the two layers does not hold this file');
  const [oldData, newData] = await Promise.all([readHead(old, DIFF_BYTES, signal), readHead(now, DIFF_BYTES, signal)]);
  const sizes = { beforeBytes: old.file.sizeBytes, afterBytes: now.file.sizeBytes };
  const isCut = sizes.beforeBytes > oldData.length || sizes.afterBytes > newData.length;
  if (!isCut && oldData.equals(newData)) return { type: 'same', lines: [], isCut: false, ...sizes };
  const oldText = asText(oldData, isCut);
  const newText = asText(newData, isCut);
  if (oldText === undefined || newText === undefined) return { type: 'binary', lines: [], isCut, ...sizes };
  const diff = diffLines(oldText, newText);
  return { type: 'text', lines: diff.lines, isCut: isCut || diff.isCut, ...sizes };
}

/** The whole content. */
export function readWhole({ source, layer, file }: FoundFile, signal?: AbortSignal): Readable {
  return Readable.from(source.read(layer, file, signal), { objectMode: false });
}

async function readHead({ source, layer, file }: FoundFile, bytes: number, signal?: AbortSignal): Promise<Buffer> {
  if (file.sizeBytes === 0) return Buffer.alloc(0);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of source.read(layer, file, signal)) {
    pieces.push(piece);
    length += piece.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(pieces).subarray(0, bytes);
}

const MAX_MATCHES = 2000;
const MAX_LINE = 400;

/** Every line of every file of the layers that holds the text, ASCII letters of either case. Binary files give one match without a line. */
export async function* searchContents(opened: Opened, text: string, layers: readonly number[], signal?: AbortSignal): AsyncGenerator<SearchStep> {
  let source = opened.content;
  if (opened.fetchAll) source = await opened.fetchAll(() => {}, signal);
  if (source === undefined) throw new NotFound('contents are not at hand');
  const needle = Buffer.from(text.toLowerCase(), 'utf8');
  const totalBytes = layers.reduce((sum, layer) => sum + (opened.image.layers[layer]?.sizeBytes ?? 0), 0);
  let done = 0;
  let count = 0;
  for (const layer of layers) {
    if (opened.image.layers[layer]?.isAbsent) continue; // still in its registry
    const found: { path: string; line: string; lineNumber: number }[] = [];
    let search: ReturnType<typeof lineSearch> | undefined;
    const reader = createTarReader({
      hash: false,
      onContent(entry) {
        search = lineSearch(needle, (line, lineNumber) => found.push({ path: cleanPath(entry.path) ?? '', line, lineNumber }));
        return search.write;
      },
      onEntry() { search?.end(); search = undefined; },
    });
    for await (const chunk of source.tar(layer, signal)) {
      signal?.throwIfAborted();
      reader.write(chunk);
      done += chunk.length;
      for (const { path, ...match } of found.splice(0)) {
        const node = (await opened.thread.find({ path, isBytes: true }))?.node;
        if (node === undefined) continue;
        yield { type: 'match', layer, node, path: `/${Buffer.from(path, 'latin1').toString('utf8')}`, ...match };
        if (++count >= MAX_MATCHES) return;
      }
      yield { type: 'progress', bytes: done, totalBytes: Math.max(totalBytes, done) };
    }
  }
}

/** Finds lines in content that comes in pieces. A line cut by two pieces is kept until it is whole, up to 64 KiB of it. */
export function lineSearch(needle: Buffer, onMatch: (line: string, lineNumber: number) => void): { write: (piece: Buffer) => boolean; end: () => void } {
  let rest = Buffer.alloc(0);
  let lineNumber = 1;
  let isBinary: boolean | undefined;
  const search = (data: Buffer, isLast: boolean): boolean => {
    const lower = Buffer.from(data.toString('latin1').replace(/[A-Z]+/g, (letters) => letters.toLowerCase()), 'latin1');
    let counted = 0;
    for (let at = lower.indexOf(needle); at !== -1; ) {
      if (isBinary) { onMatch('', 0); return false; }
      lineNumber += newlines(data, counted, at);
      counted = at;
      const begin = data.lastIndexOf(10, at) + 1;
      const next = data.indexOf(10, at);
      if (next === -1 && !isLast) break; // the rest of the line comes with the next piece
      const end = next === -1 ? data.length : next;
      onMatch(data.toString('utf8', Math.max(begin, at - MAX_LINE / 2), Math.min(end, at + MAX_LINE / 2)).trim(), lineNumber);
      at = lower.indexOf(needle, end);
    }
    const from = Math.max(data.lastIndexOf(10) + 1, data.length - 64 * 1024); // a "line" of megabytes is not kept
    lineNumber += newlines(data, counted, from);
    rest = Buffer.from(data.subarray(from));
    return true;
  };
  return {
    write(piece) {
      isBinary ??= piece.subarray(0, 8192).includes(0);
      return search(rest.length === 0 ? piece : Buffer.concat([rest, piece]), false);
    },
    end() { if (rest.length > 0) search(rest, true); },
  };
}

function newlines(data: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = data.indexOf(10, from); at !== -1 && at < to; at = data.indexOf(10, at + 1)) count++;
  return count;
}

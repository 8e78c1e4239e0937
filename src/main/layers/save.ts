// Saves what a layer holds: one file as it is, a folder as a tar made from the tree and the contents, of the layer alone or as the image shows it there.
import { Readable } from 'node:stream';
import { createTarReader } from '../../engine/layers/tar-headers.ts';
import { KIND } from '../../engine/layers/tree-file.ts';
import { NotFound } from '../../engine/wire/errors.ts';
import type { Opened } from './opened.ts';
import { findFile, readWhole, type FoundFile } from './file-access.ts';
import { tarEntry, TAR_END } from './tar-out.ts';

export interface Saved { fileName: string; open: (signal: AbortSignal) => Promise<{ stream: Readable; contentType: string; sizeBytes?: number }> }

/** @throws NotFound when the layer does not hold the path */
export async function saveNode(opened: Opened, layer: number, node: number, scope: 'layer' | 'all' = 'layer'): Promise<Saved> {
  const here: Seen | undefined = scope === 'all' ? await asSeen(opened, layer, node) : await opened.thread.locate({ layer, node });
  if (here === undefined) throw new NotFound('this layer does not hold the path');
  const name = (here.path.split('/').at(-1) || 'root').replace(/[^\w.+-]/g, '_');
  if (here.kind === KIND.file) {
    const found = await findFile(opened, here.layer ?? layer, node);
    if (found === undefined) throw new NotFound('contents are not at hand');
    return { fileName: name, open: async (signal) => ({ stream: readWhole(found, signal), contentType: 'application/octet-stream', sizeBytes: found.file.sizeBytes }) };
  }
  if (here.kind !== KIND.dir) throw new NotFound('only files and folders can be saved');
  return { fileName: `${name}.tar`, open: async (signal) => ({ stream: Readable.from(folderTar(opened, { layer, node, scope }, signal), { objectMode: false }), contentType: 'application/x-tar' }) };
}

interface Seen { path: string; kind: number; layer?: number }

/** What a path is with all layers up to one, and which of them holds it. A folder may be in none: then entries below it made it. */
async function asSeen(opened: Opened, layer: number, node: number): Promise<Seen> {
  const { path, events } = await opened.thread.details(node);
  const last = events.findLast((event) => event.layer <= layer);
  return last?.state === undefined ? { path, kind: KIND.dir } : { path, kind: last.state.kind, layer: last.layer };
}

type Part = FoundFile & { head: Buffer };

/** Folders and links first, then files: those that can be read at once, then each compressed layer in one pass. */
async function* folderTar(opened: Opened, query: { layer: number; node: number; scope: 'layer' | 'all' }, signal: AbortSignal): AsyncGenerator<Buffer> {
  const files: Part[] = [];
  for (const item of await opened.thread.below(query)) {
    signal.throwIfAborted();
    const state = (await opened.thread.details(item.node)).events.find((event) => event.layer === item.layer)?.state;
    if (state === undefined) continue;
    const path = Buffer.from(item.path.replace(/^\//, '') || '.', 'latin1');
    if (state.kind === KIND.dir) yield tarEntry({ path, type: 'dir', sizeBytes: 0, ...state });
    else if (state.kind === KIND.symlink) yield tarEntry({ path, type: 'symlink', sizeBytes: 0, ...state });
    else if (state.kind === KIND.file) {
      const found = await findFile(opened, item.layer, item.node);
      const head = tarEntry({ path, type: 'file', sizeBytes: state.size, ...state });
      if (state.size === 0) yield head;
      else if (found !== undefined) files.push({ ...found, head });
    }
  }
  const passes = Map.groupBy(files, ({ source, layer }) => (source.isSequential(layer) ? layer : -1)); // a session's layers have one source each
  for (const [layer, parts] of passes) {
    const rest = layer === -1 ? parts : yield* onePass(parts, signal);
    for (const part of rest) {
      signal.throwIfAborted();
      yield part.head;
      let written = 0;
      for await (const piece of part.source.read(part.layer, part.file, signal)) { written += piece.length; yield piece; }
      yield padding(part, written);
    }
  }
  yield TAR_END;
}

/** Files of one layer as its tar flows by. @returns those that did not come: the second names of hard links */
async function* onePass(parts: readonly Part[], signal: AbortSignal): AsyncGenerator<Buffer, Part[]> {
  const waiting = new Map(parts.map((part) => [part.file.offset, part]));
  const out: Buffer[] = [];
  let current: Part | undefined;
  let written = 0;
  const reader = createTarReader({
    hash: false,
    onContent(entry) {
      current = waiting.get(entry.headerOffset);
      if (current === undefined) return undefined;
      waiting.delete(entry.headerOffset);
      out.push(current.head);
      written = 0;
      return (piece) => { written += piece.length; out.push(Buffer.from(piece)); };
    },
    onEntry() {
      if (current) out.push(padding(current, written));
      current = undefined;
    },
  });
  const [{ source, layer }] = parts as [Part];
  for await (const chunk of source.tar(layer, signal)) {
    reader.write(chunk);
    yield* out.splice(0);
    if (waiting.size === 0 && current === undefined) break;
  }
  return [...waiting.values()];
}

function padding({ file }: FoundFile, written: number): Buffer {
  if (written !== file.sizeBytes) throw new NotFound(`the content of ${file.path} is cut`);
  return Buffer.alloc((512 - (written % 512)) % 512);
}

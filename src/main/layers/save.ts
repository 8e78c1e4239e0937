// Saves what a layer holds: one file as it is, a folder as a tar made from the tree and the contents.
import { Readable } from 'node:stream';
import { KIND } from '../../engine/layers/tree-file.ts';
import { NotFound } from '../../engine/wire/errors.ts';
import type { Opened } from './opened.ts';
import { findFile, readWhole } from './file-access.ts';
import { tarEntry, TAR_END } from './tar-out.ts';

export interface Saved { fileName: string; open: (signal: AbortSignal) => Promise<{ stream: Readable; contentType: string; sizeBytes?: number }> }

/** @throws NotFound when the layer does not hold the path */
export async function saveNode(opened: Opened, layer: number, node: number): Promise<Saved> {
  const here = await opened.thread.locate({ layer, node });
  if (here === undefined) throw new NotFound('this layer does not hold the path');
  const name = (here.path.split('/').at(-1) || 'root').replace(/[^\w.+-]/g, '_');
  if (here.kind === KIND.file) {
    const found = await findFile(opened, layer, node);
    if (found === undefined) throw new NotFound('contents are not at hand');
    return { fileName: name, open: async (signal) => ({ stream: readWhole(found, signal), contentType: 'application/octet-stream', sizeBytes: found.file.sizeBytes }) };
  }
  if (here.kind !== KIND.dir) throw new NotFound('only files and folders can be saved');
  return { fileName: `${name}.tar`, open: async (signal) => ({ stream: Readable.from(folderTar(opened, layer, node, signal), { objectMode: false }), contentType: 'application/x-tar' }) };
}

async function* folderTar(opened: Opened, layer: number, node: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (const item of await opened.thread.below({ layer, node })) {
    signal.throwIfAborted();
    const state = (await opened.thread.details(item.node)).events.find((event) => event.layer === layer)?.state;
    const found = state === undefined ? undefined : await findFile(opened, layer, item.node);
    if (state === undefined || found === undefined) continue;
    const path = Buffer.from(item.path.replace(/^\//, '') || '.', 'latin1');
    if (state.kind === KIND.dir) yield tarEntry({ path, type: 'dir', sizeBytes: 0, ...state });
    else if (state.kind === KIND.symlink) yield tarEntry({ path, type: 'symlink', sizeBytes: 0, ...state });
    else if (state.kind === KIND.file) {
      yield tarEntry({ path, type: 'file', sizeBytes: state.size, ...state });
      let written = 0;
      if (state.size > 0) for await (const piece of found.source.read(found.layer, found.file, signal)) { written += piece.length; yield piece; }
      if (written !== state.size) throw new NotFound(`the content of ${found.file.path} is cut`);
      yield Buffer.alloc((512 - (written % 512)) % 512);
    }
  }
  yield TAR_END;
}

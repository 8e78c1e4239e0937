// What a saved image holds, flattened: path -> `file 0644 0:0 content`. Reads `docker save` archives of any engine.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createTarReader, type TarEntry } from '../../src/engine/layers/tar-headers.ts';

export interface SavedImage { config: Record<string, unknown>; tree: Map<string, string>; layers: number; diffIds: string[] }

const MAX_SHOWN = 4096;

export function readSavedImage(archive: string): SavedImage {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-saved-'));
  try {
    execFileSync('tar', ['-xf', archive, '-C', folder]);
    const [manifest] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { Config: string; Layers: string[] | null }[];
    const image = JSON.parse(readFileSync(join(folder, manifest?.Config ?? ''), 'utf8')) as { config?: Record<string, unknown>; rootfs: { diff_ids: string[] | null } };
    const tree = new Map<string, string>();
    for (const layer of manifest?.Layers ?? []) {
      const bytes = readFileSync(join(folder, layer));
      applyLayer(tree, bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes);
    }
    return { config: image.config ?? {}, tree, layers: manifest?.Layers?.length ?? 0, diffIds: image.rootfs.diff_ids ?? [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function applyLayer(tree: Map<string, string>, tar: Buffer): void {
  const contents = new Map<string, Buffer[]>();
  const added: [string, string][] = [];
  const reader = createTarReader({
    onContent: (entry) => {
      const chunks: Buffer[] = [];
      contents.set(entry.path, chunks);
      return (chunk: Buffer) => void chunks.push(Buffer.from(chunk));
    },
    onEntry: (entry) => {
      const path = utf8(entry.path).replace(/^\.?\/+/, '').replace(/\/+$/, '');
      const name = path.split('/').at(-1) ?? '';
      const folder = path.slice(0, path.length - name.length);
      if (name === '.wh..wh..opq') for (const key of [...tree.keys()]) { if (key.startsWith(folder)) tree.delete(key); }
      else if (name.startsWith('.wh.')) {
        const gone = folder + name.slice(4);
        for (const key of [...tree.keys()]) if (key === gone || key.startsWith(`${gone}/`)) tree.delete(key);
      } else if (path !== '') added.push([path, describe(entry, path, contents.get(entry.path) ?? [], added, tree)]);
    },
  });
  reader.write(tar);
  reader.end();
  for (const [path, text] of added) {
    if (!text.startsWith('dir')) for (const key of [...tree.keys()]) if (key.startsWith(`${path}/`)) tree.delete(key);
    tree.set(path, text);
  }
}

const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');

function describe(entry: TarEntry, _path: string, content: Buffer[], added: readonly [string, string][], tree: ReadonlyMap<string, string>): string {
  const attributes = `${entry.mode.toString(8).padStart(4, '0')} ${entry.uid}:${entry.gid}${entry.xattrs === '' ? '' : ` [${entry.xattrs}]`}`;
  switch (entry.type) {
    case 'symlink': return `link ${utf8(entry.linkTarget)}`;
    case 'hardlink': {
      const target = utf8(entry.linkTarget).replace(/^\.?\/+/, '');
      return added.findLast(([path]) => path === target)?.[1] ?? tree.get(target) ?? `hardlink ${target}`;
    }
    case 'file': {
      const bytes = Buffer.concat(content);
      return `file ${attributes} ${bytes.length > MAX_SHOWN ? `<${bytes.length} bytes ${entry.hash ?? ''}>` : bytes.toString('utf8')}`;
    }
    default: return `${entry.type} ${attributes}`;
  }
}

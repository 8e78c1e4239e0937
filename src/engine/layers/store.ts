// Unpacked layers by diff id: `layers/HEX/{diff/,tree,layer.json}`, made as `layers/.tmp-ID` and named by rename.
// A layer's files do not depend on what lies below it, so layers unpack side by side and each exists once.
// `l/HEX12` are short links to `diff` folders: mount(2) has room for one page of options.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hexOf, isDigest, type Digest } from '../base/digest.ts';
import type { Log } from '../base/log.ts';
import { openTrash } from '../content/trash.ts';
import { NotFound } from '../wire/errors.ts';
import type { ExpansionLimits, LayerFacts } from './thread-protocol.ts';
import { createLayerThreads } from './layer-threads.ts';

export interface Layer {
  diffId: Digest;
  /** bytes of file contents */
  sizeBytes: number;
  /** length of the uncompressed tar */
  tarBytes: number;
}

/** A layer that is being unpacked; dispose without commit and it never was. */
export interface Applying extends AsyncDisposable {
  /** @param digest the file's, with the last call, when `digestComes` was said */
  available(bytes: number, isAll: boolean, digest?: Digest): void;
  /** What the tar turned out to be. */
  readonly unpacked: Promise<LayerFacts>;
  /** Gives the layer its name once it is unpacked; a layer that is already there stays. */
  commit(): Promise<Layer>;
}

export interface ApplyOptions {
  signal: AbortSignal;
  /** bytes of the file consumed */
  onProgress?: (bytes: number) => void;
  /** the file is hashed by its writer: an uncompressed tar need not be hashed again */
  digestComes?: boolean;
}

export interface Layers extends AsyncDisposable {
  has(diffId: Digest): boolean;
  /** @throws NotFound */
  get(diffId: Digest): Layer;
  list(): Layer[];
  /** The folder with the layer's files. */
  diffOf(diffId: Digest): string;
  /** The same folder by its short name. */
  linkOf(diffId: Digest): string;
  /** The layer's tree file (layers/tree-file.ts). */
  treeOf(diffId: Digest): string;
  /** An empty folder, for stacks without layers. */
  readonly emptyFolder: string;
  /** Unpacks a layer blob (plain, gzip or zstd tar) from a file that may still be growing. */
  apply(file: string, options: ApplyOptions): Promise<Applying>;
  /** The tar of any folder that an overlay wrote to. @param files where tar and tree file go, null: not wanted */
  pack(folder: string, files: { tar: string | null; tree: string | null }, options: { signal: AbortSignal }): Promise<LayerFacts>;
  /** Makes a layer of a folder whose files are complete (a build step's upper folder): folder and tree file move. */
  adopt(folder: string, treeFile: string, layer: Layer): Promise<void>;
  hold(diffId: Digest): Disposable;
  isHeld(diffId: Digest): boolean;
  /** Takes the name away at once; the bytes go in the background. */
  remove(diffId: Digest): Promise<void>;
  /** Moves a folder out of the way; its bytes go in the background. */
  discard(folder: string): Promise<void>;
}

export interface LayersOptions {
  /** the data root */
  root: string;
  isRootless: boolean;
  limits?: ExpansionLimits;
  threads?: number;
  log: Log;
}

const LIMITS: ExpansionLimits = { bytes: 4 * 1024 ** 3, ratio: 200 }; // deflate reaches 1032; real layers stay below 100
const LINK_DIGITS = 12;

export function openLayers({ root, isRootless, limits = LIMITS, threads = 2, log }: LayersOptions): Layers {
  const folder = join(root, 'layers');
  const links = join(root, 'l');
  const emptyFolder = join(links, 'empty');
  for (const path of [folder, links, emptyFolder]) mkdirSync(path, { recursive: true, mode: 0o711 });
  const known = new Map<Digest, Layer>();
  const held = new Map<Digest, number>();
  const pool = createLayerThreads(threads, log);
  const { discard } = openTrash(join(root, 'trash'), log);

  const overlayPrefix = isRootless ? 'user.overlay.' : 'trusted.overlay.';
  const dirOf = (diffId: Digest) => join(folder, hexOf(diffId));
  const linkOf = (diffId: Digest) => join(links, hexOf(diffId).slice(0, LINK_DIGITS));

  const link = (diffId: Digest) => {
    const target = join('..', 'layers', hexOf(diffId), 'diff');
    try {
      symlinkSync(target, linkOf(diffId));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || readlinkSync(linkOf(diffId)) !== target) throw error;
    }
  };

  const name = async (temporary: string, layer: Layer) => {
    if (known.has(layer.diffId)) return discard(temporary);
    await writeFile(join(temporary, 'layer.json'), JSON.stringify(layer));
    try {
      await rename(temporary, dirOf(layer.diffId));
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await discard(temporary); // another pull of the same layer was first
    }
    link(layer.diffId);
    known.set(layer.diffId, layer);
  };

  for (const entry of readdirSync(folder)) {
    if (isDigest(`sha256:${entry}`)) {
      try {
        const layer = JSON.parse(readFileSync(join(folder, entry, 'layer.json'), 'utf8')) as Layer;
        link(layer.diffId);
        known.set(layer.diffId, layer);
      } catch (error) {
        log.warn('ignoring a damaged layer', { layer: entry, error });
      }
    } else void discard(join(folder, entry));
  }

  return {
    has: (diffId) => known.has(diffId),
    get(diffId) {
      const layer = known.get(diffId);
      if (layer === undefined) throw new NotFound(`no such layer: ${diffId}`);
      return layer;
    },
    list: () => [...known.values()],
    diffOf: (diffId) => join(dirOf(diffId), 'diff'),
    linkOf,
    treeOf: (diffId) => join(dirOf(diffId), 'tree'),
    emptyFolder,
    async apply(file, options) {
      const temporary = join(folder, `.tmp-${randomBytes(8).toString('hex')}`);
      await mkdir(join(temporary, 'diff'), { recursive: true, mode: 0o755 });
      const stop = new AbortController();
      const { available, result } = pool.run(
        { kind: 'unpack', file, folder: join(temporary, 'diff'), treeFile: join(temporary, 'tree'), overlayPrefix, isRootless, limits, digestComes: options.digestComes === true },
        { ...options, signal: AbortSignal.any([options.signal, stop.signal]) },
      );
      return {
        available,
        unpacked: result,
        async commit() {
          const layer = await result;
          await name(temporary, layer);
          return layer;
        },
        async [Symbol.asyncDispose]() {
          stop.abort();
          await result.catch(() => {}); // only wait until the thread has let go of the folder
          await discard(temporary);
        },
      };
    },
    pack: (source, files, { signal }) => pool.run({ kind: 'pack', folder: source, file: files.tar, treeFile: files.tree, overlayPrefix }, { signal }).result,
    async adopt(source, treeFile, layer) {
      const temporary = join(folder, `.tmp-${randomBytes(8).toString('hex')}`);
      await mkdir(temporary, { mode: 0o755 });
      await rename(source, join(temporary, 'diff'));
      await rename(treeFile, join(temporary, 'tree'));
      await name(temporary, layer);
    },
    hold(diffId) {
      held.set(diffId, (held.get(diffId) ?? 0) + 1);
      let isOver = false;
      return {
        [Symbol.dispose]() {
          if (isOver) return;
          isOver = true;
          const left = (held.get(diffId) ?? 1) - 1;
          if (left === 0) held.delete(diffId);
          else held.set(diffId, left);
        },
      };
    },
    isHeld: (diffId) => held.has(diffId),
    async remove(diffId) {
      known.delete(diffId);
      await rm(linkOf(diffId), { force: true });
      await discard(dirOf(diffId));
    },
    discard,
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](), // what is in the trash goes at the next opening
  };
}

// What a writable snapshot changed against the layers below it, and how much room it takes. Reads the overlay's upper folder.
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { getXattr } from '../kernel/files.ts';
import type { Change } from '../needs.ts';

const isWhiteout = (stat: Stats) => stat.isCharacterDevice() && stat.rdev === 0;

const statOf = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

/** Does the stack show this path? A whiteout or an opaque folder in an upper layer hides it in the lower ones. */
function isInLower(lower: readonly string[], path: string, overlayPrefix: string): boolean {
  const parts = path.split('/').filter(Boolean);
  layers: for (const layer of lower) {
    let at = layer;
    let isOpaque = false;
    for (const [index, part] of parts.entries()) {
      at = join(at, part);
      let stat: Stats | undefined;
      try {
        stat = statOf(at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
        throw error;
      }
      if (stat === undefined) {
        if (isOpaque) return false;
        continue layers;
      }
      if (isWhiteout(stat)) return false;
      if (index === parts.length - 1) return true;
      if (!stat.isDirectory()) return false;
      isOpaque ||= getXattr(at, `${overlayPrefix}opaque`) === 'y';
    }
  }
  return false;
}

/** Changes in the order of a walk, folders before what is in them. @param lower layer folders, uppermost first */
export async function* changesOf(upper: string, lower: readonly string[], overlayPrefix: string): AsyncGenerator<Change> {
  let sinceTurn = 0;
  async function* walk(folder: string, path: string, isNew: boolean): AsyncGenerator<Change> {
    for (const name of readdirSync(folder).sort()) {
      if (++sinceTurn % 256 === 0) await new Promise((resolve) => setImmediate(resolve)); // others get their turn
      const at = join(folder, name);
      const stat = statOf(at);
      if (stat === undefined) continue;
      const shown = `${path}/${name}`;
      if (isWhiteout(stat)) {
        if (!isNew) yield { path: shown, kind: 2 };
        continue;
      }
      const isAdded = isNew || !isInLower(lower, shown, overlayPrefix);
      yield { path: shown, kind: isAdded ? 1 : 0 };
      if (stat.isDirectory()) yield* walk(at, shown, isAdded || getXattr(at, `${overlayPrefix}opaque`) === 'y');
    }
  }
  yield* walk(upper, '', false);
}

/** Bytes and inodes of a folder; files with several names count once. */
export async function usageOf(folder: string): Promise<{ sizeBytes: number; inodes: number }> {
  let sizeBytes = 0;
  let inodes = 0;
  const linked = new Set<number>();
  const open = [folder];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    let names: string[];
    try {
      names = readdirSync(at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue; // removed while we looked
      throw error;
    }
    for (const name of names) {
      if (++inodes % 256 === 0) await new Promise((resolve) => setImmediate(resolve));
      const path = join(at, name);
      const stat = statOf(path);
      if (stat === undefined) continue;
      if (stat.isDirectory()) open.push(path);
      else if (stat.nlink === 1 || !linked.has(stat.ino)) {
        if (stat.nlink > 1) linked.add(stat.ino);
        sizeBytes += stat.size;
      }
    }
  }
  return { sizeBytes, inodes };
}

// Puts selected files into the writable folder of a layer-to-be. A build context is given up piece by piece: what nobody else needs
// is renamed (a folder of 40,000 files costs one call), the rest is hard linked; layers never change, so sharing inodes is safe.
// Trees of other stages live on another mount: `cp` copies them, with reflinks where the file system has them.
import { chmodSync, chownSync, copyFileSync, constants, lchownSync, linkSync, lstatSync, lutimesSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidParameter } from '../../wire/errors.ts';
import type { SourceTree } from '../context/source-tree.ts';
import { output, type StartTool } from '../tools.ts';
import type { Owner } from './rooted.ts';

export interface PlaceOptions {
  tree: SourceTree;
  /** 'move': nobody needs the source any more; 'link': somebody may; 'copy': other file system, or attributes would change. */
  how: 'move' | 'link' | 'copy';
  /** undefined: as in the source (a context's files belong to root already) */
  owner: Owner | undefined;
  mode: ((before: number, isFolder: boolean) => number) | undefined;
  leaveOut: ((relative: string) => boolean) | undefined;
  /** True for a folder below which nothing is hidden. */
  isWhole: (path: string) => boolean;
  start: StartTool;
  signal: AbortSignal;
}

const YIELD_EVERY = 400; // calls of some 10 µs each: other requests wait less than 5 ms

/** Copies the contents of a folder into `target`, an existing folder of the layer. */
export async function placeFolder(source: string, target: string, options: PlaceOptions): Promise<void> {
  if (options.how === 'copy' && !options.leaveOut && options.isWhole(source)) {
    const before = lstatSync(target); // cp gives it the source folder's attributes; Docker keeps its own
    await cp(join(options.tree.root, source), target, options);
    chownSync(target, before.uid, before.gid);
    chmodSync(target, before.mode & 0o7777);
    lutimesSync(target, before.atimeMs / 1000, before.mtimeMs / 1000);
    for (const name of options.tree.names(source)) await ownAll(join(target, name), options);
    return;
  }
  await merge(source, '', target, options, { done: 0 });
}

/** Copies one file (or device, or a symlink inside a tree) to the path `target` of the layer. */
export async function placeFile(source: string, target: string, options: PlaceOptions): Promise<void> {
  const before = lstatSync(target, { throwIfNoEntry: false });
  if (before?.isDirectory()) throw new InvalidParameter(`cannot copy the file ${source} over the directory of that name`);
  if (before) rmSync(target);
  const from = join(options.tree.root, source);
  if (options.how === 'move') renameSync(from, target);
  else if (options.how === 'link') linkSync(from, target);
  else if (lstatSync(from).isFile() && options.tree.absence) copyFile(from, target);
  else await cp(from, target, options);
  own(target, options);
}

async function merge(source: string, relative: string, target: string, options: PlaceOptions, counter: { done: number }): Promise<void> {
  for (const name of options.tree.names(source)) {
    options.signal.throwIfAborted();
    if (++counter.done % YIELD_EVERY === 0) await new Promise(setImmediate);
    const from = source === '' ? name : `${source}/${name}`;
    const below = relative === '' ? name : `${relative}/${name}`;
    const to = join(target, name);
    if (options.leaveOut?.(below)) continue;
    if (options.tree.entry(from)?.type !== 'dir') {
      await placeFile(from, to, options);
      continue;
    }
    const there = lstatSync(to, { throwIfNoEntry: false });
    if (there && !there.isDirectory()) rmSync(to);
    if (!there?.isDirectory()) {
      if (options.how === 'move' && !options.leaveOut && options.isWhole(from)) {
        renameSync(join(options.tree.root, from), to);
        await ownAll(to, options);
        continue;
      }
      mkdirSync(to);
    }
    await merge(from, below, to, options, counter);
    const stats = lstatSync(join(options.tree.root, from));
    const { uid, gid } = options.owner ?? stats;
    chownSync(to, uid, gid);
    chmodSync(to, options.mode ? options.mode(stats.mode & 0o7777, true) : stats.mode & 0o7777);
    lutimesSync(to, stats.atimeMs / 1000, stats.mtimeMs / 1000);
  }
}

function copyFile(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  const stats = lstatSync(from);
  chmodSync(to, stats.mode & 0o7777);
  lutimesSync(to, stats.atimeMs / 1000, stats.mtimeMs / 1000);
}

async function cp(from: string, to: string, { start, signal }: PlaceOptions): Promise<void> {
  // an existing symlink is replaced, never written through: an earlier source of the same COPY may have left one to the host
  await output(start, ['cp', '--recursive', '--remove-destination', '--no-dereference', '--preserve=mode,ownership,timestamps,links,xattr', '--reflink=auto', '--no-target-directory', '--', from, to], { signal });
}

/** Owner and mode of everything below, when they are not what the files have already. */
async function ownAll(path: string, options: PlaceOptions): Promise<void> {
  if (options.owner === undefined && options.mode === undefined) return;
  const counter = { done: 0 };
  const walk = async (at: string): Promise<void> => {
    if (++counter.done % YIELD_EVERY === 0) await new Promise(setImmediate);
    options.signal.throwIfAborted();
    if (lstatSync(at).isDirectory()) for (const name of readdirSync(at)) await walk(join(at, name));
    own(at, options);
  };
  await walk(path);
}

function own(path: string, { owner, mode }: PlaceOptions): void {
  if (owner === undefined && mode === undefined) return;
  const stats = lstatSync(path);
  if (owner) lchownSync(path, owner.uid, owner.gid); // clears setuid bits, so the mode comes after it
  if (!stats.isSymbolicLink()) chmodSync(path, mode ? mode(stats.mode & 0o7777, stats.isDirectory()) : stats.mode & 0o7777);
  lutimesSync(path, stats.atimeMs / 1000, stats.mtimeMs / 1000);
}

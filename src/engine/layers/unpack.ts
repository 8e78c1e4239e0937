// Unpacks one layer's entries below a folder, as an overlay layer: whiteouts become 0/0 devices, opaque folders an attribute.
// Layers come from strangers. Every path is resolved by the kernel with the folder as root (kernel/files.ts), new things are
// made with O_EXCL in an open folder, and links are never followed at the last step, so nothing can be written elsewhere.
// Sources: image-spec v1.1 layer.md ("Whiteouts"); kernel Documentation/filesystems/overlayfs.rst.
import { lstatSync, rmSync } from 'node:fs';
import {
  S_IFBLK, S_IFCHR, S_IFIFO, closeFd, createFileAt, makeFolderAt, makeHardlinkAt, makeNodeAt, makeSymlinkAt, openFolder, openFolderInRoot, pathAt,
  setLength, setMode, setModeAt, setOwner, setOwnerAt, setTime, setTimeAt, setXattr, unlinkAt, writeAt,
} from '../kernel/files.ts';
import { InvalidParameter, System } from '../wire/errors.ts';
import type { ContentSink } from './tar-content.ts';
import type { TarEntry } from './tar-headers.ts';
import { cleanPath } from './tree-writer.ts';

export interface Unpacker extends Disposable {
  /** Before the content of a regular file. */
  onContent(entry: TarEntry): ContentSink;
  /** Once an entry is complete. @throws InvalidParameter when it cannot be part of a layer, System when the disk refuses */
  onEntry(entry: TarEntry): void;
  /** After the last entry: the times of folders, which unpacking into them has changed. */
  finish(): void;
}

export interface UnpackOptions {
  /** an existing, empty folder */
  folder: string;
  /** `trusted.overlay.` as root, `user.overlay.` in a user namespace */
  overlayPrefix: string;
  /** In a user namespace devices and foreign attributes cannot be made: they are left out, as every engine does. */
  isRootless: boolean;
  /** An ordinary archive that goes into a folder below `folder`, where things may be already: whiteout names mean nothing. */
  into?: UnpackPlace;
}

export interface UnpackPlace {
  /** the folder below the root, clean, without links, as a byte string; empty: the root itself */
  below: string;
  /** refuse to put a file where a folder is, or the reverse */
  keepsKinds: boolean;
}

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const umask = process.umask();
const ZEROS = Buffer.alloc(64 * 1024);

export function createUnpacker(options: UnpackOptions): Unpacker {
  const root = openFolder(options.folder);
  const times = new Map<string, number>(); // of folders, by path; '' is the root
  const hidden = new Set<string>(); // paths of which lower layers show nothing: a folder made there is opaque
  let parentPath: string | undefined;
  let parent = -1;
  let file = -1;
  let written = 0;

  const forgetParent = () => {
    if (parent >= 0) closeFd(parent);
    parent = -1;
    parentPath = undefined;
  };

  const openParent = (path: string, entry: TarEntry): number => {
    if (path === parentPath) return parent;
    forgetParent();
    try {
      parent = openFolderInRoot(root, path === '' ? '.' : path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') parent = makeParents(path, entry);
      else throw refused(entry, error);
    }
    parentPath = path;
    return parent;
  };

  const makeParents = (path: string, entry: TarEntry): number => {
    let at = openFolderInRoot(root, '.');
    let done = '';
    for (const name of path.split('/')) {
      done = done === '' ? name : `${done}/${name}`;
      try {
        makeFolderAt(at, name, 0o755);
        setModeAt(at, name, 0o755);
        if (hidden.has(done)) markOpaque(at, name);
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') { closeFd(at); throw refused(entry, error); }
      }
      closeFd(at);
      try { at = openFolderInRoot(root, done); } catch (error) { throw refused(entry, error); }
    }
    return at;
  };

  const markOpaque = (folder: number, name: string) => setXattr(pathAt(folder, name), `${options.overlayPrefix}opaque`, 'y');

  /** Runs `make`; when something is in its place, removes that first. */
  const replace = (folder: number, name: string, path: string, make: () => void) => {
    try {
      make();
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      if (lstatSync(pathAt(folder, name)).isDirectory()) {
        if (options.into?.keepsKinds) throw new InvalidParameter(`cannot overwrite directory ${shown(path)} with non-directory`);
        rmSync(pathAt(folder, name), { recursive: true, force: true });
        times.delete(path);
        for (const all of [times, hidden]) for (const known of all.keys()) if (known.startsWith(`${path}/`)) all.delete(known);
      } else unlinkAt(folder, name);
      make();
    }
  };

  const within = (entryPath: string): string | undefined => {
    const path = cleanPath(entryPath);
    const below = options.into?.below ?? '';
    return path === undefined || below === '' ? path : path === '' ? below : `${below}/${path}`;
  };
  const isWhiteout = (name: string) => options.into === undefined && name.startsWith(WHITEOUT);
  const place = (entry: TarEntry): { folder: number; name: string; path: string } | undefined => {
    const path = within(entry.path);
    if (path === undefined) throw new InvalidParameter(`the layer has an entry ${shown(entry.path)} that points outside of it`);
    if (path === '') return undefined;
    const cut = path.lastIndexOf('/');
    return { folder: openParent(cut < 0 ? '' : path.slice(0, cut), entry), name: path.slice(cut + 1), path };
  };

  const whiteout = (folder: number, name: string, path: string) => {
    const above = path.slice(0, path.length - name.length);
    if (name === OPAQUE) {
      hidden.add(above.slice(0, -1));
      return setXattr(Buffer.from(`/proc/self/fd/${folder}/.`), `${options.overlayPrefix}opaque`, 'y');
    }
    const gone = name.slice(WHITEOUT.length);
    if (name.startsWith('.wh..wh.') || gone === '') return; // aufs' own book-keeping
    if (gone === '.' || gone === '..') throw new InvalidParameter(`the layer has a whiteout ${shown(path)} that points outside of it`);
    hidden.add(above + gone);
    try {
      makeNodeAt(folder, gone, S_IFCHR, 0, 0);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      if (lstatSync(pathAt(folder, gone)).isDirectory()) markOpaque(folder, gone); // whiteouts hide lower layers only
    }
  };

  /** @returns false when the folder was there */
  const makeDir = (folder: number, name: string, path: string): boolean => {
    try {
      makeFolderAt(folder, name, 0o755);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      if (lstatSync(pathAt(folder, name)).isDirectory()) return false;
      if (options.into?.keepsKinds) throw new InvalidParameter(`cannot overwrite non-directory ${shown(path)} with directory`);
      unlinkAt(folder, name);
      makeFolderAt(folder, name, 0o755);
    }
    if (hidden.has(path)) markOpaque(folder, name);
    return true;
  };

  const hardlink = (entry: TarEntry, folder: number, name: string, path: string) => {
    const target = within(entry.linkTarget);
    if (target === undefined || target === '') throw new InvalidParameter(`the layer has a hard link ${shown(entry.path)} to ${shown(entry.linkTarget)}, which points outside of it`);
    if (target === path) return;
    const cut = target.lastIndexOf('/');
    let from = -1;
    try {
      from = openFolderInRoot(root, cut < 0 ? '.' : target.slice(0, cut));
      replace(folder, name, path, () => makeHardlinkAt(from, target.slice(cut + 1), folder, name));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') throw new InvalidParameter(`the layer has a hard link ${shown(entry.path)} to ${shown(entry.linkTarget)}, which is not in it`, { cause: error });
      throw error;
    } finally {
      if (from >= 0) closeFd(from);
    }
  };

  const xattrs = (entry: TarEntry, path: Buffer) => {
    for (const [name, value] of entry.xattrPairs ?? []) {
      if (name.startsWith('trusted.overlay.') || name.startsWith('user.overlay.')) continue; // would let a layer redirect lookups
      try {
        setXattr(path, name, value);
      } catch (error) {
        const code = codeOf(error);
        if (code !== 'EOPNOTSUPP' && !(options.isRootless && code === 'EPERM') && !(entry.type !== 'file' && entry.type !== 'dir' && code === 'EPERM')) throw error;
      }
    }
  };

  const special = (entry: TarEntry, folder: number, name: string, path: string): boolean => {
    const kind = entry.type === 'char' ? S_IFCHR : entry.type === 'block' ? S_IFBLK : S_IFIFO;
    try {
      replace(folder, name, path, () => makeNodeAt(folder, name, kind | entry.mode, entry.devMajor, entry.devMinor));
      return true;
    } catch (error) {
      if (options.isRootless && codeOf(error) === 'EPERM') return false;
      throw error;
    }
  };

  const isOwned = (entry: TarEntry) => entry.uid === 0 && entry.gid === 0; // new things belong to root already

  const finishFile = (entry: TarEntry) => {
    try {
      if (entry.size !== entry.storedBytes) setLength(file, entry.size);
      if (!isOwned(entry)) setOwner(file, entry.uid, entry.gid);
      if ((entry.mode & (umask | 0o7000)) !== 0 || !isOwned(entry)) setMode(file, entry.mode); // chown drops setuid
      xattrs(entry, Buffer.from(`/proc/self/fd/${parent}/${lastName}`, 'latin1'));
      setTime(file, entry.mtime);
    } finally {
      closeFd(file);
      file = -1;
    }
  };

  let lastName = '';
  const make = (entry: TarEntry) => {
    const where = place(entry);
    if (where === undefined) {
      if (entry.type !== 'dir') throw new InvalidParameter(`the layer has an entry ${shown(entry.path)} that is no folder`);
      decorate(entry, root, '.', false);
      return;
    }
    const { folder, name, path } = where;
    if (isWhiteout(name)) return whiteout(folder, name, path);
    if (entry.type === 'dir') {
      decorate(entry, folder, name, makeDir(folder, name, path));
      times.set(path, entry.mtime);
    } else if (entry.type === 'hardlink') hardlink(entry, folder, name, path);
    else if (entry.type === 'symlink') {
      replace(folder, name, path, () => makeSymlinkAt(folder, name, entry.linkTarget));
      decorate(entry, folder, name);
    } else if (special(entry, folder, name, path)) decorate(entry, folder, name);
  };

  const decorate = (entry: TarEntry, folder: number, name: string, isNew = true) => {
    if (!isNew || !isOwned(entry)) setOwnerAt(folder, name, entry.uid, entry.gid);
    if (entry.type !== 'symlink') setModeAt(folder, name, entry.mode);
    xattrs(entry, pathAt(folder, name));
    setTimeAt(folder, name, entry.mtime);
    if (name === '.') times.set('', entry.mtime);
  };

  return {
    onContent(entry) {
      const where = place(entry);
      if (where === undefined) throw new InvalidParameter(`the layer has an entry ${shown(entry.path)} that is no folder`);
      const { folder, name, path } = where;
      if (isWhiteout(name)) return () => false;
      lastName = name;
      written = 0;
      act(entry, () => replace(folder, name, path, () => { file = createFileAt(folder, name, entry.mode & 0o777); }));
      const isSparse = entry.size !== entry.storedBytes;
      return (piece) => {
        if (!(isSparse && isZero(piece))) act(entry, () => writeAt(file, piece, written));
        written += piece.length;
      };
    },
    onEntry(entry) {
      act(entry, () => (entry.type === 'file' && file >= 0 ? finishFile(entry) : make(entry)));
    },
    finish() {
      for (const [path, mtime] of times) {
        const cut = path.lastIndexOf('/');
        let fd = -1;
        try {
          fd = openFolderInRoot(root, cut < 0 ? '.' : path.slice(0, cut));
          setTimeAt(fd, path.slice(cut + 1) || '.', mtime);
        } catch (error) {
          if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))) throw error; // a later entry changed the way to it
        } finally {
          if (fd >= 0) closeFd(fd);
        }
      }
    },
    [Symbol.dispose]() {
      if (file >= 0) closeFd(file);
      forgetParent();
      closeFd(root);
    },
  };
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';
const shown = (bytes: string): string => JSON.stringify(Buffer.from(bytes, 'latin1').toString('utf8'));
const isZero = (piece: Buffer): boolean => piece.length <= ZEROS.length && piece.equals(ZEROS.subarray(0, piece.length));

function act(entry: TarEntry, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidParameter || error instanceof System) throw error;
    throw refused(entry, error);
  }
}

function refused(entry: TarEntry, cause: unknown): Error {
  const code = codeOf(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new System('no space left on the disk of the data root', { cause });
  if (['ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EXDEV', 'EISDIR'].includes(code)) return new InvalidParameter(`the layer has an entry ${shown(entry.path)} that cannot be placed in it`, { cause });
  return new System(`cannot unpack ${shown(entry.path)}`, { cause });
}

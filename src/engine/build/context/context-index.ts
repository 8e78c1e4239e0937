// What a build context holds, from the headers of its tar: no file is read again to compute a cache key.
import { createHash } from 'node:crypto';
import type { TarEntry } from '../../layers/tar-headers.ts';
import { NO_IGNORE, type Ignore } from './ignore.ts';
import type { SourceEntry, SourceTree } from './source-tree.ts';

interface Node extends SourceEntry { hash: string; children: Map<string, Node> | undefined }

export interface ContextIndex extends SourceTree {
  add(entry: TarEntry): void;
  /** Hides what .dockerignore names from then on. */
  setIgnore(ignore: Ignore): void;
  /** True when every path below is visible: the folder may be moved as a whole. */
  isWhole(path: string): boolean;
  files: number;
  sizeBytes: number;
}

const folder = (mode = 0o755): Node => ({ type: 'dir', mode, sizeBytes: 0, linkTarget: '', hash: '', children: new Map() });

export function createContextIndex(root: string): ContextIndex {
  const top = folder();
  let ignore = NO_IGNORE;

  const raw = (path: string): Node | undefined => {
    let node: Node | undefined = top;
    if (path !== '') for (const name of path.split('/')) node = node?.children?.get(name);
    return node;
  };
  // a hidden folder stays visible as the way to what an exception brings back
  const isHidden = (path: string, node: Node): boolean =>
    path !== '' && ignore.hiddenBy(path) !== undefined && (node.type !== 'dir' || ignore.prunes(path) || !hasVisible(path, node));
  const hasVisible = (path: string, node: Node): boolean => [...(node.children ?? [])].some(([name, child]) => !isHidden(`${path}/${name}`, child));
  const visible = (path: string): Node | undefined => {
    const node = raw(path);
    return node && !(ignore.lines.length > 0 && isHidden(path, node)) ? node : undefined;
  };

  const index: ContextIndex = {
    root,
    files: 0,
    sizeBytes: 0,
    setIgnore(next) { ignore = next; },
    add(entry) {
      const names = Buffer.from(entry.path, 'latin1').toString('utf8').split('/').filter((name) => name !== '' && name !== '.');
      if (names.includes('..')) return; // GNU tar does not unpack it either
      const last = names.pop();
      if (last === undefined) return;
      let parent = top;
      for (const name of names) {
        const known = parent.children?.get(name);
        const next = known?.children ? known : folder();
        if (next !== known) parent.children?.set(name, next);
        parent = next;
      }
      const linkTarget = Buffer.from(entry.linkTarget, 'latin1').toString('utf8');
      const target = entry.type === 'hardlink' ? raw(linkTarget.split('/').filter((name) => name !== '' && name !== '.').join('/')) : undefined;
      const before = parent.children?.get(last);
      const type = target ? target.type : entry.type === 'dir' ? 'dir' : entry.type === 'symlink' ? 'symlink' : entry.type === 'file' || entry.type === 'hardlink' ? 'file' : 'other';
      parent.children?.set(last, {
        type,
        mode: target?.mode ?? entry.mode,
        sizeBytes: target?.sizeBytes ?? entry.size,
        linkTarget: target ? target.linkTarget : type === 'symlink' ? linkTarget : '', // a hard link may be one to a symlink
        hash: target?.hash ?? entry.hash ?? '',
        children: type === 'dir' ? (before?.children ?? new Map()) : undefined,
      });
      if (type !== 'dir') index.files++;
      index.sizeBytes += entry.type === 'file' ? entry.size : 0;
    },
    entry: visible,
    names(path) {
      const names = [...(raw(path)?.children?.keys() ?? [])].sort();
      return ignore.lines.length === 0 ? names : names.filter((name) => visible(path === '' ? name : `${path}/${name}`) !== undefined);
    },
    isWhole(path) {
      if (ignore.lines.length === 0) return true;
      const walk = (at: string, node: Node): boolean => [...(node.children ?? [])].every(([name, child]) => {
        const below = at === '' ? name : `${at}/${name}`;
        return visible(below) !== undefined && walk(below, child);
      });
      const node = raw(path);
      return node !== undefined && walk(path, node);
    },
    async contentKey(path, leaveOut) {
      const hash = createHash('sha256');
      const walk = (at: string, relative: string): void => {
        const node = raw(at) as Node;
        if (relative !== '' && leaveOut?.(relative)) return;
        hash.update(`${relative}\0${node.type}\0${node.mode.toString(8)}\0${node.type === 'symlink' ? node.linkTarget : node.hash}\0`);
        for (const name of node.type === 'dir' ? index.names(at) : []) walk(at === '' ? name : `${at}/${name}`, relative === '' ? name : `${relative}/${name}`);
      };
      walk(path, '');
      return hash.digest('hex');
    },
    absence(path) {
      const hider = raw(path) ? ignore.hiddenBy(path) : undefined;
      return hider ? `excluded by .dockerignore line ${hider.line}: ${hider.text}` : ignoredGuess(path);
    },
  };
  // the client may have left the file out already: then only the pattern can tell
  const ignoredGuess = (path: string): string | undefined => {
    const hider = ignore.hiddenBy(path);
    return hider && `it may have been left out by .dockerignore line ${hider.line}: ${hider.text}`;
  };
  return index;
}

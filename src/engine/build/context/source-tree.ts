// A tree that COPY takes files from: a build context (known from its tar headers) or the root of a stage or image (on disk).

export interface SourceEntry {
  type: 'file' | 'dir' | 'symlink' | 'other';
  /** permission bits */
  mode: number;
  sizeBytes: number;
  linkTarget: string;
}

/** Paths are relative to the tree's root, without slashes at their ends; '' is the root. Intermediate symlinks are not followed. */
export interface SourceTree {
  /** where the files lie on disk */
  root: string;
  entry(path: string): SourceEntry | undefined;
  /** Names in a folder, sorted. */
  names(path: string): string[];
  /** Key of the contents below `path`: names, types, modes, contents; no times. `leaveOut` tells paths relative to it. */
  contentKey(path: string, leaveOut: ((relative: string) => boolean) | undefined, signal: AbortSignal): Promise<string>;
  /** Why a path is not there, when the tree knows: the .dockerignore line. */
  absence?(path: string): string | undefined;
}

const MAX_LINKS = 40; // as Linux: ELOOP

/**
 * Follows symlinks of every component, the last one too, never leaving the tree's root.
 * @returns undefined when something on the way is missing; 'loop' for endless links
 */
export function followLinks(tree: Pick<SourceTree, 'entry'>, path: string): string | 'loop' | undefined {
  let rest = path.split('/').filter(Boolean);
  let at: string[] = [];
  let links = 0;
  while (rest.length > 0) {
    const name = rest.shift() as string;
    if (name === '.') continue;
    if (name === '..') {
      at.pop();
      continue;
    }
    const here = [...at, name].join('/');
    const found = tree.entry(here);
    if (!found) return undefined;
    if (found.type !== 'symlink') {
      at.push(name);
      continue;
    }
    if (++links > MAX_LINKS) return 'loop';
    if (found.linkTarget.startsWith('/')) at = [];
    rest = [...found.linkTarget.split('/').filter(Boolean), ...rest];
  }
  return at.join('/');
}

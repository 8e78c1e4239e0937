// Which files a COPY or ADD takes and where each goes. Pure over a SourceTree. Rules: Dockerfile reference, "COPY";
// wildcards are Go's filepath.Match per path segment, a folder means its contents, links in the given path are followed.
import { InvalidParameter } from '../../wire/errors.ts';
import { nearest } from '../dockerfile/suggest.ts';
import { ignoreOf, patternExpression } from './ignore.ts';
import { followLinks, type SourceTree } from './source-tree.ts';

export interface Selected {
  /** path in the tree, links followed */
  source: string;
  type: 'file' | 'dir' | 'other';
  /** name a file gets when the destination is a folder; for --parents the whole path */
  name: string;
}

export interface SelectOptions {
  /** COPY or ADD, for messages */
  keyword: string;
  parents: boolean;
}

const WILD = /(?:^|[^\\])[*?[]/;

/**
 * Resolves one source word.
 * @throws InvalidParameter when it leaves the context, is not there, or matches nothing
 */
export function selectSource(tree: SourceTree, word: string, { keyword, parents }: SelectOptions): Selected[] {
  const { path, pivot } = split(word, parents);
  if (climbsOut(path)) throw new InvalidParameter(`${keyword} failed: forbidden path outside the build context: ${word} ()`);
  const clean = normal(path);
  if (!WILD.test(clean)) {
    const literal = clean.replace(/\\(.)/g, '$1');
    return [found(tree, literal, word, keyword, pivot, parents)];
  }
  const matches = glob(tree, clean.split('/'));
  if (matches.length === 0) throw new InvalidParameter(`${keyword} failed: no source files were specified: nothing matches ${JSON.stringify(word)}`);
  return matches.map((match) => found(tree, match, word, keyword, pivot, parents));
}

/** What `--exclude` patterns leave out: relative to a folder, by name for a single file. */
export function excluder(patterns: readonly string[]): ((relative: string) => boolean) | undefined {
  if (patterns.length === 0) return undefined;
  const lines = patterns.map((text, index) => {
    const isException = text.startsWith('!');
    const pattern = normal(isException ? text.slice(1) : text);
    return { line: index + 1, text, isException, pattern, expression: patternExpression(pattern, '--exclude') };
  });
  const ignore = ignoreOf(lines);
  return (relative) => ignore.hiddenBy(relative) !== undefined;
}

/** `--parents` keeps the part after `/./`. */
function split(word: string, parents: boolean): { path: string; pivot: number } {
  const at = parents ? word.indexOf('/./') : -1;
  return at < 0 ? { path: word, pivot: 0 } : { path: word, pivot: normal(word.slice(0, at)).split('/').filter(Boolean).length };
}

function found(tree: SourceTree, path: string, word: string, keyword: string, pivot: number, parents: boolean): Selected {
  const source = followLinks(tree, path);
  if (source === 'loop') throw new InvalidParameter(`${keyword} failed: ${word}: too many levels of symbolic links`);
  const entry = source === undefined ? undefined : tree.entry(source);
  if (source === undefined || !entry) throw new InvalidParameter(`${keyword} failed: file not found in build context: stat ${word}: file does not exist${hint(tree, path)}`);
  const names = path.split('/').filter(Boolean);
  return { source, type: entry.type === 'symlink' ? 'other' : entry.type, name: parents ? names.slice(pivot).join('/') : (names.at(-1) ?? '') };
}

function hint(tree: SourceTree, path: string): string {
  const why = tree.absence?.(path);
  if (why !== undefined) return ` (${why})`;
  const at = path.lastIndexOf('/');
  const folder = at < 0 ? '' : path.slice(0, at);
  if (tree.entry(folder)?.type !== 'dir') return '';
  const near = nearest(path.slice(at + 1), tree.names(folder));
  return near === undefined ? '' : ` (did you mean ${folder === '' ? near : `${folder}/${near}`}?)`;
}

function glob(tree: SourceTree, segments: readonly string[]): string[] {
  let paths = [''];
  for (const segment of segments) {
    const next: string[] = [];
    const expression = segment === '**' ? undefined : patternExpression(segment, 'COPY');
    for (const path of paths) {
      const at = followLinks(tree, path);
      if (at === undefined || at === 'loop' || tree.entry(at)?.type !== 'dir') continue;
      if (expression === undefined) next.push(...below(tree, path));
      else if (!WILD.test(segment)) {
        const child = join(path, segment.replace(/\\(.)/g, '$1'));
        if (tree.entry(join(at, child.slice(child.lastIndexOf('/') + 1)))) next.push(child);
      } else for (const name of tree.names(at)) if (expression.test(name)) next.push(join(path, name));
    }
    paths = next;
  }
  return [...new Set(paths)].sort();
}

/** `**`: the folder and every folder below it. */
function below(tree: SourceTree, path: string): string[] {
  return [path, ...tree.names(path).filter((name) => tree.entry(join(path, name))?.type === 'dir').flatMap((name) => below(tree, join(path, name)))];
}

const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

function climbsOut(path: string): boolean {
  let depth = 0;
  for (const name of path.replace(/^\/+/, '').split('/')) {
    if (name === '..') depth--;
    else if (name !== '' && name !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}

function normal(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names.join('/');
}

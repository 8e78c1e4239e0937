import { describe, expect, it } from 'vitest';
import type { TarEntry, TarType } from '../../layers/tar-headers.ts';
import { createContextIndex, type ContextIndex } from './context-index.ts';
import { parseIgnore } from './ignore.ts';
import { excluder, selectSource } from './select.ts';

const SIGNAL = new AbortController().signal;

function context(files: Record<string, string>, ignore = ''): ContextIndex {
  const index = createContextIndex('/nowhere');
  for (const [path, content] of Object.entries(files)) {
    const type: TarType = path.endsWith('/') ? 'dir' : content.startsWith('->') ? 'symlink' : 'file';
    index.add({ path, type, size: content.length, storedBytes: 0, mode: 0o644, uid: 0, gid: 0, mtime: 1, linkTarget: type === 'symlink' ? content.slice(2) : '', xattrs: '', devMajor: 0, devMinor: 0, headerOffset: 0, contentOffset: 0, hash: Buffer.from(content).toString('hex') } satisfies TarEntry);
  }
  index.setIgnore(parseIgnore(ignore));
  return index;
}
const FILES = { 'a.txt': '1', 'b.txt': '2', 'c.md': '3', 'dir/': '', 'dir/x.txt': '4', 'dir/sub/y.txt': '5', link: '->dir/x.txt', out: '->/etc/passwd', abs: '->/dir', loop: '->loop', dirlink: '->dir' };
const pick = (word: string, parents = false, ignore = '') => selectSource(context(FILES, ignore), word, { keyword: 'COPY', parents }).map(({ source, name }) => [source, name]);

describe('selectSource', () => {
  it.each([
    ['a.txt', [['a.txt', 'a.txt']]], ['/a.txt', [['a.txt', 'a.txt']]], ['./dir/../a.txt', [['a.txt', 'a.txt']]], ['.', [['', '']]], ['/', [['', '']]], ['dir', [['dir', 'dir']]], ['dir/', [['dir', 'dir']]],
    ['*.txt', [['a.txt', 'a.txt'], ['b.txt', 'b.txt']]], ['?.md', [['c.md', 'c.md']]], ['[ab].txt', [['a.txt', 'a.txt'], ['b.txt', 'b.txt']]], ['*/x.txt', [['dir/x.txt', 'x.txt'], ['dir/x.txt', 'x.txt'], ['dir/x.txt', 'x.txt']]],
    ['link', [['dir/x.txt', 'link']]], ['abs', [['dir', 'abs']]], ['dirlink/x.txt', [['dir/x.txt', 'x.txt']]], ['abs/sub/y.txt', [['dir/sub/y.txt', 'y.txt']]],
  ])('%s', (word, wanted) => expect(pick(word)).toEqual(wanted));
  it('keeps parents, from the pivot on', () => {
    expect(pick('dir/sub/y.txt', true)).toEqual([['dir/sub/y.txt', 'dir/sub/y.txt']]);
    expect(pick('dir/./sub/y.txt', true)).toEqual([['dir/sub/y.txt', 'sub/y.txt']]);
    expect(pick('**/y.txt', true)).toEqual([['dir/sub/y.txt', 'dir/sub/y.txt']]);
  });
  it.each([
    ['../a.txt', 'forbidden path outside the build context'], ['dir/../../a', 'forbidden path outside'], ['none', 'file does not exist'], ['a.tx', 'did you mean a.txt?'], ['*.zip', 'no source files'], ['loop', 'too many levels of symbolic links'], ['out', 'file does not exist'],
  ])('%s is refused', (word, message) => expect(() => pick(word)).toThrow(message));
  it('tells which .dockerignore line hid a file', () => {
    expect(() => pick('a.txt', false, '# no\n*.txt')).toThrow('excluded by .dockerignore line 2: *.txt');
    expect(pick('*', false, '*\n!dir/sub/y.txt\n')).toEqual([['dir', 'dir']]);
  });
  it('leaves out by relative path', () => {
    const isOut = excluder(['*.txt', '!keep.txt', 'sub/**']);
    expect(['a.txt', 'keep.txt', 'sub/b', 'd/a.txt'].map((path) => isOut?.(path))).toEqual([true, false, true, false]);
  });
  it('gives the same key for the same contents and another for any difference', async () => {
    const key = (files: Record<string, string>, ignore = '') => context(files, ignore).contentKey('', undefined, SIGNAL);
    expect(await key(FILES)).toBe(await key(Object.fromEntries(Object.entries(FILES).reverse())));
    expect(await key({ ...FILES, 'a.txt': 'x' })).not.toBe(await key(FILES));
    expect(await key({ ...FILES, 'new.log': 'x' }, '*.log')).toBe(await key(FILES));
  });
});

import { describe, expect, test } from 'vitest';
import type { TarEntry } from './tar-headers.ts';
import { FLAG, KIND, nameOf, openTreeFile, stringOf, type LayerTree } from './tree-file.ts';
import { cleanPath, createTreeFileWriter } from './tree-writer.ts';

const entry = (path: string, over: Partial<TarEntry> = {}): TarEntry => ({
  path, type: 'file', size: 0, storedBytes: over.size ?? 0, mode: 0o644, uid: 0, gid: 0, mtime: 1, linkTarget: '', xattrs: '',
  devMajor: 0, devMinor: 0, headerOffset: 0, contentOffset: 0, hash: '01'.repeat(32), ...over,
});
function build(...entries: TarEntry[]): LayerTree {
  const writer = createTreeFileWriter();
  for (const one of entries) writer.add(one);
  return openTreeFile(writer.finish({ entries: entries.length, bytes: 0 }).bytes);
}
function paths(tree: LayerTree): string[] {
  const all: string[] = [''];
  for (let node = 1; node < tree.nodes; node++) all.push(`${all[tree.parent[node] as number]}/${nameOf(tree, node)}`);
  return all.slice(1);
}
const at = (tree: LayerTree, path: string) => paths(tree).indexOf(path) + 1;

describe('tree file', () => {
  test('sorts children by bytes, breadth first, and makes folders nobody named', () => {
    const tree = build(entry('b/x', { size: 3 }), entry('a'), entry('./b/\xff', { size: 4 }), entry('c/d/e', { size: 5 }));
    expect(paths(tree)).toEqual(['/a', '/b', '/c', '/b/x', '/b/\xff', '/c/d', '/c/d/e']);
    expect(tree.flags[at(tree, '/c/d')]).toBe(FLAG.implied);
    expect(tree.storedBytes).toBe(12);
    expect([...tree.firstChild]).toEqual([1, 4, 4, 6, 7, 7, 7, 8, 8]);
  });

  test('keeps metadata, link targets, xattrs and device numbers', () => {
    const tree = build(
      entry('l', { type: 'symlink', linkTarget: 'target', mode: 0o777 }),
      entry('dev', { type: 'char', devMajor: 5, devMinor: 1 }),
      entry('f', { xattrs: 'a=1\0b=2', uid: 4_000_000_000, mtime: 12.5 }),
    );
    expect(stringOf(tree, tree.link[at(tree, '/l')] as number)).toBe('target');
    expect(stringOf(tree, tree.link[at(tree, '/dev')] as number)).toBe('5:1');
    expect(stringOf(tree, tree.xattrs[at(tree, '/f')] as number)).toBe('a=1\0b=2');
    expect(tree.uid[at(tree, '/f')]).toBe(4_000_000_000);
    expect(tree.mtime[at(tree, '/f')]).toBe(12.5);
  });

  test('a hard link shares its content and stores nothing', () => {
    const tree = build(entry('z', { size: 9 }), entry('a', { type: 'hardlink', linkTarget: './z' }), entry('lone', { type: 'hardlink', linkTarget: 'elsewhere' }));
    expect(tree.kind[at(tree, '/a')]).toBe(KIND.file);
    expect(tree.size[at(tree, '/a')]).toBe(9);
    expect(tree.stored[at(tree, '/a')]).toBe(0);
    expect(tree.hardlinkOf[at(tree, '/a')]).toBe(at(tree, '/z'));
    expect(tree.kind[at(tree, '/lone')]).toBe(KIND.hardlink);
  });

  test('a hard link keeps the content it was made for when its first name is written again', () => {
    const tree = build(entry('a', { size: 9 }), entry('b', { type: 'hardlink', linkTarget: 'a' }), entry('c', { type: 'hardlink', linkTarget: 'b' }), entry('a', { size: 4 }));
    expect(['/a', '/b', '/c'].map((path) => [tree.size[at(tree, path)], tree.stored[at(tree, path)]])).toEqual([[4, 4], [9, 9], [9, 0]]);
    expect(tree.hardlinkOf[at(tree, '/c')]).toBe(at(tree, '/b'));
    expect([tree.storedBytes, tree.shadowed]).toEqual([13, []]);
  });

  test('a link to its own place changes nothing; links are found whatever their order', () => {
    expect(build(entry('a', { size: 9 }), entry('b', { type: 'hardlink', linkTarget: 'a' }), entry('a', { type: 'hardlink', linkTarget: 'b' })).storedBytes).toBe(9);
    const tree = build(entry('a', { type: 'hardlink', linkTarget: 'b' }), entry('b', { type: 'hardlink', linkTarget: 'c' }), entry('c', { size: 3 }));
    expect([tree.hardlinkOf[at(tree, '/a')], tree.hardlinkOf[at(tree, '/b')], tree.storedBytes]).toEqual([at(tree, '/c'), at(tree, '/c'), 3]);
  });

  test('a link to a symbolic link has the target of that', () => {
    const tree = build(entry('l', { type: 'symlink', linkTarget: 'x' }), entry('m', { type: 'hardlink', linkTarget: 'l' }));
    expect([tree.kind[at(tree, '/m')], stringOf(tree, tree.link[at(tree, '/m')] as number)]).toEqual([KIND.symlink, 'x']);
  });

  test('symbolic links of the layer are followed on the way to an entry, and never out of it', () => {
    const tree = build(
      entry('usr/lib', { type: 'dir' }), entry('lib', { type: 'symlink', linkTarget: 'usr/lib' }), entry('lib/a'), entry('lib/.wh.b'),
      entry('up', { type: 'symlink', linkTarget: '/../../usr/./lib/../share' }), entry('up/c'), entry('loop', { type: 'symlink', linkTarget: 'loop' }), entry('loop/d'),
    );
    expect(paths(tree)).toEqual(['/lib', '/loop', '/up', '/usr', '/usr/lib', '/usr/share', '/usr/lib/a', '/usr/lib/b', '/usr/share/c']);
    expect(tree.refused).toBe(1);
  });

  test('whiteouts name what they hide; an opaque mark sits on its folder', () => {
    const tree = build(entry('d/.wh.gone'), entry('o/.wh..wh..opq'), entry('o/new'), entry('both'), entry('.wh.both'), entry('.wh.dir'), entry('dir/new'));
    expect(tree.kind[at(tree, '/d/gone')]).toBe(KIND.whiteout);
    expect((tree.flags[at(tree, '/o')] as number) & FLAG.opaque).toBe(FLAG.opaque);
    expect(tree.kind[at(tree, '/both')]).toBe(KIND.file);
    expect(tree.kind[at(tree, '/dir')]).toBe(KIND.dir);
    expect((tree.flags[at(tree, '/dir')] as number) & FLAG.opaque).toBe(FLAG.opaque);
  });

  test('the later of two entries wins and what it replaced is counted', () => {
    const tree = build(entry('a', { size: 5 }), entry('a', { size: 7 }), entry('d/x', { size: 2 }), entry('d', { size: 1 }));
    expect(paths(tree)).toEqual(['/a', '/d']);
    expect(tree.storedBytes).toBe(8);
    expect(tree.shadowed).toEqual([['a', 5], ['d/x', 2]]);
  });

  test('300,000 files in one folder', { timeout: 30_000 }, () => {
    const writer = createTreeFileWriter();
    for (let i = 0; i < 300_000; i++) writer.add(entry(`d/${i}`));
    const { tree } = writer.finish({ entries: 300_000, bytes: 0 });
    expect(tree.nodes).toBe(300_002);
  });

  test('damaged bytes are refused', () => {
    const writer = createTreeFileWriter();
    writer.add(entry('a'));
    const { bytes } = writer.finish({ entries: 1, bytes: 0 });
    expect(() => openTreeFile(bytes.subarray(0, bytes.length - 8))).toThrow('damaged tree file');
    expect(() => openTreeFile(Buffer.from('not one'))).toThrow('damaged tree file');
  });
});

test.each([
  ['./a/b/', 'a/b'], ['/a', 'a'], ['a//b', 'a/b'], ['a/./b', 'a/b'], ['./', ''], ['.', ''], ['a/.hidden', 'a/.hidden'], ['a./b', 'a./b'],
  ['../x', undefined], ['a/../b', undefined], ['a/..', undefined], ['..', undefined], ['a\0b', undefined], ['x'.repeat(20_000), undefined],
])('cleans %j', (raw, clean) => expect(cleanPath(raw)).toBe(clean));

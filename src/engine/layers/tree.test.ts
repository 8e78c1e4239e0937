import { describe, expect, test } from 'vitest';
import { globalHeader, makeLayer, makeTar, readLayer, type MadeEntry } from '../../../test/layers/oracle.ts';
import type { TarEntry } from './tar-headers.ts';
import { measureImage } from './tree-totals.ts';
import { createTreeFileWriter } from './tree-writer.ts';
import { findPath, MARK_NAMES, stackLayers, unionPath, type ImageTree } from './tree.ts';

const MB = 1_000_000;
const ENTRY: Omit<TarEntry, 'path'> = { type: 'file', size: 1, storedBytes: 1, mode: 0o644, uid: 0, gid: 0, mtime: 1, linkTarget: '', xattrs: '', devMajor: 0, devMinor: 0, headerOffset: 0, contentOffset: 0, hash: '01'.repeat(32) };
const bytes = (count: number, fill = 'a') => Buffer.alloc(count, fill);
const image = (...layers: MadeEntry[][]) => stackLayers(layers.map(makeLayer));
function history(tree: ImageTree, path: string): string[] {
  const node = findPath(tree, path);
  if (node === undefined) return [];
  const found: string[] = [];
  for (let event = tree.eventBegin[node] as number; event < (tree.eventBegin[node + 1] as number); event++) {
    found.push(`${tree.eventLayer[event]} ${MARK_NAMES[tree.eventMark[event] as number]}`);
  }
  return found;
}
function sums(tree: ImageTree) {
  const { waste: _, layers: __, duplicates: ___, ...rest } = measureImage(tree);
  expect(rest.visibleBytes + rest.reclaimableBytes).toBe(rest.storedBytes);
  expect(rest.overwrittenBytes + rest.deletedLaterBytes + rest.metadataOnlyBytes).toBe(rest.reclaimableBytes);
  return rest;
}

describe('reclaimable bytes', () => {
  test('a file rewritten once wastes its size once', () => {
    const tree = image([{ path: 'f', content: bytes(MB) }], [{ path: 'f', content: bytes(MB, 'b') }]);
    expect(sums(tree)).toMatchObject({ storedBytes: 2 * MB, visibleBytes: MB, reclaimableBytes: MB, overwrittenBytes: MB, efficiency: 0.5 });
    expect(measureImage(tree).waste).toEqual([{ path: 'f', layer: 0, hiddenBy: 1, cause: 'overwritten', bytes: MB }]);
    expect(history(tree, 'f')).toEqual(['0 added', '1 content']);
  });

  test('removing a folder by one whiteout equals deleting its files one by one', () => {
    const base: MadeEntry[] = [{ path: 'd', type: 'dir' }, { path: 'd/a', content: bytes(600) }, { path: 'd/b/c', content: bytes(400) }, { path: 'k', content: bytes(1000) }];
    const whole = image(base, [{ path: '.wh.d' }]);
    const each = image(base, [{ path: 'd/.wh.a' }, { path: 'd/b/.wh.c' }]);
    expect(sums(whole)).toEqual(sums(each));
    expect(sums(whole)).toMatchObject({ deletedLaterBytes: 1000, efficiency: 0.5 });
    expect(measureImage(whole).layers[1]?.files.removed).toBe(2);
    expect(history(whole, 'd/b/c')).toEqual(['0 added', '1 removed']);
  });

  test('an opaque folder hides what lower layers put in it, and only that', () => {
    const tree = image(
      [{ path: 'o/old', content: bytes(10) }, { path: 'o/same', content: bytes(20) }],
      [{ path: 'o/new', content: bytes(5) }, { path: 'o', type: 'dir' }, { path: 'o/.wh..wh..opq' }, { path: 'o/same', content: bytes(20) }],
    );
    expect(history(tree, 'o/old')).toEqual(['0 added', '1 removed']);
    expect(history(tree, 'o/new')).toEqual(['1 added']);
    expect(history(tree, 'o/same')).toEqual(['0 added', '1 unchanged']);
    expect(sums(tree)).toMatchObject({ deletedLaterBytes: 10, overwrittenBytes: 20, visibleBytes: 25 });
  });

  test('a retargeted symlink is marked as such', () => {
    const tree = image([{ path: 'l', type: 'symlink', target: 'a' }], [{ path: 'l', type: 'symlink', target: 'b' }]);
    expect(history(tree, 'l')).toEqual(['0 added', '1 link']);
    expect(sums(tree).efficiency).toBe(1);
  });

  test('chmod of a large file costs a metadata-only copy', { timeout: 30_000 }, () => {
    const tree = image([{ path: 'big', content: bytes(100 * MB) }], [{ path: 'big', content: bytes(100 * MB), mode: 0o755 }]);
    expect(history(tree, 'big')).toEqual(['0 added', '1 metadata']);
    expect(sums(tree)).toMatchObject({ metadataOnlyBytes: 100 * MB, overwrittenBytes: 0, visibleBytes: 100 * MB });
  });

  test('a hard link broken by copy-up wastes nothing while the other name shows the old copy', () => {
    const linked: MadeEntry[] = [{ path: 'a', content: bytes(70) }, { path: 'b', type: 'hardlink', target: 'a' }];
    const broken = image(linked, [{ path: 'a', content: bytes(70, 'z') }]);
    expect(sums(broken)).toMatchObject({ storedBytes: 140, visibleBytes: 140, reclaimableBytes: 0 });
    const gone = image(linked, [{ path: 'a', content: bytes(70, 'z') }], [{ path: '.wh.b' }]);
    expect(sums(gone)).toMatchObject({ storedBytes: 140, visibleBytes: 70, deletedLaterBytes: 70 });
    expect(measureImage(image(linked)).storedBytes).toBe(70);
  });

  test('a hard link to a file of a lower layer shows its copy and stores nothing', () => {
    const tree = image([{ path: 'd/a', content: bytes(70) }], [{ path: 'b', type: 'hardlink', target: 'd/a' }], [{ path: '.wh.d' }], [{ path: 'b', type: 'file', content: bytes(70), mode: 0o600 }]);
    expect(history(tree, 'b')).toEqual(['1 added', '3 metadata']);
    expect(sums(tree)).toMatchObject({ storedBytes: 140, visibleBytes: 70, metadataOnlyBytes: 70, deletedLaterBytes: 0 });
    const kept = image([{ path: 'd/a', content: bytes(70) }], [{ path: 'b', type: 'hardlink', target: 'd/a' }], [{ path: '.wh.d' }]);
    expect(sums(kept)).toMatchObject({ storedBytes: 70, visibleBytes: 70, efficiency: 1 });
    expect(history(image([{ path: '.wh.d' }, { path: 'b', type: 'hardlink', target: 'd/a' }]), 'b')).toEqual(['0 added']);
  });

  test('file, then folder, then file again', () => {
    const tree = image([{ path: 'p', content: bytes(3) }], [{ path: '.wh.p' }, { path: 'p/q', content: bytes(5) }], [{ path: 'p', content: bytes(7) }]);
    expect(history(tree, 'p')).toEqual(['0 added', '1 type', '2 type']);
    expect(history(tree, 'p/q')).toEqual(['1 added', '2 removed']);
    expect(measureImage(tree).layers.map(({ files }) => [files.added, files.type, files.removed])).toEqual([[1, 0, 0], [1, 1, 0], [0, 1, 1]]);
    expect(sums(tree)).toMatchObject({ storedBytes: 15, visibleBytes: 7, overwrittenBytes: 3, deletedLaterBytes: 5 });
  });

  test('equal content under several paths is counted apart, hard links not at all', () => {
    const tree = image([{ path: 'a', content: bytes(50) }, { path: 'b', content: bytes(50) }, { path: 'h', type: 'hardlink', target: 'a' }], [{ path: 'c', content: bytes(50) }]);
    expect(sums(tree)).toMatchObject({ duplicateContentBytes: 100, reclaimableBytes: 0, efficiency: 1 });
  });

  test('an image that stores nothing is efficient', () => {
    expect(sums(image([{ path: 'd', type: 'dir' }], [{ path: '.wh.d' }]))).toMatchObject({ storedBytes: 0, efficiency: 1 });
    expect(measureImage(stackLayers([])).efficiency).toBe(1);
  });

  test('a path twice in one layer wastes the first copy', () => {
    expect(sums(image([{ path: 'a', content: bytes(5) }, { path: 'a', content: bytes(6) }]))).toMatchObject({ storedBytes: 11, visibleBytes: 6, overwrittenBytes: 5 });
  });
});

describe('marks', () => {
  test('a folder without header passes through, one with a header changes metadata', () => {
    const tree = image([{ path: 'd', type: 'dir', mode: 0o700 }, { path: 'd/a' }], [{ path: 'd/b' }], [{ path: 'd', type: 'dir' }]);
    expect(history(tree, 'd')).toEqual(['0 added', '2 metadata']);
  });

  test('a removed path comes back as added', () => {
    expect(history(image([{ path: 'a' }], [{ path: '.wh.a' }], [{ path: 'a' }]), 'a')).toEqual(['0 added', '1 removed', '2 added']);
  });

  test('a whiteout of nothing does nothing', () => {
    expect(history(image([{ path: 'a' }], [{ path: '.wh.x' }]), 'x')).toEqual([]);
  });

  test('a pax global header changes nothing', () => {
    const tar = makeTar([{ path: 'a', content: 'x' }]);
    expect(readLayer(Buffer.concat([globalHeader('0123456789abcdef'), tar])).nodes).toBe(2);
    expect(readLayer(Buffer.concat([globalHeader('0123456789abcdef'), tar])).problem).toBeUndefined();
  });

  test('paths are found by bytes, also long and strange ones', () => {
    const deep = Array.from({ length: 1300 }, () => 'dd').join('/');
    const tree = image([{ path: deep, content: 'x' }, { path: 'n\xff\x01' }]);
    expect(unionPath(tree, findPath(tree, deep) as number)).toBe(deep);
    expect(findPath(tree, 'n\xff\x01')).toBeDefined();
    expect(findPath(tree, 'nope')).toBeUndefined();
  });
});

describe('size', () => {
  test('20,000 files with 1,000 whiteouts', { timeout: 30_000 }, () => {
    const files = Array.from({ length: 20_000 }, (_, i) => ({ path: `d${i % 100}/f${i}`, content: 'x' }));
    const gone = Array.from({ length: 1000 }, (_, i) => ({ path: `d${i % 100}/.wh.f${i}` }));
    const tree = image(files, gone);
    expect(sums(tree)).toMatchObject({ storedBytes: 20_000, deletedLaterBytes: 1000 });
  });

  test('500,000 entries in 10 layers', { timeout: 30_000 }, () => {
    const made = Array.from({ length: 5 }, (_, layer) => {
      const writer = createTreeFileWriter();
      for (let i = 0; i < 50_000; i++) writer.add({ ...ENTRY, path: `u/l${layer}/d${i % 500}/f${i}` });
      return writer.finish({ entries: 50_000, bytes: 0 }).tree;
    });
    const big = stackLayers([...made, ...made]);
    expect(big.nodes).toBe(1 + 1 + 5 + 2500 + 250_000);
    expect(big.eventBegin[big.nodes]).toBe(big.nodes + 250_000);
  });
});

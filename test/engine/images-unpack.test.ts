// Layers from strangers and layers from distributions: what the unpacker makes of them on a real file system, and that nothing
// ever lands outside of the layer. Needs root: owners, devices, trusted attributes.
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { getXattr } from '../../src/engine/kernel/files.ts';
import { packLayer } from '../../src/engine/layers/pack.ts';
import { createTarReader } from '../../src/engine/layers/tar-headers.ts';
import { TAR_END, tarHeader, tarPadding, type TarItem } from '../../src/engine/layers/tar-writer.ts';
import { createUnpacker } from '../../src/engine/layers/unpack.ts';

let folder: string;
let layer: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-unpack-'));
  layer = join(folder, 'layer');
  mkdirSync(layer);
  writeFileSync(join(folder, 'victim'), 'untouched');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Item = Partial<TarItem> & { path: string; content?: string };
function tar(...items: Item[]): Buffer {
  return Buffer.concat([...items.flatMap(({ content = '', ...item }) => {
    const type = item.type ?? 'file';
    const size = type === 'file' ? content.length : 0;
    return [tarHeader({ type, mode: type === 'dir' ? 0o755 : 0o644, uid: 0, gid: 0, mtime: 1_700_000_000, ...item, size }), Buffer.from(type === 'file' ? content : ''), tarPadding(size)];
  }), TAR_END]);
}
function unpack(bytes: Buffer, into = layer): void {
  using unpacker = createUnpacker({ folder: into, overlayPrefix: 'trusted.overlay.', isRootless: false });
  const reader = createTarReader({ onContent: (entry) => unpacker.onContent(entry), onEntry: (entry) => unpacker.onEntry(entry) });
  for (let at = 0; at < bytes.length; at += 700) reader.write(bytes.subarray(at, at + 700));
  expect(reader.end().problem).toBeUndefined();
  unpacker.finish();
}
const outside = () => readdirSync(folder).sort();

describe('nothing leaves the layer', () => {
  const refused: [string, Item[]][] = [
    ['a path with ..', [{ path: '../evil', content: 'x' }]],
    ['.. in the middle', [{ path: 'a/../../evil', content: 'x' }]],
    ['a hard link to the outside', [{ path: 'h', type: 'hardlink', linkTarget: '../victim' }]],
    ['a hard link to an absolute path', [{ path: 'h', type: 'hardlink', linkTarget: '/etc/passwd' }]],
    ['a whiteout of ..', [{ path: 'd/.wh...', content: '' }]],
    ['a hard link through a link to the outside', [{ path: 'd', type: 'symlink', linkTarget: '/' }, { path: 'h', type: 'hardlink', linkTarget: 'd/etc/hostname' }]],
    ['a hard link over a link to the outside, by way of ..', [{ path: 'l', type: 'symlink', linkTarget: '/etc' }, { path: 'h', type: 'hardlink', linkTarget: 'l/../../victim' }]],
    ['a file below a file', [{ path: 'f', content: 'x' }, { path: 'f/g', content: 'y' }]],
  ];
  test.each(refused)('%s is refused', (_name, items) => {
    expect(() => unpack(tar(...items))).toThrow(/the layer has an|the layer has a/);
    expect(outside()).toEqual(['layer', 'victim']);
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('untouched');
  });

  const contained: [string, (up: string) => Item[]][] = [
    ['an absolute path', () => [{ path: '/abs/file', content: 'x' }]],
    ['a link to the root, then a file through it', () => [{ path: 'd', type: 'symlink', linkTarget: '/' }, { path: 'd/evil', content: 'x' }]],
    ['a link upwards, then a file through it', () => [{ path: 'd', type: 'symlink', linkTarget: '../..' }, { path: 'd/evil', content: 'x' }]],
    ['a link to a folder outside, then a file through it', (up) => [{ path: 'd', type: 'symlink', linkTarget: up }, { path: `.${up}`, type: 'dir' }, { path: 'd/evil', content: 'x' }]],
    ['a link to a file outside, then that file again', (up) => [{ path: 'f', type: 'symlink', linkTarget: `${up}/victim` }, { path: 'f', content: 'evil' }]],
    ['a hard link to a link to a file outside, then written', (up) => [{ path: 'l', type: 'symlink', linkTarget: `${up}/victim` }, { path: 'h', type: 'hardlink', linkTarget: 'l' }, { path: 'h', content: 'evil' }]],
    ['a folder, replaced by a link, then a file in it', () => [{ path: 'd', type: 'dir' }, { path: 'd', type: 'symlink', linkTarget: '..' }, { path: 'd/evil', content: 'x' }]],
    ['a whiteout through a link to the root', () => [{ path: 'd', type: 'symlink', linkTarget: '/' }, { path: 'd/.wh.victim' }, { path: 'd/.wh..wh..opq' }]],
    ['a whiteout through a link upwards', () => [{ path: 'd', type: 'symlink', linkTarget: '..' }, { path: 'd/.wh.victim' }]],
    ['a folder in the place of a link to the outside, with owner and mode', (up) => [{ path: 'd', type: 'symlink', linkTarget: up }, { path: 'd', type: 'dir', uid: 1234, mode: 0o777, mtime: 5 }, { path: 'd/victim', content: 'evil' }]],
    ['links that lead to each other, then a file through them', () => [{ path: 'a', type: 'symlink', linkTarget: 'b/..' }, { path: 'b', type: 'symlink', linkTarget: '../..' }, { path: 'a/b/evil', content: 'x' }]],
    ['a device node through a link upwards', () => [{ path: 'd', type: 'symlink', linkTarget: '../..' }, { path: 'd/evil', type: 'char', devMajor: 1, devMinor: 3 }]],
    ['a link into /proc, then a file through it', () => [{ path: 'd', type: 'symlink', linkTarget: '/proc/self/root' }, { path: 'proc/self/root', type: 'dir' }, { path: 'd/evil', content: 'x' }]],
    ['a file named like a path of another system', () => [{ path: '..\\..\\evil', content: 'x' }, { path: 'C:\\evil', content: 'x' }]],
    ['times and owners on a link', (up) => [{ path: 'l', type: 'symlink', linkTarget: `${up}/victim`, uid: 1234, mtime: 5 }]],
  ];
  test.each(contained)('%s stays inside', (_name, items) => {
    const before = statSync(join(folder, 'victim'));
    unpack(tar(...items(folder)));
    expect(outside()).toEqual(['layer', 'victim']);
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('untouched');
    expect(statSync(join(folder, 'victim'))).toMatchObject({ uid: before.uid, mtimeMs: before.mtimeMs, mode: before.mode });
    expect(existsSync('/evil')).toBe(false);
  });

  test('overlay attributes of a stranger are dropped: they could redirect lookups', () => {
    unpack(tar({ path: 'd', type: 'dir', xattrs: [['trusted.overlay.redirect', '/etc'], ['trusted.overlay.opaque', 'y'], ['user.kept', 'yes']] }));
    expect(getXattr(join(layer, 'd'), 'trusted.overlay.redirect')).toBeUndefined();
    expect(getXattr(join(layer, 'd'), 'trusted.overlay.opaque')).toBeUndefined();
    expect(getXattr(join(layer, 'd'), 'user.kept')).toBe('yes');
  });
});

test('whiteouts become overlay devices, opaque folders an attribute; a whiteout beside its own new entry only hides lower layers', () => {
  unpack(tar(
    { path: 'gone/.wh.file' }, { path: 'opaque/.wh..wh..opq' }, { path: 'opaque/new', content: 'n' },
    { path: '.wh.again' }, { path: 'again', type: 'dir' }, { path: 'first', type: 'dir' }, { path: '.wh.first' }, { path: '.wh..wh.plnk' },
    { path: '.wh.late' }, { path: 'late', content: 'file' },
  ));
  const device = lstatSync(join(layer, 'gone/file'));
  expect(device.isCharacterDevice() && device.rdev === 0).toBe(true);
  for (const path of ['opaque', 'again', 'first']) expect(getXattr(join(layer, path), 'trusted.overlay.opaque')).toBe('y');
  expect(readFileSync(join(layer, 'late'), 'utf8')).toBe('file');
  expect(readdirSync(layer).sort()).toEqual(['again', 'first', 'gone', 'late', 'opaque']);
});

test('folders replaced by files and files by folders within one layer: the last one wins', () => {
  unpack(tar({ path: 'a/b/c', content: 'deep' }, { path: 'a', content: 'file' }, { path: 'x', content: 'file' }, { path: 'x', type: 'dir' }, { path: 'x/y', content: 'in' }, { path: 'x/y', type: 'symlink', linkTarget: 'z' }));
  expect(readFileSync(join(layer, 'a'), 'utf8')).toBe('file');
  expect(readlinkSync(join(layer, 'x/y'))).toBe('z');
});

test('everything that GNU tar knows comes out as GNU tar would make it', () => {
  const source = join(folder, 'source');
  execFileSync('sh', ['-ec', `umask 022; mkdir -p ${source}/dir/sub; cd ${source}
    echo hi > plain; chown 1000:1001 plain; chmod 4755 plain; ln plain hard; ln -s /abs/none link; chown -h 7:8 link; mkfifo fifo; mknod null c 1 3; mknod disk b 259 70000
    truncate -s 3M sparse; printf data | dd of=sparse bs=1 seek=1000000 conv=notrunc status=none; printf 'x' > "$(printf 'b\\377\\376')"; touch dir/sub/dated
    printf long > "$(printf 'n%.0s' $(seq 180))"; find . -exec touch -h -d @1234567890.25 {} +; setfattr -n user.colour -v blue dir; setcap cap_net_raw+ep dir/sub/dated; chmod 2770 dir; touch -d @86400 dir
    tar --format=pax --sparse --numeric-owner --xattrs --xattrs-include='*' -cf ../layer.tar .
    mkdir ../expected; tar -C ../expected --numeric-owner --same-owner --xattrs --xattrs-include='*' -xpf ../layer.tar`]);
  unpack(readFileSync(join(folder, 'layer.tar')));
  const list = (path: string) => execFileSync('sh', ['-ec', `cd ${path}; find . ! -type d -printf '%P %y %m %U %G %s %T@ %n %l\\n' | sort; find . -type d -printf '%P %m %U %G %T@\\n' | sort; find . -type f -exec sha256sum {} + | sort -k2; getfattr -R -h -d -m - . ; find . -type b -o -type c | sort | xargs stat -c '%n %t %T'`], { encoding: 'latin1' });
  expect(list(layer)).toBe(list(join(folder, 'expected')));
  expect(statSync(join(layer, 'sparse')).blocks).toBeLessThan(100);
});

test('packing an unpacked layer and unpacking that gives the same files, and the same bytes each time', () => {
  unpack(tar(
    { path: 'd', type: 'dir', mode: 0o1777 }, { path: 'd/f', content: 'content', uid: 70_000_000, xattrs: [['user.a', 'b\nc']] }, { path: 'd/h', type: 'hardlink', linkTarget: 'd/f' },
    { path: `d/${'n'.repeat(150)}`, content: 'long' }, { path: 'd/.wh.gone' }, { path: 'o/.wh..wh..opq' }, { path: 'l', type: 'symlink', linkTarget: 't'.repeat(120) }, { path: 'c', type: 'char', devMajor: 5, devMinor: 300 },
  ));
  const pack = (path: string) => Buffer.concat([...packLayer(path, { overlayPrefix: 'trusted.overlay.', onEntry: () => {} })]);
  const packed = pack(layer);
  mkdirSync(join(folder, 'second'));
  unpack(packed, join(folder, 'second'));
  expect(pack(join(folder, 'second')).equals(packed)).toBe(true);
  expect(pack(layer).equals(packed)).toBe(true);
  expect(execFileSync('tar', ['-tf', '-'], { input: packed, encoding: 'utf8' }).split('\n')).toContain('d/.wh.gone');
});

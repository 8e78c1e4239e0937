// Property: for random layers the stacked tree equals what the kernel's overlayfs shows after really mounting them. Needs root.
// Each layer is a tar, read once for its tree and once by the engine's own unpacker, whiteout devices, opaque marks and all. One shell
// in a mount namespace of its own mounts all cases and one find lists them: thousands of mounts in seconds.
// The layers have every kind of entry, second entries and whiteouts of one path, hard links in a layer, links on the way to an entry,
// prefixes, xattrs and metadata; three of four random stacks are refused (a path through a file, a link that leads nowhere). Contents have lengths of their own, so a size names a content.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTarReader } from '../../src/engine/layers/tar-headers.ts';
import { FLAG, KIND, stringOf, type LayerTree } from '../../src/engine/layers/tree-file.ts';
import { findPath, MARK, stackLayers, unionPath, type ImageTree } from '../../src/engine/layers/tree.ts';
import { EngineError } from '../../src/engine/wire/errors.ts';
import { createUnpacker } from '../../src/engine/layers/unpack.ts';
import { makeTar, readLayer, type MadeEntry } from './oracle.ts';

const CASES = 2000;

test(`${CASES} random stacks equal overlayfs`, { timeout: 170_000 }, () => {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'layers-overlay-')); // thousands of files, gone in a moment;
  try {
    const seen = { paths: 0, kinds: new Set<string>() };
    const cases: LayerTree[][] = [];
    const seeds: number[] = [];
    for (let seed = 1; cases.length < CASES; seed++) {
      const layers = randomLayers(seed).map((entries) => makeTar(entries));
      if (unpackAll(layers, join(folder, `${cases.length}`))) { cases.push(layers.map(readLayer)); seeds.push(seed); } // others are what no unpacker would make
    }
    const shown = mountAll(folder, cases);
    for (const [index, layers] of cases.entries()) {
      const expected = shown.get(index) ?? new Map<string, string>();
      const tree = stackLayers(layers);
      const found = finalState(tree, (path, told) => (told ? expected.get(path) : undefined));
      expect(found, JSON.stringify(randomLayers(seeds[index] as number).map((entries) => entries.map(({ content, ...rest }) => ({ ...rest, size: content?.length }))))).toEqual(Object.fromEntries([...expected].sort()));
      seen.paths += expected.size;
      for (const text of expected.values()) seen.kinds.add(text[0] as string);
    }
    expect(seen.paths).toBeGreaterThan(3 * CASES);
    expect([...seen.kinds].sort()).toEqual(['c', 'd', 'f', 'l', 'p']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Layers over a namespace so small that collisions, retyped paths and whiteouts of folders are the rule. */
function randomLayers(seed: number): MadeEntry[][] {
  let state = seed * 2_654_435_761;
  const random = (below: number) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
  let length = 1;
  return Array.from({ length: 2 + random(4) }, () => {
    const entries: MadeEntry[] = [];
    const files: string[] = [];
    for (let i = 1 + random(8); i > 0; i--) {
      const parts = Array.from({ length: 1 + random(3) }, () => 'abc'[random(3)] as string);
      const path = parts.join('/');
      const prefix = ['', './', '/'][random(3)] as string;
      const meta = { mode: [0o755, 0o700, 0o600][random(3)] as number, uid: random(2), mtime: 1_700_000_000 + random(2), ...(random(5) === 0 ? { xattrs: { 'user.x': `${random(2)}` } } : {}) };
      const choice = random(12);
      if (choice < 4) { entries.push({ path: prefix + path, type: 'file', content: Buffer.alloc(length++, 120), ...meta }); files.push(path); }
      else if (choice < 6) entries.push({ path: `${prefix}${path}${['', '/'][random(2)]}`, type: 'dir', ...meta, xattrs: {} }); // a second header of a folder takes away no attribute
      else if (choice === 6) entries.push({ path: prefix + path, type: 'symlink', target: ['a', '/b', '../c', 'b/c', `t${length++}`][random(5)] as string, uid: meta.uid, mtime: meta.mtime, mode: 0o777 });
      else if (choice === 7 && files.length > 0) entries.push({ path: prefix + path, type: 'hardlink', target: files[random(files.length)] as string });
      else if (choice === 8) entries.push({ path: prefix + path, type: (['fifo', 'char'] as const)[random(2)] as 'fifo' | 'char', mode: meta.mode, uid: meta.uid, mtime: meta.mtime });
      else if (choice === 9) entries.push({ path: `${prefix}${path}/.wh..wh..opq` });
      else entries.push({ path: prefix + [...parts.slice(0, -1), `.wh.${parts.at(-1)}`].join('/') });
    }
    return entries;
  });
}

/** The layers as folders `l0`, `l1`, …; false when one of them cannot be unpacked. */
function unpackAll(layers: Buffer[], folder: string): boolean {
  try {
    for (const [index, layer] of layers.entries()) {
      mkdirSync(join(folder, `l${index}`), { recursive: true });
      using unpacker = createUnpacker({ folder: join(folder, `l${index}`), overlayPrefix: 'trusted.overlay.', isRootless: false });
      const reader = createTarReader({ onContent: (entry) => unpacker.onContent(entry), onEntry: (entry) => unpacker.onEntry(entry) });
      reader.write(layer);
      reader.end();
      unpacker.finish();
    }
    mkdirSync(join(folder, 'm'));
    return true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    rmSync(folder, { recursive: true, force: true });
    return false;
  }
}

/**
 * What a path shows: kind, size or link target, owner, mode, time and xattr. An unpacker makes folders that no header named as it
 * likes: where such a one is on top, what the kernel shows of it is taken.
 */
function finalState(tree: ImageTree, shown: (path: string, isFree: boolean) => string | undefined): Record<string, string> {
  const found: [string, string][] = [];
  for (let node = 1; node < tree.nodes; node++) {
    const last = (tree.eventBegin[node + 1] as number) - 1;
    if (last < (tree.eventBegin[node] as number) || tree.eventMark[last] === MARK.removed) continue;
    const index = tree.eventLayer[last] as number;
    const layer = tree.layers[index] as LayerTree;
    const at = (tree.eventNode[last] as number) - 1;
    const path = unionPath(tree, node);
    const isFree = layer.kind[at] === KIND.dir && (((layer.flags[at] as number) & FLAG.implied) !== 0 || tree.layers.slice(index + 1).some((upper) => hasImplied(upper, path)));
    found.push([path, shown(path, isFree) ?? describe(layer, at)]);
  }
  return Object.fromEntries(found.sort());
}

function hasImplied(layer: LayerTree, path: string): boolean {
  const alone = stackLayers([layer]);
  const node = findPath(alone, path);
  const event = node === undefined ? -1 : (alone.eventBegin[node] as number);
  return node !== undefined && event < (alone.eventBegin[node + 1] as number) && ((layer.flags[(alone.eventNode[event] as number) - 1] as number) & FLAG.implied) !== 0;
}

function describe(layer: LayerTree, at: number): string {
  const meta = `${layer.uid[at]} ${(layer.mode[at] as number).toString(8)} ${layer.mtime[at]} ${stringOf(layer, layer.xattrs[at] as number)}`;
  switch (layer.kind[at]) {
    case KIND.dir: return `d  ${meta}`;
    case KIND.symlink: return `l ${stringOf(layer, layer.link[at] as number)} ${meta}`;
    case KIND.char: return `c  ${meta}`;
    case KIND.fifo: return `p  ${meta}`;
    default: return `f ${layer.size[at]} ${meta}`;
  }
}

function mountAll(folder: string, cases: LayerTree[][]): Map<number, Map<string, string>> {
  const mounts = cases.map((layers, index) => `mount -t overlay o -o lowerdir=${layers.map((_, number) => `${index}/l${number}`).reverse().join(':')}${layers.length === 1 ? `:${index}/m` : ''} ${index}/m`);
  writeFileSync(join(folder, 'script'), [
    'set -e', ...mounts,
    // whiteouts of a folder that only one layer has are listed but cannot be looked up: find complains and goes on
    String.raw`find . -path './*/m/*' -printf '%P\0%y\0%s\0%l\0%U\0%m\0%Ts\0\n' 2>/dev/null > shown || true`,
    String.raw`find . -path './*/m/*' -type f -print0 2>/dev/null | xargs -0 -r getfattr -h -n user.x --absolute-names > xattrs 2>/dev/null || true`,
  ].join('\n'));
  const ran = spawnSync('unshare', ['-m', '--propagation', 'private', 'sh', 'script'], { cwd: folder, maxBuffer: 1 << 28 });
  expect(ran.status, ran.stderr.toString().slice(0, 2000)).toBe(0);
  const xattrs = new Map([...readFileSync(join(folder, 'xattrs'), 'latin1').matchAll(/^# file: \.\/(.*)\nuser\.x="(.*)"$/gm)].map((match) => [match[1] as string, `user.x=${match[2]}`]));
  const shown = new Map<number, Map<string, string>>();
  for (const line of readFileSync(join(folder, 'shown'), 'latin1').split('\n')) {
    if (line === '') continue;
    const [path, kind, size, target, uid, mode, time] = line.split('\0') as [string, string, string, string, string, string, string];
    const [index, , ...rest] = path.split('/');
    const of = shown.get(Number(index)) ?? new Map<string, string>();
    shown.set(Number(index), of);
    const meta = `${uid} ${mode} ${Math.floor(Number(time))} ${xattrs.get(path) ?? ''}`;
    of.set(rest.join('/'), kind === 'l' ? `l ${target} ${meta}` : `${kind} ${kind === 'f' ? size : ''} ${meta}`);
  }
  return shown;
}

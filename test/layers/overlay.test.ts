// Property: for random layers the stacked tree equals what the kernel's overlayfs shows after really mounting them. Needs root.
// All cases are unpacked by one GNU tar (which can make whiteout devices and trusted xattrs), mounted by one shell in a mount
// namespace of its own, and listed by one find: thousands of mounts in seconds. Every content has its own length, so a size names it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FLAG, KIND, stringOf, type LayerTree } from '../../src/engine/layers/tree-file.ts';
import { MARK, stackLayers, unionPath } from '../../src/engine/layers/tree.ts';
import { makeLayer, makeTar, type MadeEntry } from './oracle.ts';

const CASES = 2000;

test(`${CASES} random stacks equal overlayfs`, { timeout: 170_000 }, () => {
  const cases = Array.from({ length: CASES }, (_, seed) => randomLayers(seed + 1));
  const shown = mountAll(cases.map((layers) => layers.map(makeLayer)), cases);
  expect([...shown.values()].reduce((sum, paths) => sum + paths.size, 0)).toBeGreaterThan(3 * CASES);
  for (const [index, layers] of cases.entries()) {
    const expected = shown.get(index) ?? new Map<string, string>();
    expect(finalState(layers.map(makeLayer)), `case ${index + 1}: ${JSON.stringify(layers)}`).toEqual(Object.fromEntries([...expected].sort()));
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
    const entries = new Map<string, MadeEntry>();
    const files: string[] = [];
    const isTaken = (path: string) => {
      for (const other of entries.keys()) if (other === path || other.startsWith(`${path}/`)) return true;
      for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
        const above = entries.get(path.slice(0, cut));
        if (above !== undefined && above.type !== 'dir') return true;
      }
      return false;
    };
    for (let i = 1 + random(7); i > 0; i--) {
      const path = Array.from({ length: 1 + random(3) }, () => 'abc'[random(3)] as string).join('/');
      if (isTaken(path)) continue;
      const meta = { mode: [0o755, 0o700, 0o600][random(3)] as number, uid: random(2), mtime: 1_700_000_000 + random(2) };
      const choice = random(10);
      if (choice < 3) entries.set(path, { path, type: 'file', content: Buffer.alloc(length++, 120), ...meta });
      else if (choice < 5) entries.set(path, { path, type: 'dir', ...meta });
      else if (choice === 5) entries.set(path, { path, type: 'symlink', target: `t${length++}`, ...meta, mode: 0o777 });
      else if (choice === 6 && files.length > 0) entries.set(path, { path, type: 'hardlink', target: files[random(files.length)] as string });
      else {
        const cut = path.lastIndexOf('/') + 1;
        const hidden = choice === 7 ? `${path}/.wh..wh..opq` : `${path.slice(0, cut)}.wh.${path.slice(cut)}`;
        if (![...entries.values()].some((entry) => entry.path === hidden)) entries.set(choice === 7 ? hidden : path, { path: hidden, ...(choice === 7 ? {} : { type: 'file' as const }) });
      }
      if (entries.get(path)?.content) files.push(path);
    }
    return [...entries.values()];
  });
}

/** What a path shows: kind, size or link target, owner and mode. Times and modes of folders that a layer passed through are not told. */
function finalState(layers: LayerTree[]): Record<string, string> {
  const tree = stackLayers(layers);
  const found: [string, string][] = [];
  for (let node = 1; node < tree.nodes; node++) {
    const last = (tree.eventBegin[node + 1] as number) - 1;
    if (last < (tree.eventBegin[node] as number) || tree.eventMark[last] === MARK.removed) continue;
    const layer = layers[tree.eventLayer[last] as number] as LayerTree;
    const at = (tree.eventNode[last] as number) - 1;
    found.push([unionPath(tree, node), describe(layer, at)]);
  }
  return Object.fromEntries(found.sort());
}

function describe(layer: LayerTree, at: number): string {
  if (layer.kind[at] === KIND.dir) return 'd';
  const owner = `${layer.uid[at]} ${(layer.mode[at] as number).toString(8)} ${layer.mtime[at]}`;
  if (layer.kind[at] === KIND.symlink) return `l ${stringOf(layer, layer.link[at] as number)} ${owner}`;
  return `f ${layer.size[at]} ${owner}`;
}

/** The overlayfs form of a layer, under `prefix`: whiteouts are 0:0 devices, opaque folders carry an xattr. */
function overlayForm(layer: LayerTree, prefix: string, made: readonly MadeEntry[]): { entries: MadeEntry[]; opaque: string[] } {
  const contents = new Map(made.map((entry) => [entry.path, entry]));
  const entries: MadeEntry[] = [{ path: prefix, type: 'dir' }];
  const opaque: string[] = [];
  const links: MadeEntry[] = [];
  const paths: string[] = [prefix];
  for (let node = 1; node < layer.nodes; node++) {
    const begin = layer.nameEnd[node - 1] as number;
    const path = `${paths[layer.parent[node] as number]}/${Buffer.from(layer.names.subarray(begin, layer.nameEnd[node])).toString('latin1')}`;
    paths.push(path);
    const source = contents.get(path.slice(prefix.length + 1));
    const flags = layer.flags[node] as number;
    if (layer.kind[node] === KIND.whiteout) entries.push({ path, type: 'char' });
    else if (layer.kind[node] === KIND.dir) {
      entries.push({ ...source, path, type: 'dir' });
      if (flags & FLAG.opaque) opaque.push(path);
    } else if (flags & FLAG.hardlink) links.push({ path, type: 'hardlink', target: `${prefix}/${source?.target}` });
    else entries.push({ ...source, path });
  }
  return { entries: [...entries, ...links], opaque };
}

function mountAll(trees: LayerTree[][], cases: MadeEntry[][][]): Map<number, Map<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'layers-overlay-'));
  try {
    const entries: MadeEntry[] = [];
    const opaque: string[] = [];
    const mounts: string[] = [];
    for (const [index, layers] of trees.entries()) {
      entries.push({ path: `${index}`, type: 'dir' }, { path: `${index}/m`, type: 'dir' });
      for (const [number, layer] of layers.entries()) {
        const form = overlayForm(layer, `${index}/l${number}`, cases[index]?.[number] ?? []);
        entries.push(...form.entries);
        opaque.push(...form.opaque);
      }
      mounts.push(`mount -t overlay o -o lowerdir=${layers.map((_, number) => `${index}/l${number}`).reverse().join(':')} ${index}/m`);
    }
    writeFileSync(join(folder, 'all.tar'), makeTar(entries));
    writeFileSync(join(folder, 'opaque'), opaque.join('\n'));
    writeFileSync(join(folder, 'script'), [
      'set -e', 'mkdir tree', 'mount -t tmpfs t tree', 'tar -C tree -xpf all.tar --same-owner', 'cd tree',
      'xargs setfattr -n trusted.overlay.opaque -v y < ../opaque',
      ...mounts,
      // whiteouts of a folder that only one layer has are listed but cannot be looked up: find complains and goes on
      String.raw`find . -path './*/m/*' -printf '%P\0%y\0%s\0%l\0%U\0%m\0%Ts\0\n' 2>/dev/null || true`,
    ].join('\n'));
    const ran = spawnSync('unshare', ['-m', '--propagation', 'private', 'sh', 'script'], { cwd: folder, maxBuffer: 1 << 28 });
    expect(ran.status, ran.stderr.toString().slice(0, 2000)).toBe(0);
    const shown = new Map<number, Map<string, string>>();
    for (const line of ran.stdout.toString('latin1').split('\n')) {
      const [path, kind, size, target, uid, mode, time] = line.split('\0') as [string, string, string, string, string, string, string];
      if (line === '') continue;
      const [index, , ...rest] = path.split('/');
      const of = shown.get(Number(index)) ?? new Map<string, string>();
      shown.set(Number(index), of);
      const owner = `${uid} ${mode} ${Math.floor(Number(time))}`;
      of.set(rest.join('/'), kind === 'd' ? 'd' : kind === 'l' ? `l ${target} ${owner}` : `${kind} ${size} ${owner}`);
    }
    return shown;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

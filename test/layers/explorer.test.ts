// The explorer of main with its thread, over archives on disk and a real stream: what each question of the contract answers.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OpenStep } from '../../src/main/contract/layers.ts';
import { createExplorer, type Explorer } from '../../src/main/layers/explorer.ts';
import { diffFile, findFile, previewFile, searchContents } from '../../src/main/layers/file-access.ts';
import type { Opened } from '../../src/main/layers/opened.ts';
import { saveNode } from '../../src/main/layers/save.ts';
import { layerPath, type LayerTree } from '../../src/engine/layers/tree-file.ts';
import { MARK } from '../../src/engine/layers/tree.ts';
import { ociArchive, oldDockerArchive, type MadeImage } from './archives.ts';
import { makeTar, readLayer } from './oracle.ts';

let folder: string;
let explorer: Explorer;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'layers-explorer-'));
  explorer = createExplorer(folder, new URL('../../src/main/layers/explorer-thread.ts', import.meta.url));
});
afterAll(async () => {
  await explorer[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const lines = (count: number, changed = -1) => Array.from({ length: count }, (_, i) => (i === changed ? 'changed' : `line ${i}`)).join('\n');
const image: MadeImage = {
  name: 'demo:1',
  layers: [
    makeTar([{ path: 'app', type: 'dir' }, { path: 'app/text', content: lines(200) }, { path: 'app/data.json', content: '{"a":1}' }, { path: 'app/bin', content: Buffer.from([0, 1, 2, 3, 255]) }, { path: 'app/link', type: 'symlink', target: 'text' }, { path: 'gone', content: 'Find Me here' }]),
    makeTar([{ path: 'app/text', content: lines(200, 100) }, { path: '.wh.gone' }, { path: 'app/new', content: 'x'.repeat(3_000_000) }]),
  ],
};

async function openArchive(bytes: Buffer, name = 'a.tar'): Promise<Opened> {
  const steps: OpenStep[] = [];
  for await (const step of explorer.openArchive(Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]), name, bytes.length)) steps.push(step);
  const ready = steps.find((step) => step.type === 'ready');
  if (ready?.type !== 'ready') throw new Error('not opened');
  return explorer.get(ready.session);
}
const layerPaths = (tree: LayerTree) => Array.from({ length: tree.nodes - 1 }, (_, index) => layerPath(tree, index + 1)).sort();
const node = async (opened: Opened, path: string) => (await opened.thread.find({ path }))?.node ?? -1;

describe.each([
  ['plain', () => oldDockerArchive(image)],
  ['gzip layers', () => ociArchive([{ ...image, compression: 'gzip' }])],
  ['zstd layers', () => ociArchive([{ ...image, compression: 'zstd' }])],
  ['a gzipped archive', () => gzipSync(ociArchive([image]))],
])('%s', (_name, make) => {
  let opened: Opened;
  beforeAll(async () => { opened = await openArchive(make()); });

  test('rows come by page', async () => {
    const page = await opened.thread.rows({ layer: 1, scope: 'layer', filter: {}, sort: 'size', toggled: [], isAllOpen: true, from: 0, count: 3 });
    expect(page.length).toBe(4);
    expect(page.rows.map((row) => row.name)).toEqual(['app', 'new', 'text']);
  });

  test('a path is placed among the rows, or told not to be there', async () => {
    const list = { layer: 1, scope: 'layer' as const, filter: {}, sort: 'size' as const, toggled: [] };
    expect(await opened.thread.place({ ...list, isAllOpen: true, node: await node(opened, 'app/text') })).toBe(2);
    expect(await opened.thread.place({ ...list, isAllOpen: false, node: await node(opened, 'app/text') })).toBe(-1);
  });

  test('previews tell text, JSON and bytes apart', async () => {
    expect(await previewFile(opened, 0, await node(opened, 'app/text'))).toMatchObject({ type: 'text', language: 'plain', text: lines(200) });
    expect(await previewFile(opened, 0, await node(opened, 'app/data.json'))).toMatchObject({ type: 'text', language: 'json' });
    expect(await previewFile(opened, 0, await node(opened, 'app/bin'))).toMatchObject({ type: 'hex', hex: [{ offset: 0, hex: '00 01 02 03 ff' }] });
    expect(await previewFile(opened, 0, await node(opened, 'app/link'))).toEqual({ type: 'none', reason: 'not-a-file' });
    expect(await previewFile(opened, 1, await node(opened, 'app/new'))).toMatchObject({ type: 'text', isCut: true, sizeBytes: 3_000_000 });
  });

  test('a file is compared between layers', async () => {
    const diff = await diffFile(opened, await node(opened, 'app/text'), 0, 1);
    expect(diff.lines.filter((line) => line.sign !== ' ').map((line) => [line.sign, line.text, line.before ?? line.after])).toEqual([['-', 'line 100', 101], ['+', 'changed', 101]]);
  });

  test('contents are searched, also of what a later layer removed', async () => {
    const matches = [];
    for await (const step of searchContents(opened, 'find me', [0, 1])) if (step.type === 'match') matches.push(step);
    expect(matches).toMatchObject([{ layer: 0, path: '/gone', line: 'Find Me here', lineNumber: 1 }]);
    const found = [];
    for await (const step of searchContents(opened, 'line 199', [0, 1])) if (step.type === 'match') found.push(`${step.layer} ${step.path} ${step.lineNumber}`);
    expect(found).toEqual(['0 /app/text 200', '1 /app/text 200']);
  });

  test('a folder is saved as a tar that reads back', async () => {
    const saved = await saveNode(opened, 0, await node(opened, 'app'));
    const { stream } = await saved.open(new AbortController().signal);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const tree = readLayer(Buffer.concat(chunks));
    expect(tree.problem).toBeUndefined();
    expect(tree.nodes).toBe(6);
    expect(tree.storedBytes).toBe(lines(200).length + 7 + 5);
  });

  test('a folder is saved as it is seen at a layer, with the newest of each file and without what was removed', async () => {
    const { stream } = await (await saveNode(opened, 1, 0, 'all')).open(new AbortController().signal);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const tree = readLayer(Buffer.concat(chunks));
    expect(tree.problem).toBeUndefined();
    expect(layerPaths(tree)).toEqual(['app', 'app/bin', 'app/data.json', 'app/link', 'app/new', 'app/text']);
    expect(tree.storedBytes).toBe(lines(200, 100).length + 7 + 5 + 3_000_000);
  });
});

test('a hard link to a file of a lower layer shows its content', async () => {
  const opened = await openArchive(ociArchive([{ name: 'linked:1', layers: [makeTar([{ path: 'd/a', content: 'low' }]), makeTar([{ path: 'b', type: 'hardlink', target: 'd/a' }, { path: '.wh.d' }])] }]));
  expect(opened.image.totals).toMatchObject({ storedBytes: 3, visibleBytes: 3 });
  expect(await previewFile(opened, 1, await node(opened, 'b'))).toMatchObject({ type: 'text', text: 'low' });
});

test('two images are compared, and contents come from both', async () => {
  const before = await openArchive(oldDockerArchive(image));
  const after = await openArchive(oldDockerArchive({ ...image, layers: [image.layers[0] as Buffer] }));
  const compared = await explorer.compare(before.id, after.id, true);
  const page = await compared.thread.rows({ layer: 1, scope: 'layer', filter: { marks: [MARK.added, MARK.removed, MARK.content] }, sort: 'name', toggled: [], isAllOpen: false, from: 0, count: 10 });
  expect(page.rows.map((row) => `${row.name} ${row.mark}`)).toEqual(['app 1', 'new 3', 'text 4', 'gone 2']);
  const text = await node(compared, 'app/text');
  expect((await findFile(compared, 0, text))?.layer).toBe(1);
  expect((await diffFile(compared, text, 0, 1)).type).toBe('text');
});

test('what is no archive is refused, and a closed session is gone', async () => {
  await expect(openArchive(Buffer.alloc(100_000, 65))).rejects.toThrow('not an image archive');
  const opened = await openArchive(oldDockerArchive(image));
  await explorer.close(opened.id);
  expect(() => explorer.get(opened.id)).toThrow('not open');
});

// The layer explorer's speed without a window (bench-layers-window.mjs has one): `node scripts/bench-layers.mjs [--runs N]`, with Node 24. Prints medians beside what issue 6 asks for.
//
// Trees are made by the real tar reader and writer, opened by the explorer's real thread, and asked what the window asks. Not in
// the figures: painting, and the hop between renderer and main. The save stream is a plain archive over loopback HTTP.

import { createServer, get } from 'node:http';
import { once } from 'node:events';
import { createTarReader } from '../src/engine/layers/tar-headers.ts';
import { createTreeFileWriter } from '../src/engine/layers/tree-writer.ts';
import { readArchive } from '../src/main/layers/archive-reader.ts';
import { startThread } from '../src/main/layers/thread.ts';
import { oldDockerArchive } from '../test/layers/archives.ts';
import { makeTar } from '../test/layers/oracle.ts';

const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 5;
const threadUrl = new URL('../src/main/layers/explorer-thread.ts', import.meta.url);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = [];
const report = (what, value, unit, wanted) => rows.push({ what, value: `${Math.round(value * 10) / 10} ${unit}`, wanted });

/** `count` files in folders of 100, names like those of packages; every layer but the first rewrites a tenth of the one before. */
function makeEntries(count, layer) {
  return Array.from({ length: count }, (_, i) => {
    const rewrites = layer > 0 && i % 10 === 0;
    const home = rewrites ? layer - 1 : layer;
    return { path: `usr/lib/part-${home}/package-${Math.floor(i / 100) % 977}/lib/module-${i}.so.${i % 7}`, content: `${home}.${i}${rewrites ? '.again' : ''}` };
  });
}

function makeTree(tar) {
  const writer = createTreeFileWriter();
  const reader = createTarReader({ onEntry: (entry) => writer.add(entry) });
  for (let at = 0; at < tar.length; at += 1 << 20) reader.write(tar.subarray(at, at + (1 << 20)));
  return writer.finish(reader.end()).bytes;
}

const query = { scope: 'all', filter: {}, sort: 'size', toggled: [], isAllOpen: false, from: 0, count: 200 };

async function openOnce(kept) {
  const trees = kept.map((tree) => Uint8Array.from(tree)); // they move into the thread
  const thread = startThread(threadUrl);
  await thread.find({ path: '/' }).catch(() => {}); // the app keeps a started thread at hand
  const meta = { image: 'bench', imageId: 'sha256:0', config: {}, layers: trees.map((_, index) => ({ digest: `d${index}`, diffId: `d${index}`, compressedBytes: 0 })) };
  const before = process.memoryUsage().rss;
  const times = {};
  const timed = async (name, work) => { const begin = performance.now(); const result = await work(); times[name] = performance.now() - begin; return result; };
  const begin = performance.now();
  await thread.openTrees({ meta, trees });
  await thread.image();
  await thread.rows({ ...query, layer: trees.length - 1 });
  times.open = performance.now() - begin;
  await timed('select', () => thread.rows({ ...query, layer: Math.floor(trees.length / 2), scope: 'layer' }));
  await thread.rows({ ...query, layer: trees.length - 1, filter: { pattern: 'first' } }); // the index of names is made once
  await timed('filter', () => thread.rows({ ...query, layer: trees.length - 1, filter: { pattern: 'module-12' } }));
  const all = await timed('openAll', () => thread.rows({ ...query, layer: trees.length - 1, isAllOpen: true }));
  await timed('scroll', () => thread.rows({ ...query, layer: trees.length - 1, isAllOpen: true, from: Math.floor(all.length / 2) }));
  times.memory = (process.memoryUsage().rss - before) / 1e6;
  await thread[Symbol.asyncDispose]();
  return times;
}

async function measure(name, trees, wantedOpen, wantedMemory) {
  const results = [];
  for (let run = 0; run < runs; run++) results.push(await openOnce(trees));
  const of = (key) => median(results.map((result) => result[key]));
  report(`${name}: open to first rows`, of('open'), 'ms', wantedOpen);
  report(`${name}: another layer`, of('select'), 'ms', '<= 50 ms');
  report(`${name}: filter by text`, of('filter'), 'ms', '<= 50 ms');
  report(`${name}: open all folders`, of('openAll'), 'ms', '');
  report(`${name}: rows while scrolling`, of('scroll'), 'ms', '16 ms');
  report(`${name}: memory on top`, of('memory'), 'MB', wantedMemory);
}

const small = Array.from({ length: 5 }, (_, layer) => makeTree(makeTar(makeEntries(8000, layer))));
await measure('40,000 files in 5 layers', small, '<= 150 ms', '');
const tars = [];
const large = Array.from({ length: 10 }, (_, layer) => { const tar = makeTar(makeEntries(50_000, layer)); if (layer < 2) tars.push(tar); return makeTree(tar); });
await measure('500,000 entries in 10 layers', large, '<= 1000 ms', '<= 300 MB');

const tarTimes = [];
for (let run = 0; run < runs; run++) { const begin = performance.now(); makeTree(tars[0]); tarTimes.push(performance.now() - begin); }
report('reading a layer of 50,000 small files (hash and tree file)', median(tarTimes), 'ms', '');

const archive = oldDockerArchive({ name: 'bench', layers: [...tars, makeTar(Array.from({ length: 40 }, (_, i) => ({ path: `big/${i}`, content: Buffer.alloc(10_000_000, i) })))] });
const server = createServer((_request, response) => response.end(archive)).listen(0, '127.0.0.1');
await once(server, 'listening');
const stream = () => new Promise((resolve) => get({ port: server.address().port, agent: false }, resolve));
const [plain, read] = [[], []];
for (let run = 0; run < runs; run++) {
  let begin = performance.now();
  let bytes = 0;
  for await (const chunk of await stream()) bytes += chunk.length;
  plain.push(performance.now() - begin);
  begin = performance.now();
  await readArchive(await stream());
  read.push(performance.now() - begin);
  if (bytes !== archive.length) throw new Error('the archive came short');
}
server.close();
report(`save stream of ${Math.round(archive.length / 1e6)} MB, only downloaded over loopback`, median(plain), 'ms', '');
report('the same, read into trees', median(read), 'ms', '');
report('reading speed (docker save gives 100 to 300 MB/s)', archive.length / 1e3 / median(read), 'MB/s', '');
console.table(rows);
process.exit(0);

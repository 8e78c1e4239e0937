// Bundles what the packaged application runs: main and the engine as modules, the preload script as CommonJS (a
// sandboxed preload cannot be a module). In a checkout nothing of this is needed: Node 24 runs the `.ts` files.
//
// `out/main/x.js` lies as deep as `src/main/x.ts`, so `../..` is the application's root in both.

import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './setup.mjs';

// Native code cannot be bundled, Electron brings its own modules, and ssh2 probes for optional native parts.
const external = ['electron', 'koffi', 'ssh2', 'cpu-features', 'bufferutil', 'utf-8-validate', /^node:/];
const entries = [
  { input: { electron: 'src/main/electron.ts' }, dir: 'out/main', format: 'esm', extension: 'js' },
  { input: { preload: 'src/main/preload.ts' }, dir: 'out/main', format: 'cjs', extension: 'cjs' },
  { input: { 'explorer-thread': 'src/main/layers/explorer-thread.ts' }, dir: 'out/main', format: 'esm', extension: 'js' },
  { input: { daemon: 'src/engine/daemon.ts' }, dir: 'out/engine', format: 'esm', extension: 'js' },
  { input: { 'report-thread': 'src/engine/layers/report-thread.ts' }, dir: 'out/engine', format: 'esm', extension: 'js' },
  { input: { 'layer-thread': 'src/engine/layers/layer-thread.ts' }, dir: 'out/engine', format: 'esm', extension: 'js' },
  { input: { 'relay-thread': 'src/engine/networks/relay-thread.ts' }, dir: 'out/engine', format: 'esm', extension: 'js' },
  { input: { 'extract-thread': 'src/engine/containers/extract-thread.ts' }, dir: 'out/engine', format: 'esm', extension: 'js' },
];

/** A thread is started by its file's address, which the bundler does not follow: it lies beside the bundle under the same name. */
const threads = {
  name: 'threads',
  transform: (code) => (code.includes('new Worker(') ? { code: code.replace(/(new URL\('\.\/[\w-]+-thread)\.ts'/g, "$1.js'"), map: null } : null),
};

for (const { input, dir, format, extension } of entries) {
  const bundle = await rolldown({ input, external, plugins: [threads], platform: 'node', cwd: root, tsconfig: join(root, 'tsconfig.json'), logLevel: 'warn' });
  await bundle.write({ dir: join(root, dir), format, sourcemap: true, entryFileNames: `[name].${extension}`, chunkFileNames: `[name]-[hash].${extension}`, minify: false });
  await bundle.close();
}

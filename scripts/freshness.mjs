// Is a build older than what it was made from? Compares times of change only: some hundred stat calls, about 10 ms.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const builds = {
  renderer: { made: 'out/renderer/index.html', from: ['src/renderer', 'src/main/contract', 'vite.config.ts', 'package-lock.json', 'postcss.config.cjs', 'index.html'] },
  main: { made: 'out/main/electron.js', from: ['src/main', 'src/engine', 'scripts/bundle.mjs', 'package-lock.json'] },
};

/** @param name 'renderer' or 'main'. */
export function isStale(root, name) {
  const { made, from } = builds[name];
  const madeMs = changedMs(join(root, made));
  return madeMs === 0 || from.some((path) => newestMs(join(root, path)) > madeMs);
}

function newestMs(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry?.isDirectory()) return entry?.mtimeMs ?? 0;
  // A folder's own time is part of the answer: it changes when a file is deleted or renamed away.
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestMs(join(path, name))), entry.mtimeMs);
}

function changedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

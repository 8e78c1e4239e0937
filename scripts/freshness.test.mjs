import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isStale } from './freshness.mjs';

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gantry-fresh-'));
  put('src/renderer/deep/view.tsx', 100);
  put('src/main/contract/containers.ts', 100);
});
afterEach(() => rmSync(root, { recursive: true }));

test('what was never built is stale', () => {
  expect(isStale(root, 'renderer')).toBe(true);
});

test('a build newer than every source is fresh', () => {
  put('out/renderer/index.html', 200);
  settle(150);
  expect(isStale(root, 'renderer')).toBe(false);
});

test('one newer file deep down makes it stale', () => {
  put('out/renderer/index.html', 200);
  settle(150);
  put('src/renderer/deep/view.tsx', 300);
  expect(isStale(root, 'renderer')).toBe(true);
});

test('a deleted file makes it stale', () => {
  put('src/renderer/deep/gone.tsx', 100);
  put('out/renderer/index.html', 200);
  settle(150);
  rmSync(join(root, 'src/renderer/deep/gone.tsx'));
  expect(isStale(root, 'renderer')).toBe(true);
});

function put(path, seconds) {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), '');
  utimesSync(join(root, path), seconds, seconds);
}

/** Gives the folders an old time, as they have after a checkout. */
function settle(seconds) {
  for (const folder of ['src/renderer/deep', 'src/renderer', 'src/main/contract']) utimesSync(join(root, folder), seconds, seconds);
}

import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { staticFile } from './static-files.ts';

let folder: string;
let root: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-static-'));
  root = join(folder, 'renderer');
  await mkdir(join(root, 'assets'), { recursive: true });
  await Promise.all([writeFile(join(root, 'index.html'), '<html>'), writeFile(join(root, 'assets/a.js'), '1'), writeFile(join(folder, 'secret.txt'), 'secret')]);
});
afterAll(() => rm(folder, { recursive: true }));

test('a file is served as what it is, assets may be kept for ever', async () => {
  expect(await staticFile(root, '/assets/a.js')).toMatchObject({ contentType: 'text/javascript; charset=utf-8', sizeBytes: 1, immutable: true });
});

test('an address of the app is its page, a missing asset is missing', async () => {
  expect(await staticFile(root, '/containers/local/abc')).toMatchObject({ contentType: 'text/html; charset=utf-8', immutable: false });
  expect(await staticFile(root, '/assets/b.js')).toBeUndefined();
});

test.each(['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/assets/../../secret.txt', '/..%5csecret.txt'])('%s names nothing outside', async (path) => {
  const file = await staticFile(root, path);
  expect(file?.contentType ?? 'text/html; charset=utf-8').toBe('text/html; charset=utf-8');
});

test.each(['/%', '/%00'])('%s is refused', async (path) => {
  expect(await staticFile(root, path)).toBeUndefined();
});

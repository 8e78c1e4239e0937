import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../base/log.ts';
import { openTrash } from './trash.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'gantry-trash-')); });
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what is discarded loses its name at once and its bytes soon, a file as well as a folder, odd names too', async () => {
  const trash = openTrash(join(folder, 'trash'), silentLog);
  for (const name of ['-rf', 'a b', 'new\nline']) {
    mkdirSync(join(folder, name, 'deep'), { recursive: true });
    writeFileSync(join(folder, name, 'deep', 'file'), 'x');
    await trash.discard(join(folder, name));
    expect(existsSync(join(folder, name))).toBe(false);
  }
  writeFileSync(join(folder, 'file'), 'x');
  await trash.discard(join(folder, 'file'));
  await trash.discard(join(folder, 'was never there'));
  await expect.poll(() => readdirSync(join(folder, 'trash'))).toEqual([]);
  expect(readdirSync(folder)).toEqual(['trash']);
});

test('what a crash left in it is deleted when it is opened', async () => {
  mkdirSync(join(folder, 'trash', 'left', 'deep'), { recursive: true });
  openTrash(join(folder, 'trash'), silentLog);
  await expect.poll(() => readdirSync(join(folder, 'trash'))).toEqual([]);
});

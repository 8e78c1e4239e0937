// What can be said about electron-builder.yml without the Electron binary: it is valid, and it agrees with the rest.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { run } from './debian-packages.mjs';
import { root } from './setup.mjs';

const require = createRequire(import.meta.url);
const config = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8'));

test('electron-builder accepts the configuration', async () => {
  const builder = createRequire(require.resolve('electron-builder'));
  const { validateConfiguration } = builder('app-builder-lib/out/util/config/config');
  await expect(validateConfiguration(config, { add() {} })).resolves.not.toThrow();
  await expect(validateConfiguration({ ...config, linus: {} }, { add() {} })).rejects.toThrow(/linus/);
});

test('the deb depends on, or recommends, every package that running needs', () => {
  const inPackage = new Set([...config.deb.depends, ...config.deb.recommends]);
  // The packaged application brings its own window.
  const missing = Object.keys(run).filter((name) => name !== 'chromium' && !inPackage.has(name));
  expect(missing).toEqual([]);
});

test('the icons it names are there, at the sizes desktops ask for', () => {
  for (const path of [config.mac.icon, config.win.icon, ...[16, 32, 48, 64, 128, 256, 512].map((size) => `${config.linux.icon}/${size}x${size}.png`)]) {
    expect(existsSync(join(root, path)), path).toBe(true);
  }
});

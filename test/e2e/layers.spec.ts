// The layer explorer in the window: from an image to a changed line, through waste and advice, and two images compared.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ociArchive, type MadeImage } from '../layers/archives.ts';
import { startRegistry } from '../engine/harness.ts';
import { makeTar } from '../layers/oracle.ts';
import { expect, test } from './app.ts';

const server = (port: string) => `import http from "node:http";\n\nconst port = ${port};\nhttp.createServer().listen(port);\n`;
const first = makeTar([{ path: 'app', type: 'dir' }, { path: 'app/server.js', content: server('8080') }, { path: 'app/data.bin', content: Buffer.alloc(3_000_000, 7) }, { path: 'app/.env', content: 'PASSWORD=x' }]);
const second = makeTar([{ path: 'app/data.bin', content: Buffer.alloc(3_000_000, 7), uid: 1000 }, { path: 'app/server.js', content: server('9090') }, { path: 'app/.wh..env' }]);
const old: MadeImage = { name: 'story/app:1', layers: [first], instructions: ['COPY . /app', 'CMD ["node"]'] };
const now: MadeImage = { name: 'story/app:2', layers: [first, second], instructions: ['COPY . /app', 'RUN chown -R 1000 /app', 'CMD ["node"]'] };

test.beforeAll(async ({ engine }) => {
  for (const image of [old, now]) {
    const path = join(mkdtempSync(join(tmpdir(), 'gantry-story-')), 'image.tar');
    writeFileSync(path, ociArchive([image], { docker: true }));
    await engine.dockerOk('load', '-i', path);
  }
});

test('what changed in an image, and what it wastes', async ({ window }) => {
  await window.getByRole('link', { name: 'Layers' }).click();
  await window.getByRole('link', { name: /story\/app:2/ }).click();
  await expect(window.getByRole('option', { name: /chown/ })).toHaveAttribute('aria-selected', 'true');
  await window.getByLabel('Filter paths').fill('server');
  await window.getByRole('treeitem', { name: /server\.js/ }).click();
  await window.getByText('Changes since layer 0').click();
  await expect(window.getByText('const port = 9090;')).toBeVisible();
  await expect(window.getByText('const port = 8080;')).toBeVisible();
  await window.getByRole('listbox', { name: 'Layers' }).press('ArrowUp');
  await expect(window.getByRole('option', { name: /COPY/ })).toHaveAttribute('aria-selected', 'true');
  await window.getByRole('radio', { name: /^Waste/ }).dispatchEvent('click');
  await expect(window.getByRole('listitem').filter({ hasText: '/app/data.bin' })).toContainText('metadata only');
  await window.getByRole('radio', { name: /^Advice/ }).dispatchEvent('click');
  await expect(window.getByText('/app/.env was removed by layer 1, but anyone can read it in layer 0')).toBeVisible();
  await expect(window.getByText('+COPY --chown=1000 . /app')).toBeAttached();
});

test('an archive from this computer is compared with an image', async ({ window }) => {
  await window.goto(new URL('/layers', window.url()).href);
  await window.locator('input[type=file]').setInputFiles({ name: 'old.tar', mimeType: 'application/x-tar', buffer: ociArchive([old]) });
  await expect(window.getByRole('heading', { name: 'old.tar' })).toBeVisible();
  await expect(window.getByRole('treeitem', { name: /app/ })).toBeVisible();
  await window.getByRole('button', { name: 'Compare' }).click();
  await window.getByRole('combobox', { name: 'With the image' }).or(window.getByRole('textbox', { name: 'With the image' })).first().click();
  await window.getByRole('option', { name: /story\/app:2/ }).click();
  await window.getByRole('switch', { name: 'The other one is the older' }).uncheck();
  await window.getByRole('dialog').getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(window.getByRole('heading', { name: 'old.tar → story/app:2' })).toBeVisible();
  await expect(window.getByText('1 layer in common')).toBeVisible();
  await expect(window.getByRole('treeitem', { name: /\.env/ })).toBeVisible();
});

test('an image that is still in its registry: what the engine has is there, the rest is read when asked for', async ({ window, engine }) => {
  await using registry = await startRegistry({ netns: engine.netns });
  const name = `${registry.address}/story/app:2`;
  await engine.dockerOk('tag', 'story/app:2', name);
  await engine.dockerOk('push', name);
  await engine.dockerOk('rmi', name, 'story/app:2'); // story/app:1 keeps the first layer
  await window.goto(new URL('/layers', window.url()).href);
  await window.getByLabel('Image in a registry').fill(name);
  await window.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(window.getByText(/1 layer shown here is still in the registry/)).toBeVisible();
  await expect(window.getByRole('treeitem', { name: /app/ })).toBeVisible();
  await window.getByRole('button', { name: 'Read', exact: true }).click();
  await expect(window.getByText('Reclaimable')).toBeVisible();
  await expect(window.getByText(/still in the registry/)).toHaveCount(0);
  await window.getByLabel('Filter paths').fill('server');
  await window.getByRole('treeitem', { name: /server\.js/ }).click();
  await expect(window.getByText('const port = 9090;')).toBeVisible();
});

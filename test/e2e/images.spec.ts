// Images through the window: load a file, see what it is made of, name it, push it, look at it in its registry, pull it back, remove it.
import { busyboxArchive, startRegistry, type TestRegistry } from '../engine/harness.ts';
import { emptyEngine, expect, test } from './app.ts';

test.describe.configure({ mode: 'serial' });

let registry: TestRegistry;
test.beforeAll(async ({ engine }) => {
  await emptyEngine(engine);
  registry = await startRegistry({ netns: engine.netns });
});
test.afterAll(() => registry[Symbol.asyncDispose]());

test('with no image the view teaches, and a loaded archive becomes a row', async ({ window, engine }) => {
  await window.goto(new URL('/images', window.url()).href);
  await expect(window.getByText('No images yet')).toBeVisible();
  await window.getByRole('button', { name: 'Load a file' }).click();
  const dialog = window.getByRole('dialog');
  const [chooser] = await Promise.all([window.waitForEvent('filechooser'), dialog.getByRole('button', { name: 'File' }).click()]);
  await chooser.setFiles(busyboxArchive('busybox:story'));
  await dialog.getByRole('button', { name: 'Load' }).click();
  await expect(window.getByRole('row', { name: /busybox:story/ })).toBeVisible();
  expect(await engine.dockerOk('images', '--format', '{{.Repository}}:{{.Tag}}')).toBe('busybox:story');
});

test('a name given by the docker command line shows at once, without a reload', async ({ window, engine }) => {
  await window.goto(new URL('/images', window.url()).href);
  await window.getByRole('row', { name: /busybox:story/ }).click();
  await expect(window.getByRole('heading', { level: 1, name: 'busybox:story' })).toBeVisible();
  await expect(window.getByRole('button', { name: /^Layer 1,/ })).toBeVisible();
  await engine.dockerOk('tag', 'busybox:story', 'other:name');
  await expect(window.getByText('other:name')).toBeVisible();
  await window.getByRole('button', { name: 'Remove the name other:name' }).click();
  await expect(window.getByText('other:name')).toBeHidden();
});

test('an image is pushed, looked at in its registry, removed here and pulled again', async ({ window, engine }) => {
  const name = `${registry.address}/team/box:1`;
  await engine.dockerOk('tag', 'busybox:story', name);
  await window.goto(new URL('/images', window.url()).href);
  await engine.dockerOk('rmi', 'busybox:story');
  await window.getByRole('button', { name: `Actions for ${name}` }).click();
  await window.getByRole('menuitem', { name: 'Push' }).click();
  await expect(window.getByText(`${name} is in its registry`)).toBeVisible();
  await engine.dockerOk('rmi', name);
  await expect(window.getByText('No images yet')).toBeVisible();

  await window.goto(new URL('/registries', window.url()).href);
  await window.getByRole('button', { name: 'Add registry' }).first().click();
  await window.getByLabel('Address').fill(registry.address);
  await window.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
  await window.getByRole('button', { name: new RegExp(`^${registry.address} not logged in`) }).click();
  await window.getByRole('button', { name: 'team/box' }).click();
  await window.getByRole('button', { name: '1', exact: true }).click();
  await expect(window.getByText(/to transfer/)).toBeVisible();
  expect(await engine.dockerOk('images', '-q')).toBe('');

  await window.getByRole('button', { name: 'Pull' }).click();
  await expect(window.getByText(`${name} is here`)).toBeVisible();
  expect(await engine.dockerOk('images', '--format', '{{.Repository}}:{{.Tag}}')).toBe(name);
});

test('pruning says what goes before it goes', async ({ window, engine }) => {
  await window.goto(new URL('/images', window.url()).href);
  await window.getByRole('button', { name: 'Prune' }).click();
  const dialog = window.getByRole('dialog');
  await expect(dialog.getByText('Nothing to remove')).toBeVisible();
  await dialog.getByText('All unused').click();
  await expect(dialog.getByText(/One image goes, [\d.]+ MB become free/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Remove one image' }).click();
  await expect(window.getByText('No images yet')).toBeVisible();
  expect(await engine.dockerOk('images', '-q')).toBe('');
});

// A volume through the window, the way of its life: make it, run a container with it, see its files, back it up, restore it elsewhere.
import { busyboxArchive } from '../engine/harness.ts';
import { emptyEngine, expect, test } from './app.ts';

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ engine }) => {
  await emptyEngine(engine);
  await engine.dockerOk('load', '-i', busyboxArchive('busybox:vol'));
});

test('a volume is made, a bad name is refused with the reason, and a container is run with it from its page', async ({ window, engine }) => {
  await window.goto(new URL('/volumes', window.url()).href);
  await window.getByRole('button', { name: 'Create' }).first().click();
  const dialog = window.getByRole('dialog');
  await dialog.getByLabel('Name').fill('bad name');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(dialog.getByRole('alert')).toContainText('bad name');
  await dialog.getByLabel('Name').fill('notes');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await window.getByRole('row', { name: /notes/ }).click();
  await window.getByRole('button', { name: 'Run a container with it' }).click();
  await window.getByRole('dialog').getByLabel('Image').first().fill('busybox:vol');
  await window.keyboard.press('Tab');
  await window.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
  await expect.poll(async () => engine.dockerOk('ps', '-aq', '--filter', 'volume=notes')).not.toBe('');
});

test('its files are shown, a backup is made and comes back under another name, byte for byte', async ({ window, engine }) => {
  await engine.dockerOk('run', '--rm', '-v', 'notes:/data', 'busybox:vol', 'sh', '-c', 'echo kept > /data/a.txt');
  await window.goto(new URL('/volumes/local/notes', window.url()).href);
  await window.getByRole('button', { name: 'Browse its files' }).click();
  await expect(window.getByText('a.txt')).toBeVisible();
  await window.getByRole('button', { name: 'Back up now' }).click();
  await window.getByRole('dialog').getByRole('button', { name: 'Back up' }).click();
  await expect(window.getByText('notes is backed up')).toBeVisible();
  await window.keyboard.press('Escape');
  await window.getByRole('tab', { name: /Backups 1/ }).click();
  await window.getByRole('table', { name: 'Backups' }).getByRole('button', { name: 'Restore' }).click();
  await window.getByLabel('Name of the new volume').fill('notes2');
  await window.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
  await expect(window.getByText('notes2 is restored')).toBeVisible();
  expect(await engine.dockerOk('run', '--rm', '-v', 'notes2:/data', 'busybox:vol', 'cat', '/data/a.txt')).toBe('kept');
});

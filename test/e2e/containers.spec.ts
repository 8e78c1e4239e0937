// Containers through the window, on the real engine: run one from the form, watch it, use its tabs, edit it, remove it.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { busyboxArchive } from '../engine/harness.ts';
import { expect, test } from './app.ts';

test.describe.configure({ mode: 'serial' });

const SCRIPT = 'i=0; while :; do i=$((i+1)); echo "{\\"level\\":\\"info\\",\\"msg\\":\\"item $i\\"}"; echo "ERROR bad $i" >&2; sleep 1; done';

test('a container is run from a docker run line', async ({ engine, window }) => {
  await engine.docker('load', '-i', busyboxArchive('busybox:test'));
  await window.getByRole('navigation').getByRole('link', { name: /^Containers/ }).click();
  await window.getByRole('button', { name: 'Run a container' }).first().click();
  await window.getByRole('button', { name: 'From a docker run line' }).click();
  await window.getByRole('textbox', { name: 'From a docker run line' }).fill(`docker run -d --name web --stop-timeout 3 --network none -e A=1 -l com.docker.compose.project=shop busybox:test sh -c '${SCRIPT}'`);
  await window.getByRole('button', { name: 'Fill in the form' }).click();
  await expect(window.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('web');
  await window.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(window.getByRole('heading', { name: 'web' })).toBeVisible();
  await expect(window.getByRole('log').getByText('item 1', { exact: true })).toBeVisible();
  const { stdout } = await engine.docker('inspect', '-f', '{{.State.Status}} {{index .Config.Labels "com.docker.compose.project"}}', 'web');
  expect(stdout.trim()).toBe('running shop');
});

test('its log is searched, filtered and marked', async ({ window }) => {
  await open(window, 'web', 'Logs');
  await window.getByRole('textbox', { name: 'Search the whole log' }).fill('bad [12]$');
  await window.getByRole('button', { name: 'Regular expression' }).click();
  await expect(window.getByText('1 of 2')).toBeVisible();
  await window.getByRole('button', { name: 'Only lines that match' }).click();
  await expect(window.getByRole('log').getByRole('listitem')).toHaveCount(2);
});

test('a change made by the docker CLI shows by itself', async ({ engine, window }) => {
  await window.getByRole('navigation').getByRole('link', { name: /^Containers/ }).click();
  const row = window.getByRole('row').filter({ hasText: 'web' });
  await expect(row.getByText('Running')).toBeVisible();
  await engine.docker('pause', 'web');
  await expect(row.getByText('Paused')).toBeVisible({ timeout: 2000 });
  await engine.docker('unpause', 'web');
  await expect(row.getByText('Running')).toBeVisible({ timeout: 2000 });
});

test('a terminal survives leaving the page', async ({ window }) => {
  await open(window, 'web', 'Terminal');
  await window.getByRole('button', { name: 'Open', exact: true }).first().click();
  const terminal = window.getByRole('application', { name: /Terminal/ });
  await terminal.click();
  await window.keyboard.type('echo kept-$((40+2))\n');
  await expect(terminal).toContainText('kept-42');
  await open(window, 'web', 'Terminal');
  await expect(window.getByRole('application', { name: /Terminal/ })).toContainText('kept-42');
});

test('a file is made, edited and deleted', async ({ engine, window }) => {
  await engine.docker('exec', 'web', 'sh', '-c', 'mkdir -p /notes && echo first > /notes/note.txt');
  await open(window, 'web', 'Files');
  await window.getByRole('button', { name: 'notes', exact: true }).click();
  await window.getByRole('button', { name: 'note.txt', exact: true }).click();
  await expect(window.getByRole('region', { name: 'Content' })).toContainText('first');
  await window.getByRole('button', { name: 'Edit', exact: true }).click();
  await window.getByRole('textbox', { name: 'Edit', exact: true }).fill('second');
  await window.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(window.getByRole('region', { name: 'Content' })).toContainText('second');
  expect((await engine.docker('exec', 'web', 'cat', '/notes/note.txt')).stdout).toBe('second');
  await window.getByRole('button', { name: 'Actions for note.txt' }).click();
  await window.getByRole('menuitem', { name: 'Delete' }).click();
  await window.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(window.getByRole('button', { name: 'note.txt', exact: true })).toHaveCount(0);
});

test('an edit makes a new container and a failing one brings the old one back', async ({ engine, window }) => {
  test.setTimeout(120_000); // two stops with their grace, two starts
  const before = (await engine.docker('inspect', '-f', '{{.Id}}', 'web')).stdout.trim();
  await edit(window, async (dialog) => {
    await dialog.getByRole('textbox', { name: 'Command' }).fill('/no/such/program');
  });
  await expect(window.getByText('The old container is back')).toBeVisible({ timeout: 30_000 });
  expect((await engine.docker('inspect', '-f', '{{.Id}} {{.State.Running}}', 'web')).stdout.trim()).toBe(`${before} true`);
  await window.keyboard.press('Escape');

  await edit(window, async (dialog) => {
    await dialog.getByRole('textbox', { name: 'Environment' }).fill('A=2');
  });
  await expect(window.getByRole('dialog')).toHaveCount(0, { timeout: 30_000 });
  const after = (await engine.docker('inspect', '-f', '{{.Id}} {{.State.Running}} {{json .Config.Env}}', 'web')).stdout.trim();
  expect(after).not.toContain(before);
  expect(after).toContain('true');
  expect(after).toContain('A=2');
  expect((await engine.docker('ps', '-aq')).stdout.trim().split('\n')).toHaveLength(1);
});

test('no view of containers has a serious accessibility problem', async ({ window }) => {
  test.setTimeout(120_000); // five views, each read whole
  const found: string[] = [];
  for (const tab of ['Overview', 'Logs', 'Files', 'Stats', 'Inspect']) {
    await open(window, 'web', tab);
    await window.waitForTimeout(300);
    const { violations } = await new AxeBuilder({ page: window }).exclude('.xterm').analyze();
    found.push(...violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${tab}: ${id}: ${node.html.slice(0, 200)}`)));
  }
  expect([...new Set(found)]).toEqual([]);
});

test('a stop by the docker CLI is counted down, its cause is kept, and the files of the stopped container are there', async ({ engine, window }) => {
  await engine.dockerOk('exec', 'web', 'sh', '-c', 'mkdir -p /notes && echo kept > /notes/kept.txt');
  await open(window, 'web', 'Overview');
  const stop = engine.dockerOk('stop', '-t', '3', 'web');
  await expect(window.getByRole('timer', { name: 'Stopping' })).toBeVisible();
  await stop;
  await expect(window.getByRole('region', { name: 'History' })).toContainText('killed after 3 s of grace');
  await window.getByRole('tab', { name: 'Files', exact: true }).click();
  await window.getByRole('button', { name: 'notes', exact: true }).click();
  await window.getByRole('button', { name: 'Actions for kept.txt' }).click();
  await window.getByRole('menuitem', { name: 'Rename' }).click();
  await window.getByRole('dialog').getByRole('textbox').fill('名.txt');
  await window.keyboard.press('Enter');
  await expect(window.getByRole('button', { name: '名.txt', exact: true })).toBeVisible();
  await engine.dockerOk('start', 'web');
  expect(await engine.dockerOk('exec', 'web', 'cat', '/notes/名.txt')).toBe('kept');
});

test('it is stopped with its countdown and removed', async ({ engine, window }) => {
  await open(window, 'web', 'Overview');
  await window.getByRole('button', { name: 'Stop: web' }).first().click();
  await expect(window.getByRole('timer', { name: 'Stopping' })).toBeVisible();
  await expect(window.getByRole('img', { name: /now: Exited/ })).toBeVisible({ timeout: 15_000 });
  await window.getByRole('button', { name: 'Remove: web' }).first().click();
  await window.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect.poll(async () => (await engine.docker('ps', '-aq')).stdout.trim()).toBe('');
});

async function open(window: Page, name: string, tab: string): Promise<void> {
  await window.getByRole('navigation').getByRole('link', { name: /^Containers/ }).click();
  await window.getByRole('row').filter({ hasText: name }).click();
  await window.getByRole('tab', { name: tab, exact: true }).click();
}

async function edit(window: Page, change: (dialog: ReturnType<Page['getByRole']>) => Promise<void>): Promise<void> {
  await open(window, 'web', 'Overview');
  await window.getByRole('button', { name: 'Actions for web' }).click();
  await window.getByRole('menuitem', { name: 'Edit…' }).click();
  const dialog = window.getByRole('dialog');
  await expect(dialog.getByRole('textbox', { name: 'Command' })).toBeVisible();
  await change(dialog);
  await dialog.getByRole('button', { name: 'Recreate' }).click();
}

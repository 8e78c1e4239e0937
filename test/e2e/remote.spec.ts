// A host over SSH, as a person meets it: add it, check its fingerprint, give the passphrase, see its containers, pull an image
// there, run it, read its log, open a terminal in it and on the machine, look into its layers, watch all of that come back
// after the server died, and be kept from a machine whose key has changed.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { busyboxArchive, startRegistry, type TestRegistry } from '../engine/harness.ts';
import { startDockerd, type Dockerd } from '../ssh/dockerd.ts';
import { makeHome, type Home } from '../ssh/fixture.ts';
import { makeKey, startSshd, type Sshd } from '../ssh/sshd.ts';
import { expect, startApp, test, type RunningApp } from './app.ts';

test.describe.configure({ mode: 'serial' });

let home: Home;
let sshd: Sshd;
let dockerd: Dockerd;
let registry: TestRegistry;
let app: RunningApp;
let page: Page;
let keyPath: string;

test.beforeAll(async ({ engine, browser }) => {
  home = makeHome();
  const key = makeKey(home.path, 'key', { passphrase: 'open sesame' });
  keyPath = key.path;
  [sshd, dockerd] = await Promise.all([startSshd({ authorized: [key.publicKey] }), startDockerd(engine.netns)]);
  // The registry is where the remote engine is; the image gets there by way of the local one.
  registry = await startRegistry({ netns: engine.netns });
  await engine.dockerOk('load', '-i', busyboxArchive(`${registry.address}/lab/box:1`));
  await engine.dockerOk('push', `${registry.address}/lab/box:1`);
  await engine.dockerOk('rmi', `${registry.address}/lab/box:1`);
  const work = mkdtempSync(join(tmpdir(), 'gantry-remote-'));
  mkdirSync(join(work, 'bin'));
  execFileSync('cp', ['/bin/busybox', join(work, 'bin/sh')]);
  const body = execFileSync('tar', ['-c', '-C', work, '.'], { maxBuffer: 1 << 26 });
  rmSync(work, { recursive: true });
  for await (const _line of dockerd.client.lines('POST', '/images/create', { query: { fromSrc: '-', repo: 'lab/tool', tag: '1' }, body }));
  const { Id } = await dockerd.client.json<{ Id: string }>('POST', '/containers/create', { query: { name: 'far-away' }, json: { Image: 'lab/tool:1', Cmd: ['/bin/sh', '-c', 'i=0; while true; do echo tick $i; i=$((i+1)); sleep 0.2; done'], HostConfig: { NetworkMode: 'none' } } });
  await dockerd.client.json('POST', `/containers/${Id}/start`);
  app = await startApp(engine.socketPath, undefined, { HOME: home.path, SSH_AUTH_SOCK: '' });
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.goto(app.address);
});
test.afterAll(async () => {
  await page?.context().close();
  await app?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await dockerd?.[Symbol.asyncDispose]();
  await sshd?.[Symbol.asyncDispose]();
  home?.[Symbol.dispose]();
});

const card = (): ReturnType<Page['getByRole']> => page.getByRole('listitem', { name: 'lab', exact: true });

test('a host is added by its address; fingerprint and passphrase are asked once', async () => {
  await page.getByRole('link', { name: 'Hosts' }).click();
  await page.getByRole('button', { name: 'Add host' }).first().click();
  await page.getByRole('textbox', { name: /ssh:\/\// }).fill(`ssh://root@127.0.0.1:${sshd.port}${dockerd.socketPath}`);
  await page.getByRole('textbox', { name: 'Key file' }).fill(keyPath);
  await page.getByRole('textbox', { name: 'Name' }).fill('lab');
  await page.getByRole('button', { name: 'Add', exact: true }).click();

  const question = page.getByRole('dialog', { name: 'Is this the right machine?' });
  const [, fingerprint] = execFileSync('ssh-keygen', ['-lf', join(sshd.folder, 'host_key.pub')], { encoding: 'utf8' }).split(' ');
  await expect(question).toContainText(fingerprint!);
  await question.getByRole('button', { name: 'It is the right one' }).click();

  const passphrase = page.getByRole('dialog', { name: 'Passphrase of a key' });
  await passphrase.getByRole('textbox', { name: 'Passphrase' }).fill('wrong');
  await passphrase.getByRole('button', { name: 'Continue' }).click();
  await expect(passphrase.getByRole('alert')).toBeVisible();
  await passphrase.getByRole('textbox', { name: 'Passphrase' }).fill('open sesame');
  await passphrase.getByRole('button', { name: 'Continue' }).click();

  await expect(card()).toContainText('Connected');
  await expect(card()).toContainText('Docker');
  await expect(card()).toContainText(/\d ms/);
});

test('its containers stand in the same list, with the host\'s name', async () => {
  await page.getByRole('link', { name: /^Containers/ }).click();
  const row = page.getByRole('row', { name: /far-away/ });
  await expect(row).toContainText('lab');
  await page.getByRole('link', { name: /^Images/ }).click();
  await expect(page.getByRole('row', { name: /lab\/tool/ })).toBeVisible();
});

test('an image is pulled there', async () => {
  await page.getByRole('link', { name: /^Images/ }).click();
  await page.getByRole('button', { name: 'Pull' }).first().click();
  const dialog = page.getByRole('dialog');
  await chooseHost(dialog);
  await dialog.getByRole('textbox', { name: /^Image/ }).fill(`${registry.address}/lab/box:1`);
  await dialog.getByRole('button', { name: 'Pull', exact: true }).click();
  await expect(page.getByText(`${registry.address}/lab/box:1 is here`)).toBeVisible();
  await expect(page.getByRole('row', { name: /lab\/box:1/ })).toContainText('lab');
});

test('a container is run there, and its log arrives', async () => {
  await page.getByRole('link', { name: /^Containers/ }).click();
  await page.getByRole('button', { name: 'Run a container' }).first().click();
  await page.getByRole('button', { name: 'From a docker run line' }).click();
  await page.getByRole('textbox', { name: 'From a docker run line' }).fill(`docker run -d --name abroad --stop-timeout 1 --network none ${registry.address}/lab/box:1 sh -c 'i=0; while :; do i=$((i+1)); echo line $i; sleep 0.2; done'`);
  await page.getByRole('button', { name: 'Fill in the form' }).click();
  await chooseHost(page.getByRole('dialog'));
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'abroad' })).toBeVisible();
  await expect(page.getByRole('log').getByText('line 2', { exact: true })).toBeVisible();
  expect(await dockerd.client.json('GET', '/containers/abroad/json')).toMatchObject({ State: { Running: true } });
});

test('a terminal in that container', async () => {
  await page.getByRole('tab', { name: 'Terminal', exact: true }).click();
  await page.getByRole('button', { name: 'Open', exact: true }).first().click();
  const terminal = page.getByRole('application', { name: /Terminal/ });
  await terminal.click();
  await page.keyboard.type('echo inside-$((40+2))\n');
  await expect(terminal).toContainText('inside-42');
});

test('the layer explorer looks into an image that is only there', async () => {
  await page.getByRole('link', { name: 'Layers' }).click();
  await page.getByRole('link', { name: /lab\/box:1/ }).click();
  // Nothing of an image crosses a network before its size was told.
  await expect(page.getByRole('heading', { name: /^This image has [\d.]+ MB$/ })).toBeVisible();
  await page.getByRole('button', { name: 'Read it' }).click();
  await page.getByLabel('Filter paths').fill('busybox');
  await expect(page.getByRole('treeitem', { name: /busybox/ }).first()).toBeVisible();
});

test('a terminal on the machine itself', async () => {
  await page.getByRole('link', { name: 'Hosts' }).click();
  await card().getByRole('button', { name: /Actions/ }).click();
  await page.getByRole('menuitem', { name: 'Terminal' }).click();
  await expect(page.getByRole('application', { name: 'Terminal' })).toBeVisible();
  await page.waitForTimeout(500);
  await page.keyboard.type('echo $((6*7))-works\n');
  await expect(page.getByRole('application', { name: 'Terminal' })).toContainText('42-works');
});

test('the doctor passes every step', async () => {
  await page.getByRole('link', { name: 'Hosts' }).click();
  await card().getByRole('button', { name: 'Examine' }).click();
  const doctor = page.getByRole('dialog', { name: 'Connection to lab' });
  await expect(doctor.getByRole('list', { name: 'Steps' }).getByRole('listitem')).toHaveCount(9);
  await expect(doctor.getByRole('img', { name: 'failed' })).toHaveCount(0);
  await expect(doctor.getByRole('code').or(doctor.getByLabel('Report'))).toContainText('Gantry connection report');
  await doctor.getByRole('button', { name: 'Close' }).last().click();
});

test('the server dies and comes back: no reload, no dialog, and the log goes on', async () => {
  await page.getByRole('link', { name: /^Containers/ }).click();
  await page.getByRole('row', { name: /abroad/ }).click();
  await page.getByRole('tab', { name: 'Logs', exact: true }).click();
  const log = page.getByRole('log');
  await expect(log.getByText(/^line \d+$/).last()).toBeVisible();
  await sshd.kill();
  await expect(page.getByText(/Reconnecting/i).first()).toBeVisible();
  const { length: before } = lineNumbers(await log.innerText());
  expect(before).toBeGreaterThan(0);
  await page.waitForTimeout(1500);
  await sshd.start();
  await expect(page.getByText(/Reconnecting/i)).toHaveCount(0, { timeout: 30_000 });
  const marked = lineNumbers(await log.innerText()).at(-1)!;
  await expect.poll(async () => lineNumbers(await log.innerText()).at(-1), { timeout: 30_000 }).toBeGreaterThan(marked + 5);
  const seen = lineNumbers(await log.innerText());
  expect(seen).toEqual(Array.from(seen, (_, index) => seen[0]! + index));
  await page.getByRole('link', { name: 'Hosts' }).click();
  await sshd.kill();
  await expect(card()).toContainText('Reconnecting');
  await sshd.start();
  await expect(card()).toContainText('Connected', { timeout: 30_000 });
  await page.getByRole('link', { name: /^Containers/ }).click();
  await expect(page.getByRole('row', { name: /far-away/ })).toBeVisible();
  await page.getByRole('link', { name: 'Hosts' }).click();
});

test('a changed host key is refused, with no way to click through', async () => {
  await sshd.kill();
  await sshd.start({ newHostKey: true });
  await expect(card()).toContainText('HAS CHANGED', { timeout: 30_000 });
  await expect(card()).toContainText('ssh-keygen -R');
  await expect(page.getByRole('button', { name: 'It is the right one' })).toHaveCount(0);
  await card().getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(card()).toContainText('HAS CHANGED');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

async function chooseHost(dialog: ReturnType<Page['getByRole']>): Promise<void> {
  await dialog.getByRole('combobox', { name: 'Host' }).or(dialog.getByRole('textbox', { name: 'Host', exact: true })).first().click();
  await page.getByRole('option', { name: 'lab', exact: true }).click();
}

function lineNumbers(text: string): number[] {
  return [...text.matchAll(/^line (\d+)$/gm)].map(([, number]) => Number(number));
}

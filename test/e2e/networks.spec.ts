// Networks through the window: make one, see it in the picture with its containers, drag a container onto it, ask who reaches whom.
import { busyboxArchive } from '../engine/harness.ts';
import { emptyEngine, expect, test } from './app.ts';

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ engine }) => {
  await emptyEngine(engine);
  await engine.dockerOk('load', '-i', busyboxArchive('busybox:net'));
  await engine.dockerOk('run', '-d', '--name', 'web', '-p', '127.0.0.1:8080:80', 'busybox:net', 'httpd', '-f', '-p', '80');
  await engine.dockerOk('run', '-d', '--name', 'client', 'busybox:net', 'sleep', '1d');
});

test('a network is made by a form that says what a wrong subnet is, and stands in the table at once', async ({ window, engine }) => {
  await window.goto(new URL('/networks', window.url()).href);
  await window.getByRole('button', { name: 'Create' }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByLabel('Name').fill('shop');
  await dialog.getByLabel('Subnet').fill('10.99.0.0/99');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(dialog.getByRole('alert')).toContainText('10.99.0.0/99');
  await dialog.getByLabel('Subnet').fill('10.99.0.0/24');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(window.getByRole('row', { name: /shop.*10\.99\.0\.0\/24/ })).toBeVisible();
  expect(await engine.dockerOk('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Subnet}}', 'shop')).toBe('10.99.0.0/24');
});

test('the picture shows bridge, veth pair, address, namespace and the published port, and follows the engine', async ({ window, engine }) => {
  await window.goto(new URL('/networks?view=picture', window.url()).href);
  const picture = window.getByRole('figure');
  await expect(picture.getByText('127.0.0.1:8080 → 80/tcp')).toBeVisible();
  const veth = (await engine.inNetns('ip', '-o', 'link', 'show', 'master', 'gantry0')).stdout.match(/veth\w+/)?.[0] ?? 'no veth';
  await expect(picture.getByText(veth)).toBeVisible();
  await expect(picture.getByText(await engine.dockerOk('exec', 'web', 'readlink', '/proc/self/ns/net'))).toBeVisible();
  await engine.dockerOk('network', 'connect', '--ip', '10.99.0.7', 'shop', 'web');
  await expect(picture.getByText('10.99.0.7')).toBeVisible();
});

test('a container dropped on a network joins it, and reaches by name what is there', async ({ window, engine }) => {
  await window.goto(new URL('/networks?view=picture', window.url()).href);
  const card = window.getByRole('figure').getByLabel('Container client', { exact: true });
  const veths = (await engine.inNetns('ip', '-o', 'link', 'show', 'type', 'veth')).stdout.match(/veth\w+(?=@)/g) ?? [];
  for (const veth of veths) await expect(window.getByRole('figure').getByText(veth)).toBeVisible(); // placed for good
  const [from, to] = [await card.boundingBox(), await window.getByRole('figure').getByLabel('Network shop', { exact: true }).boundingBox()];
  if (!from || !to) throw new Error('the picture lacks a card');
  await window.mouse.move(from.x + 20, from.y + 10);
  await window.mouse.down();
  await window.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 12 });
  await window.mouse.up();
  await expect(window.getByText('client joined shop')).toBeVisible();
  expect(await engine.dockerOk('inspect', '-f', '{{json .NetworkSettings.Networks}}', 'client')).toContain('"shop"');

  await window.getByRole('button', { name: 'Can A reach B?' }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'From' }).fill('client');
  await window.getByRole('option', { name: 'client' }).click();
  await dialog.getByRole('combobox', { name: 'To' }).fill('web');
  await window.getByRole('option', { name: 'web' }).click();
  await dialog.getByRole('button', { name: 'Try' }).click();
  await expect(dialog.getByText('Yes: client reaches web on port 80')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Port' }).fill('81');
  await dialog.getByRole('button', { name: 'Try' }).click();
  await expect(dialog.getByText('No: client does not reach web on port 81')).toBeVisible();
  await expect(dialog.getByText('The connection was refused')).toBeVisible();
});

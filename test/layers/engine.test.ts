// The engine's routes for the explorer, on a real engine: the same figures as the archive the image came from, and no way out of a layer.
import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LayersReport } from '../../src/engine/layers/report.ts';
import { createDockerClient, type DockerClient } from '../../src/main/docker/client.ts';
import { createExplorer } from '../../src/main/layers/explorer.ts';
import { previewFile } from '../../src/main/layers/file-access.ts';
import { runGate } from '../../src/main/layers/gate.ts';
import { startTestEngine, type TestEngine } from '../engine/harness.ts';
import { ociArchive, type MadeImage } from './archives.ts';
import { makeTar } from './oracle.ts';

const base: MadeImage = { name: 'base:1', layers: [makeTar([{ path: 'etc', type: 'dir' }, { path: 'etc/os', content: 'one' }, { path: 'way', type: 'symlink', target: '/etc' }])] };
const image: MadeImage = {
  name: 'registry.test:5000/team/demo:1', compression: 'gzip',
  layers: [...base.layers, makeTar([{ path: 'etc/os', content: 'second' }, { path: 'app/\xc3\xa9.txt', content: 'été' }]), makeTar([{ path: 'app/.wh.\xc3\xa9.txt' }])],
};

let engine: TestEngine;
let client: DockerClient;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'layers-engine-'));
  engine = await startTestEngine();
  client = createDockerClient(async () => connect({ path: engine.socketPath }));
  for (const made of [base, image]) for await (const _ of client.lines('POST', '/images/load', { body: ociArchive([made], { docker: true }) })) { /* progress */ }
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const name = 'registry.test:5000/team/demo:1';
const file = (layer: number, path: string) => client.raw('GET', `/gantry/images/${name}/layers/${layer}/file`, { query: { path64: Buffer.from(path, 'utf8').toString('base64url') } });

test('the report equals the one of the archive, and knows the base image', async () => {
  const report = await client.json<LayersReport>('GET', `/gantry/images/${name}/layers`);
  writeFileSync(join(folder, 'a.tar'), ociArchive([image]));
  let out = '';
  await runGate({ argv: ['a.tar', '--json'], folder, sockets: [], out: (text) => (out += text), err: () => {} });
  const archived = JSON.parse(out) as LayersReport;
  const { userWastedFraction: _ours, ...ours } = report.totals; // the archive does not know the base image, so it takes another layer for the user's own
  const { userWastedFraction: _theirs, ...theirs } = archived.totals;
  expect(ours).toEqual(theirs);
  expect(report.waste).toEqual(archived.waste);
  expect(report.layers.map((layer) => layer.base)).toEqual(['base:1', undefined, undefined]);
  expect(report.layers.map((layer) => layer.diffId)).toEqual(archived.layers.map((layer) => layer.diffId));
});

test('files of each layer are read, and nothing else', async () => {
  const chunks: Buffer[] = [];
  for await (const chunk of await file(1, 'app/é.txt')) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe('été');
  await expect(file(0, '../layer.json')).rejects.toMatchObject({ status: 400 });
  await expect(file(0, 'way/os')).rejects.toMatchObject({ status: 404 });
  await expect(file(0, 'way')).rejects.toMatchObject({ status: 404 });
  await expect(file(0, 'etc')).rejects.toMatchObject({ status: 404 });
  await expect(file(7, 'etc/os')).rejects.toMatchObject({ status: 404 });
});

test('the explorer opens the image from its tree files', async () => {
  await using explorer = createExplorer(folder, new URL('../../src/main/layers/explorer-thread.ts', import.meta.url));
  let session = '';
  for await (const step of explorer.open(client, name, {})) if (step.type === 'ready') session = step.session;
  const opened = explorer.get(session);
  expect(opened.image.totals.reclaimableBytes).toBe(3 + 'été'.length + 2);
  const node = (await opened.thread.find({ path: '/app/é.txt' }))?.node ?? -1;
  expect(await previewFile(opened, 1, node)).toMatchObject({ type: 'text', text: 'été' });
});

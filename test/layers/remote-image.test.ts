// Images that are still in a real registry: what the engine has is not transferred again, other layers come when they are opened;
// of several platforms one is chosen, in a registry as in an archive.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ExplorerImage, OpenStep } from '../../src/main/contract/layers.ts';
import { createDockerClient, type DockerClient } from '../../src/main/docker/client.ts';
import { createExplorer, type Explorer } from '../../src/main/layers/explorer.ts';
import { previewFile, searchContents } from '../../src/main/layers/file-access.ts';
import { startRegistry, startTestEngine, type TestEngine, type TestRegistry } from '../engine/harness.ts';
import { ociArchive, type MadeImage } from './archives.ts';
import { makeTar } from './oracle.ts';

const base = makeTar([{ path: 'etc', type: 'dir' }, { path: 'etc/os', content: 'debian' }]);
const app = (text: string) => makeTar([{ path: 'app/config', content: text }]);
const tail = makeTar([{ path: 'app/big', content: Buffer.alloc(300_000, 5) }]);
const amd64 = { os: 'linux', architecture: 'amd64' };
const arm64 = { os: 'linux', architecture: 'arm64' };

let folder: string;
let engine: TestEngine;
let registry: TestRegistry;
let client: DockerClient;
let explorer: Explorer;
const file = (name: string, images: MadeImage[]) => { const path = join(folder, name); writeFileSync(path, ociArchive(images, { nested: images.length > 1 })); return path; };
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'layers-remote-'));
  engine = await startTestEngine();
  registry = await startRegistry({ netns: engine.netns });
  client = createDockerClient(async () => connect({ path: engine.socketPath }));
  explorer = createExplorer(join(folder, 'cache'), new URL('../../src/main/layers/explorer-thread.ts', import.meta.url));
  await engine.dockerOk('load', '-i', file('local.tar', [{ name: 'app:1', layers: [base, app('port: 8080')], compression: 'gzip' }]));
  const two = file('two.tar', [{ layers: [base, app('port: 9090'), tail], compression: 'gzip', platform: amd64 }, { layers: [base, app('port: 7070')], compression: 'gzip', platform: arm64 }]);
  const copied = await engine.inNetns('skopeo', 'copy', '--all', '--insecure-policy', '--dest-tls-verify=false', `oci-archive:${two}`, `docker://${registry.address}/team/app:2`);
  if (copied.code !== 0) throw new Error(copied.stderr);
});
afterAll(async () => {
  await explorer?.[Symbol.asyncDispose]();
  await client?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function ready(steps: AsyncIterable<OpenStep>): Promise<{ session: string; image: ExplorerImage; transferred: boolean }> {
  let transferred = false;
  for await (const step of steps) {
    if (step.type === 'progress') transferred = true;
    if (step.type === 'ready') return { ...step, transferred };
  }
  throw new Error('not opened');
}
const openRemote = (layers: 'all' | number[], platform?: string) => ready(explorer.openRemote(client, { host: 'local', reference: `${registry.address}/team/app:2`, platform, layers, headers: {} }));

test('layers the engine has are known at once, the others when they are opened, and then for good', async () => {
  const { image, transferred } = await openRemote([]);
  expect(transferred).toBe(false);
  expect(image).toMatchObject({ platform: 'linux/amd64', remote: { host: 'local', reference: `${registry.address}/team/app:2` } });
  expect(image.layers.map((layer) => [layer.isAbsent ?? false, layer.sizeBytes, layer.compressedBytes > 0])).toEqual([[false, 6, true], [true, 0, true], [true, 0, true]]);
  const more = await openRemote([1]);
  expect(more.image.layers.map((layer) => layer.isAbsent ?? false)).toEqual([false, false, true]);
  expect((await openRemote([])).image.layers.map((layer) => layer.isAbsent ?? false)).toEqual([false, false, true]);
  const opened = explorer.get(more.session);
  const node = (await opened.thread.find({ path: '/app/config' }))?.node ?? -1;
  expect(await previewFile(opened, 1, node)).toMatchObject({ text: 'port: 9090' });
  const found = [];
  for await (const step of searchContents(opened, 'debian', [0, 1, 2])) if (step.type === 'match') found.push(step.path);
  expect(found).toEqual(['/etc/os']);
});

test('a local image is compared with one of a registry', async () => {
  const local = await ready(explorer.open(client, 'app:1', {}));
  const remote = await openRemote('all');
  const compared = await explorer.compare(local.session, remote.session, true);
  const { rows } = await compared.thread.rows({ layer: 1, scope: 'layer', filter: { marks: [2, 3, 4, 5, 6, 7] }, sort: 'name', toggled: [], isAllOpen: true, from: 0, count: 10 });
  expect(rows.map((row) => row.name)).toEqual(['app', 'big', 'config']);
});

test('platforms are chosen', async () => {
  const { image } = await openRemote('all', 'linux/arm64');
  expect(image.choices?.map(({ id, isChosen }) => [id, isChosen])).toEqual([['linux/amd64', false], ['linux/arm64', true]]);
  expect(image.layers).toHaveLength(2);
  await expect(openRemote([], 'linux/s390x')).rejects.toMatchObject({ kind: 'InvalidParameter' });
});

test('of an archive with several images each can be opened, and the file lives as long as one of them', async () => {
  const bytes = ociArchive([{ name: 'a:1', layers: [base], platform: amd64 }, { name: 'b:1', layers: [base, tail], platform: arm64 }]);
  const first = await ready(explorer.openArchive(Readable.from([bytes]), 'both.tar', bytes.length));
  expect(first.image.choices?.map(({ names, platform }) => [names, platform])).toEqual([[['a:1'], 'linux/amd64'], [['b:1'], 'linux/arm64']]);
  const other = await explorer.choose(first.session, first.image.choices?.[1]?.id ?? '');
  expect(other.image).toMatchObject({ platform: 'linux/arm64', layers: [{}, {}] });
  expect(other.image.choices?.map(({ isChosen }) => isChosen)).toEqual([false, true]);
  await explorer.close(first.session);
  const node = (await other.thread.find({ path: '/etc/os' }))?.node ?? -1;
  expect(await previewFile(other, 0, node)).toMatchObject({ text: 'debian' });
});

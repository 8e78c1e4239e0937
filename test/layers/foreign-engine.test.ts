// Images of an engine that is not ours: read from the save stream once, then from the cache; asked about before a network is
// crossed; a container's files as one layer. The engine here is a small HTTP server that answers like dockerd.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenStep } from '../../src/main/contract/layers.ts';
import { createDockerClient, type DockerClient } from '../../src/main/docker/client.ts';
import { createExplorer, type Explorer } from '../../src/main/layers/explorer.ts';
import { previewFile } from '../../src/main/layers/file-access.ts';
import { ociArchive, type MadeImage } from './archives.ts';
import { makeTar } from './oracle.ts';

const layer = makeTar([{ path: 'app', type: 'dir' }, { path: 'app/text', content: 'hello' }, { path: 'big', content: Buffer.alloc(5_000_000, 3) }]);
const image: MadeImage = { name: 'demo:1', layers: [layer] };
const container = makeTar([{ path: 'app', type: 'dir' }, { path: 'app/text', content: 'changed' }, { path: 'tmp/new', content: 'n' }]);

let folder: string;
let server: Server;
let client: DockerClient;
let explorer: Explorer;
const asked: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'layers-foreign-'));
  server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').replace(/\?.*/, ''));
    asked.push(path);
    if (path === '/images/demo:1/get') response.end(ociArchive([image], { docker: true }));
    else if (path === '/containers/c1/export') response.end(container);
    else if (path === '/version') response.end(JSON.stringify({ Version: '1', ApiVersion: '1.47', Components: [{ Name: 'Engine', Version: '1' }] }));
    else if (path === '/images/json') response.end('[]');
    else if (path === '/images/demo:1/json') response.end(JSON.stringify({ Id: 'sha256:abc', Size: 5_000_005, RepoTags: ['demo:1'], Os: 'linux', Architecture: 'amd64' }));
    else if (path === '/containers/c1/json') response.end(JSON.stringify({ SizeRootFs: 8, Image: 'demo:1', Config: { Env: ['A=2'] } }));
    else response.writeHead(404).end('{"message":"no such thing"}');
  });
  const socket = join(folder, 's.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  client = createDockerClient(async () => connect({ path: socket }));
  explorer = createExplorer(join(folder, 'cache'), new URL('../../src/main/layers/explorer-thread.ts', import.meta.url));
});
afterAll(async () => {
  await explorer[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(steps: AsyncIterable<OpenStep>): Promise<{ last: OpenStep; progress: number }> {
  let progress = 0;
  let last: OpenStep | undefined;
  for await (const step of steps) { last = step; if (step.type === 'progress') progress++; }
  return { last: last as OpenStep, progress };
}

test('the size is said before the network is crossed, the stream is read once, the cache answers after', async () => {
  expect((await open(explorer.open(client, 'demo:1', { asks: true }))).last).toEqual({ type: 'ask', bytes: 5_000_005 });
  expect(asked).not.toContain('/images/demo:1/get');
  const first = await open(explorer.open(client, 'demo:1', {}));
  expect(first.progress).toBeGreaterThan(0);
  expect(first.last).toMatchObject({ type: 'ready', image: { fromCache: false, image: 'demo:1', totals: { storedBytes: 5_000_005 } } });
  const second = await open(explorer.open(client, 'demo:1', { asks: true }));
  expect(second.last).toMatchObject({ type: 'ready', image: { fromCache: true, totals: { storedBytes: 5_000_005 } } });
  expect(asked.filter((path) => path.endsWith('/get'))).toHaveLength(1);
  if (second.last.type !== 'ready') return;
  const opened = explorer.get(second.last.session);
  const node = (await opened.thread.find({ path: '/app/text' }))?.node ?? -1;
  expect(await previewFile(opened, 0, node)).toMatchObject({ type: 'text', text: 'hello' });
});

test('an image is compared with a container as it is now', async () => {
  const before = (await open(explorer.open(client, 'demo:1', {}))).last;
  const after = (await open(explorer.openContainer(client, 'c1', 'web'))).last;
  if (before.type !== 'ready' || after.type !== 'ready') throw new Error('not opened');
  const compared = await explorer.compare(before.session, after.session, true);
  expect(compared.image.layers[1]?.files).toEqual({ added: 1, content: 1, metadata: 0, type: 0, link: 0, removed: 1 });
  expect(compared.image.comparison?.config).toEqual([{ key: 'Env A', before: undefined, after: '2' }]);
  const node = (await compared.thread.find({ path: '/app/text' }))?.node ?? -1;
  expect(await previewFile(compared, 1, node)).toMatchObject({ text: 'changed' });
});

test('an image that is not there fails as the engine says', async () => {
  await expect(open(explorer.open(client, 'nowhere:1', {}))).rejects.toMatchObject({ kind: 'NotFound' });
});

// Between two Gantry engines only the layers travel that the other side lacks.

import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDockerClient, type DockerClient } from '../../src/main/docker/client.ts';
import { copyImage } from '../../src/main/hosts/transfer-image.ts';
import { startTestEngine, type TestEngine } from '../engine/harness.ts';

const MB = 1024 * 1024;

/** A client that counts what is sent. */
function counted(engine: TestEngine): { client: DockerClient; sent: () => number } {
  let closed = 0;
  const open = new Set<Socket>();
  const client = createDockerClient(() => new Promise((resolve, reject) => {
    const socket = connect(engine.socketPath).once('connect', () => resolve(socket)).once('error', reject);
    open.add(socket);
    socket.once('close', () => { closed += socket.bytesWritten; open.delete(socket); });
  }));
  return { client, sent: () => closed + [...open].reduce((sum, socket) => sum + socket.bytesWritten, 0) };
}

function tarOf(files: Record<string, Buffer | string>): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'transfer-layers-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return execFileSync('tar', ['-c', '-C', folder, '.'], { maxBuffer: 64 * MB });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the base image is there: only the layer on top is sent', async () => {
  await using from = await startTestEngine();
  await using to = await startTestEngine();
  const a = counted(from);
  const b = counted(to);
  await using _a = a.client;
  await using _b = b.client;
  const run = async (lines: AsyncIterable<{ error?: string }>): Promise<void> => {
    for await (const { error } of lines) if (error) throw new Error(error);
  };
  await run(a.client.lines('POST', '/images/create', { query: { fromSrc: '-', repo: 'lab/base', tag: '1' }, body: tarOf({ big: randomBytes(8 * MB) }) }));
  await run(a.client.lines('POST', '/build', { query: { t: 'lab/app:1' }, body: tarOf({ Dockerfile: 'FROM lab/base:1\nCOPY small /small\n', small: randomBytes(MB) }) }));
  for await (const _step of copyImage(a.client, b.client, 'lab/base:1', { signal: undefined }));
  const before = b.sent();
  const steps = [];
  for await (const step of copyImage(a.client, b.client, 'lab/app:1', { signal: undefined })) steps.push(step);
  expect(steps.at(-1)).toMatchObject({ done: true });
  expect(b.sent() - before).toBeGreaterThan(MB);
  expect(b.sent() - before).toBeLessThan(2 * MB);
  const layers = (client: DockerClient) => client.json<{ RootFS: { Layers: string[] } }>('GET', '/images/lab/app:1/json').then(({ RootFS }) => RootFS.Layers);
  expect(await layers(b.client)).toEqual(await layers(a.client));
});

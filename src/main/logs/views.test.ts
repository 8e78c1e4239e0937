import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LogStatus } from '../contract/container-logs.ts';
import { createDockerClient, type DockerClient } from '../docker/client.ts';
import { createLogViews } from './views.ts';

const LINES = [1, 2, 3].map((second) => `2026-01-02T03:04:0${second}.000000001Z line ${second}\n`);
const frame = (text: string) => {
  const head = Buffer.alloc(8);
  head[0] = 1;
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
};

let folder: string;
let server: Server;
let client: DockerClient;
/** the followed log, which stays open */
let followed: ServerResponse | undefined;

beforeEach(async () => {
  followed = undefined;
  folder = mkdtempSync(join(tmpdir(), 'gantry-views-'));
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://engine');
    if (url.pathname.includes('gone')) response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"message":"No such container: gone"}');
    else if (url.pathname.endsWith('/json')) response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"Config":{"Tty":false}}');
    else if (url.searchParams.get('follow') !== 'true') response.writeHead(200).end(Buffer.concat(LINES.map(frame)));
    else {
      followed = response.writeHead(200);
      for (const line of LINES) followed.write(frame(line));
    }
  });
  const path = join(folder, 's');
  server.listen(path);
  await once(server, 'listening');
  client = createDockerClient(async () => {
    const socket = connect(path);
    await once(socket, 'connect');
    return socket;
  });
});
afterEach(async () => {
  await client[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

async function until(id: string, isEnough: (status: LogStatus) => boolean): Promise<LogStatus> {
  const stop = new AbortController();
  for await (const status of createLogViews().open(client, { ids: [id], follow: true }, stop.signal)) {
    if (!isEnough(status)) continue;
    stop.abort();
    return status;
  }
  throw new Error('the view ended');
}

test('a history is complete with its last line, though the log goes on', async () => {
  expect(await until('web', (status) => status.isCaughtUp)).toMatchObject({ lines: 3, problems: [] });
});

test('lines that come later are counted', async () => {
  const seen = until('web', (status) => status.lines === 4);
  await expect.poll(() => followed !== undefined).toBe(true);
  followed?.write(frame('2026-01-02T03:04:09.000000001Z later\n'));
  expect((await seen).isCaughtUp).toBe(true);
});

test('a log that cannot be read is told, and the view goes on', async () => {
  expect((await until('gone', (status) => status.problems.length > 0)).problems).toEqual([{ id: 'gone', message: expect.stringContaining('No such container: gone') }]);
});

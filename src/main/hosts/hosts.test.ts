import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HostConfig } from '../contract/hosts.ts';
import type { Connectors } from './connector.ts';
import { createHosts, type Hosts } from './hosts.ts';

const CONFIG: HostConfig = { kind: 'unix', name: 'box', colour: 'blue', socketPath: '/unused' };
let folder: string;
let server: Server;
let listener: RequestListener;
let disposed: number;
let hosts: Hosts;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-hosts-'));
  const path = join(folder, 'engine.sock');
  server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  disposed = 0;
  const connectors: Connectors = {
    unix: {
      kind: 'unix', address: () => path,
      connect: async () => ({
        dial: () => new Promise((resolve, reject) => { const socket = connect(path).once('connect', () => resolve(socket)).once('error', reject); }),
        async [Symbol.asyncDispose]() { disposed += 1; },
      }),
    },
  };
  hosts = createHosts([{ id: 'box', config: CONFIG }], connectors, async () => {});
});
afterEach(async () => {
  await hosts[Symbol.asyncDispose]();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

test('a request does not wait until the engine has said what it is', async () => {
  const answer = Promise.withResolvers<void>();
  listener = (request, response) => {
    if (request.url === '/version') void answer.promise.then(() => response.end('{"Version":"7"}'));
    else response.end('[]');
  };
  expect(await (await hosts.client('box')).json('GET', '/containers/json')).toEqual([]);
  expect(hosts.list()[0]!.engine).toBeUndefined();
  answer.resolve();
  await expect.poll(() => hosts.list()[0]).toMatchObject({ state: 'live', engine: { version: '7' } });
});

test('connecting by hand waits for it, and a failure gives the connection back', async () => {
  listener = (_request, response) => { response.statusCode = 500; response.end('{"message":"no"}'); };
  await expect(hosts.reconnect('box')).rejects.toThrow('no');
  expect(hosts.list()[0]).toMatchObject({ state: 'failed', error: { message: 'no' } });
  expect(disposed).toBe(1);
  listener = (_request, response) => response.end('{"Version":"8"}');
  expect(await hosts.reconnect('box')).toMatchObject({ state: 'live', engine: { version: '8' } });
});

test('closed while the engine is being asked: it does not count as a failure', async () => {
  listener = () => {};
  await hosts.client('box');
  await hosts.update('box', { ...CONFIG, socketPath: '/other' });
  expect(hosts.list()[0]).toMatchObject({ state: 'idle' });
  expect(disposed).toBe(1);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../base/log.ts';
import { createParentPorts } from './parent-ports.ts';

/** rootlesskit's API, as far as it is asked here: ports by number, one of a kind. */
let folder: string;
let server: Server;
let ports: Map<number, { proto: string; parentIP: string; parentPort: number; childPort: number }>;
let driver: object | null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootlesskit-'));
  ports = new Map();
  driver = { driver: 'builtin' };
  let nextId = 1;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    if (request.url === '/v1/info') return response.end(JSON.stringify({ portDriver: driver }));
    if (request.method === 'DELETE') return response.end(String(ports.delete(Number(request.url?.split('/').at(-1)))));
    const spec = JSON.parse(text) as { proto: string; parentIP: string; parentPort: number; childPort: number };
    if ([...ports.values()].some(({ proto, parentPort }) => proto === spec.proto && parentPort === spec.parentPort)) return response.writeHead(400).end('{"message":"listen tcp4 0.0.0.0:80: bind: address already in use"}');
    if (spec.parentPort < 80) return response.writeHead(400).end('{"message":"cannot expose privileged port, choose one (\\u003e= 1024)"}');
    ports.set(nextId, spec);
    return response.writeHead(201).end(JSON.stringify({ id: nextId++, spec }));
  };
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(join(folder, 'api.sock'), done));
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const tcp = (hostIp: string, hostPort: number) => ({ protocol: 'tcp' as const, hostIp, hostPort, childPort: hostPort });

test('each family is opened by itself; closing and opening again keeps its order', async () => {
  const parent = createParentPorts(folder, silentLog);
  const ids = await parent.open([tcp('0.0.0.0', 8080), tcp('::', 8080)]);
  expect([...ports.values()].map(({ proto, parentIP }) => `${proto} ${parentIP}`)).toEqual(['tcp4 0.0.0.0', 'tcp6 ::']);
  parent.close(ids);
  await parent.open([tcp('0.0.0.0', 8080)]);
  expect(ports.size).toBe(1);
});

test('a port that is refused takes back the others, and says why', async () => {
  const parent = createParentPorts(folder, silentLog);
  await parent.open([tcp('0.0.0.0', 8080)]);
  await expect(parent.open([tcp('0.0.0.0', 9090), tcp('0.0.0.0', 8080)])).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await expect(parent.open([tcp('0.0.0.0', 79)])).rejects.toThrow('choose one (>= 1024)');
  expect([...ports.values()].map(({ parentPort }) => parentPort)).toEqual([8080]);
});

test('without a port driver nothing is asked for', async () => {
  driver = null;
  expect(await createParentPorts(folder, silentLog).open([tcp('0.0.0.0', 8080)])).toEqual([]);
  expect(ports.size).toBe(0);
});

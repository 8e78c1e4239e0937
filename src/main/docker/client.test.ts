import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { createDockerClient, DockerError, type DockerClient } from './client.ts';

let server: Server;
let client: DockerClient;
afterEach(async () => {
  await client[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

async function serve(listener: RequestListener): Promise<DockerClient> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = createDockerClient(() => Promise.resolve(connect(port, '127.0.0.1')));
  return client;
}

test('JSON goes out and comes back, with a query', async () => {
  await serve((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk)).on('end', () => response.end(JSON.stringify({ url: request.url, body: JSON.parse(body) })));
  });
  expect(await client.json('POST', '/containers/create', { query: { name: 'web 1', skipped: undefined, all: true }, json: { Image: 'x' } })).toEqual({ url: '/containers/create?name=web+1&all=true', body: { Image: 'x' } });
});

test('lines are decoded wherever the chunks end', async () => {
  await serve((_request, response) => {
    response.write('{"a":"ü');
    setTimeout(() => response.end('"}\n{"a":2}'), 5);
  });
  expect(await Array.fromAsync(client.lines('GET', '/events'))).toEqual([{ a: 'ü' }, { a: 2 }]);
});

test.each([[404, 'NotFound'], [409, 'Conflict'], [500, 'System']])('status %i becomes a %s with the engine’s words', async (status, kind) => {
  await serve((_request, response) => response.writeHead(status).end('{"message":"no such container: web"}'));
  const error = await client.json('GET', '/containers/web/json').catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(DockerError);
  expect(error).toMatchObject({ status, kind, message: 'no such container: web' });
});

test('a hijacked connection carries bytes both ways, those that came with the answer first', async () => {
  await serve(() => {});
  server.on('upgrade', (_request, socket: Duplex) => {
    socket.write('HTTP/1.1 101 UPGRADED\r\ncontent-type: application/vnd.docker.raw-stream\r\nconnection: Upgrade\r\nupgrade: tcp\r\n\r\nhello ');
    socket.on('data', (chunk: Buffer) => socket.end(chunk.toString().toUpperCase()));
  });
  const { stream, contentType } = await client.upgrade('POST', '/containers/web/attach');
  expect(contentType).toBe('application/vnd.docker.raw-stream');
  stream.write('there');
  expect(Buffer.concat(await Array.fromAsync(stream)).toString()).toBe('hello THERE');
});

test('an abort ends the call as an abort, and the connection with it', async () => {
  const closed = Promise.withResolvers<void>();
  await serve((request) => request.on('close', () => closed.resolve()));
  const controller = new AbortController();
  const call = client.json('GET', '/wait', { signal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  await closed.promise;
});

test('an engine that is not there is Unavailable, with the reason', async () => {
  await serve(() => {});
  const dead = createDockerClient(() => Promise.reject(new Error('connect ENOENT /run/x.sock')));
  await expect(dead.json('GET', '/info')).rejects.toMatchObject({ kind: 'Unavailable', cause: { message: 'connect ENOENT /run/x.sock' } });
});

import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../base/log.ts';
import { Conflict } from '../wire/errors.ts';
import { RAW_STREAM, hijack, json, ndjson } from './reply.ts';
import { createRouter, get, post } from './router.ts';
import { createApiServer } from './server.ts';

const socketPath = join(mkdtempSync(join(tmpdir(), 'gantry-api-')), 's.sock');
let aborted = 0;
const server = createApiServer(createRouter([
  get('/hello', (call) => json({ version: call.apiVersion })),
  get('/refuse', () => { throw new Conflict('container is running'); }),
  get('/early', () => ndjson((async function* () { throw new Conflict('before the first line'); })())),
  get('/slow', () => ndjson((async function* () { await new Promise((next) => setTimeout(next, 400)); throw new Conflict('after the headers'); })())),
  get('/patient', () => ndjson((async function* () { await new Promise((next) => setTimeout(next, 400)); throw new Conflict('after a while'); })(), undefined, 'first line')),
  get('/never', () => ndjson((async function* () { throw new Conflict('in band'); })(), undefined, 'never')),
  get('/late', () => ndjson((async function* () { yield { n: 1 }; throw new Conflict('after it'); })())),
  get('/forever', (call) => ndjson((async function* () {
    await new Promise<void>((resolve) => call.signal.addEventListener('abort', () => resolve()));
    aborted++;
  })())),
  post('/echo', async (call) => {
    const body = await call.json<{ prefix: string }>();
    return hijack(RAW_STREAM, async (stream) => {
      for await (const chunk of stream as AsyncIterable<Buffer>) stream.write(body?.prefix + chunk.toString());
      stream.end('bye');
    });
  }),
]), { 'Api-Version': '1.47' }, silentLog);

beforeAll(async () => { server.listen(socketPath); await once(server, 'listening'); });
afterAll(() => { server.close(); server.closeAllConnections(); });

async function call(path: string) {
  const asked = request({ socketPath, path }).end();
  const [response] = await once(asked, 'response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode as number, body, headers: response.headers };
}

test('the version prefix is taken off and checked', async () => {
  expect(await call('/v1.40/hello')).toMatchObject({ status: 200, body: '{"version":[1,40]}\n' });
  expect(await call('/hello')).toMatchObject({ status: 200, body: '{"version":[1,47]}\n' });
  expect((await call('/v1.12/hello')).body).toContain('client version 1.12 is too old');
  expect((await call('/v9.9/hello')).status).toBe(400);
});

test('a thrown kind becomes its status with a Docker error body', async () => {
  const answer = await call('/refuse');
  expect(answer).toMatchObject({ status: 409, body: '{"message":"container is running"}\n' });
  expect(answer.headers['api-version']).toBe('1.47');
  expect((await call('/nothing')).status).toBe(404);
});

test('an error before the first line has a status, after it it travels in band', async () => {
  expect(await call('/early')).toMatchObject({ status: 409 });
  const late = await call('/late');
  expect(late.status).toBe(200);
  expect(late.body.trim().split('\r\n').map((line) => JSON.parse(line))).toEqual([
    { n: 1 }, { errorDetail: { message: 'after it' }, error: 'after it' },
  ]);
});

test('an error that comes when the headers are already out travels in band too', async () => {
  const slow = await call('/slow');
  expect(slow.status).toBe(200);
  expect(JSON.parse(slow.body)).toEqual({ errorDetail: { message: 'after the headers' }, error: 'after the headers' });
});

test('a route may wait for the first line, or keep every failure in band', async () => {
  expect(await call('/patient')).toMatchObject({ status: 409, body: '{"message":"after a while"}\n' });
  const never = await call('/never');
  expect({ status: never.status, body: JSON.parse(never.body) }).toEqual({ status: 200, body: { errorDetail: { message: 'in band' }, error: 'in band' } });
});

test('a silent stream gets its headers soon, and its signal aborts when the client leaves', async () => {
  const asked = request({ socketPath, path: '/forever' }).end();
  asked.on('error', () => {});
  const [response] = await once(asked, 'response');
  expect(response.statusCode).toBe(200);
  asked.destroy();
  await expect.poll(() => aborted).toBe(1);
});

test('an upgraded connection takes its JSON body first, then carries bytes both ways with half-close', async () => {
  const socket = connect(socketPath);
  const body = '{"prefix":">"}';
  socket.write(`POST /v1.47/echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}one`);
  let seen = '';
  socket.on('data', (chunk) => {
    seen += chunk;
    if (seen.endsWith('>one')) socket.end('two');
  });
  await once(socket, 'close');
  expect(seen).toMatch(/^HTTP\/1\.1 101 UPGRADED\r\nApi-Version: 1\.47\r\n/);
  expect(seen.split('\r\n\r\n')[1]).toBe('>one>twobye');
});

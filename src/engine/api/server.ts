// HTTP/1.1 on a unix socket, Docker's dialect: version prefix, error bodies, hijacked connections.
// This is the only importer of node:http's server side in the engine.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex, type Readable } from 'node:stream';
import type { Log } from '../base/log.ts';
import { InvalidParameter, errorMessage, httpStatus } from '../wire/errors.ts';
import { isBefore, type ApiVersion } from './api-version.ts';
import { readJson, readUpgradeBody } from './body.ts';
import type { ByteSource, Headers, Reply } from './reply.ts';
import type { Call, Router } from './router.ts';
import { API_VERSION, MIN_API_VERSION } from './version.ts';

/** A silent source (events, followed logs) gets its status line after this; until then an error still has its own status. */
const FIRST_CHUNK_WAIT_MS = 200;
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

/** The server, not listening yet. `common` headers go with every answer. */
export function createApiServer(router: Router, common: Headers, log: Log): Server {
  const server = createServer({ noDelay: true, keepAliveTimeout: 60_000, requestTimeout: 0, highWaterMark: 256 * 1024 });
  server.on('request', (request, response) => void answer(router, request, common, response, log));
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy()); // the client went away; nobody else owns the socket yet
    if (head.length > 0) socket.unshift(head);
    upgrade(router, request, common, socket, log).catch((error: unknown) => {
      log.debug('hijacked stream ended with an error', { path: request.url, error });
      socket.destroy();
    });
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  return server;
}

async function answer(router: Router, request: IncomingMessage, common: Headers, response: ServerResponse, log: Log): Promise<void> {
  const closed = new AbortController();
  response.on('close', () => { if (!response.writableFinished) closed.abort(); });
  for (const [name, value] of Object.entries(common)) response.setHeader(name, value);
  try {
    const reply = await dispatch(router, request, request, closed.signal);
    await send(reply, request, response);
  } catch (error) {
    if (response.headersSent || response.destroyed) {
      if (!closed.signal.aborted) log.warn('stream broke', { path: request.url, error });
      response.destroy();
      return;
    }
    const status = httpStatus(error);
    if (status === 500) log.error('request failed', { method: request.method, path: request.url, error });
    writeBody(response, status, 'application/json', errorBody(error));
  }
}

const errorBody = (error: unknown): string => `${JSON.stringify({ message: errorMessage(error) })}\n`;

function dispatch(router: Router, request: IncomingMessage, body: Readable, signal: AbortSignal): Promise<Reply> | Reply {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const fullPath = mark < 0 ? url : url.slice(0, mark);
  const version = /^\/v(\d+)\.(\d+)(?=\/)/.exec(fullPath);
  const apiVersion: ApiVersion = version ? [Number(version[1]), Number(version[2])] : CURRENT;
  if (version) checkVersion(apiVersion);
  const path = version ? fullPath.slice(version[0].length) : fullPath;
  const { handler, params } = router.find(request.method ?? 'GET', path);
  const call: Call = {
    method: request.method ?? 'GET',
    path,
    params,
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers: request.headers,
    body,
    apiVersion,
    signal,
    json: () => readJson(body, request.headers['content-type']),
  };
  return handler(call);
}

const parseVersion = (text: string) => text.split('.').map(Number) as [number, number];
const CURRENT = parseVersion(API_VERSION);
const OLDEST = parseVersion(MIN_API_VERSION);

function checkVersion(asked: ApiVersion): void {
  if (isBefore(asked, OLDEST)) {
    throw new InvalidParameter(`client version ${asked.join('.')} is too old. Minimum supported API version is ${MIN_API_VERSION}, please upgrade your client to a newer version`);
  }
  if (isBefore(CURRENT, asked)) {
    throw new InvalidParameter(`client version ${asked.join('.')} is too new. Maximum supported API version is ${API_VERSION}`);
  }
}

async function send(reply: Reply, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (reply.kind !== 'hijack') for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  switch (reply.kind) {
    case 'json':
      return writeBody(response, reply.status, 'application/json', `${JSON.stringify(reply.value)}\n`);
    case 'text':
      return writeBody(response, reply.status, 'text/plain; charset=utf-8', reply.text);
    case 'empty':
      response.writeHead(reply.status).end();
      return;
    case 'stream':
      return sendStream(response, reply.status, reply.source, true, reply.isReused);
    case 'lines':
      response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
      await reply.run((line) => writeNow(response, line));
      response.end();
      return;
    case 'ndjson':
      response.setHeader('Content-Type', 'application/json');
      return sendStream(response, reply.status, jsonLines(reply.source, () => response.headersSent || reply.failure === 'never'), reply.failure === 'early');
    case 'hijack':
      // No upgrade asked for: the answer is a raw body until the connection closes, the input is the request's body.
      response.useChunkedEncodingByDefault = false;
      response.shouldKeepAlive = false;
      response.writeHead(200, { 'Content-Type': reply.contentType });
      response.flushHeaders();
      return reply.run(Duplex.from({ readable: request, writable: response }));
  }
}

/** Without waiting for the end of what runs now. A client that does not read is cut off before it fills the memory. */
function writeNow(response: ServerResponse, line: string): void {
  const { socket } = response;
  socket?.cork();
  response.write(line);
  socket?.uncork();
  if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
}

async function sendStream(response: ServerResponse, status: number, source: ByteSource, isHeadersEarly = true, isReused = false): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  const headers = isHeadersEarly ? setTimeout(() => { if (!response.headersSent) response.writeHead(status).flushHeaders(); }, FIRST_CHUNK_WAIT_MS) : undefined;
  try {
    let step = await iterator.next();
    if (!response.headersSent) response.writeHead(status);
    while (!step.done && !response.destroyed) {
      if (isReused) await written(response, step.value);
      else if (!response.write(step.value)) await drained(response);
      step = await iterator.next();
    }
    if (step.done && step.value) response.addTrailers(Object.fromEntries(Object.entries(step.value).map(([name, value]) => [name, String(value)])));
    response.end();
  } finally {
    clearTimeout(headers);
    await iterator.return?.();
  }
}

/** Until the kernel has the chunk, or the client is gone. */
const written = (response: ServerResponse, chunk: Uint8Array | string): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('close', done);
      resolve();
    };
    response.on('close', done);
    response.write(chunk, done);
  });

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
    if (response.destroyed) done();
  });

/** @param isStatusSent once it is, an error can only travel in band */
async function* jsonLines(source: AsyncIterable<unknown>, isStatusSent: () => boolean): AsyncGenerator<string> {
  try {
    for await (const value of source) {
      yield `${JSON.stringify(value)}\r\n`;
    }
  } catch (error) {
    if (!isStatusSent()) throw error;
    const message = errorMessage(error);
    yield `${JSON.stringify({ errorDetail: { message }, error: message })}\r\n`; // no code: 401 makes the docker CLI hide the message
  }
}

async function upgrade(router: Router, request: IncomingMessage, common: Headers, socket: Socket, log: Log): Promise<void> {
  const closed = new AbortController();
  socket.on('close', () => closed.abort());
  const lead = Object.entries(common).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  let reply: Reply;
  try {
    reply = await dispatch(router, request, await readUpgradeBody(request, socket), closed.signal);
    if (reply.kind !== 'hijack') throw new InvalidParameter('this request cannot be upgraded to a raw stream');
  } catch (error) {
    const status = httpStatus(error);
    if (status === 500) log.error('request failed', { method: request.method, path: request.url, error });
    const body = errorBody(error);
    socket.end(`HTTP/1.1 ${status} Error\r\n${lead}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
    return;
  }
  socket.write(`HTTP/1.1 101 UPGRADED\r\n${lead}Content-Type: ${reply.contentType}\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade ?? 'tcp'}\r\n\r\n`);
  await reply.run(socket);
}

function writeBody(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  if (response.req.method === 'HEAD') response.end();
  else response.end(body);
}

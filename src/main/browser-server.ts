// The browser shell's HTTP server: the built renderer, the session exchange, transfers, and the contract over one WebSocket.
// Loopback only. Every request and upgrade passes `isOwnHost` and `isOwnOrigin`; everything but the static files also needs the cookie.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { errorMessage, httpStatus } from '../engine/wire/errors.ts';
import { contentSecurityPolicy, createSession, isOwnHost, isOwnOrigin, type Session } from './browser-session.ts';
import type { RpcContext } from './rpc/context.ts';
import { router } from './rpc/router.ts';
import { staticFile } from './static-files.ts';

export interface BrowserServer extends AsyncDisposable { port: number; address: string }

const MAX_MESSAGE_BYTES = 16 << 20;
const MAX_TOKEN_BYTES = 1024;

/** @throws the listen error (EADDRINUSE) */
export async function startBrowserServer(options: { port: number; rendererRoot: string; context: RpcContext }): Promise<BrowserServer> {
  const server = createServer({ requestTimeout: 0, headersTimeout: 10_000 });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const session = createSession(port);
  const handler = new RPCHandler<RpcContext>(router as never);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response, { ...options, session, port }).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else refuse(response, httpStatus(error), errorMessage(error));
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { host, origin } = request.headers;
    const allowed = request.url === '/rpc' && isOwnHost(host, port) && isOwnOrigin(origin, host, true) && session.hasCookie(request.headers);
    if (!allowed) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
      webSocket.on('error', () => webSocket.terminate()); // a broken frame or a vanished tab: nothing more to say to it
      void handler.upgrade(webSocket, { context: options.context });
    });
  });
  return {
    port,
    address: `http://127.0.0.1:${port}/#token=${session.token}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Serving { rendererRoot: string; context: RpcContext; session: Session; port: number }

async function serve(request: IncomingMessage, response: ServerResponse, { rendererRoot, context, session, port }: Serving): Promise<void> {
  const { host, origin } = request.headers;
  const { method } = request;
  if (!isOwnHost(host, port) || !isOwnOrigin(origin, host, false)) return refuse(response, 403, 'this address is for the browser on this machine');
  const { pathname } = new URL(request.url ?? '/', `http://${host}`);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('content-security-policy', contentSecurityPolicy(host as string));

  if (pathname === '/session' && method === 'POST') return openSession(request, response, session);
  if (context.transfers.isTransfer(pathname)) {
    if (!session.hasCookie(request.headers)) return refuse(response, 403, 'no session');
    return transfer(request, response, context, pathname);
  }
  if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'method not allowed');
  const file = await staticFile(rendererRoot, pathname);
  if (!file) return refuse(response, 404, 'no such file');
  response.writeHead(200, {
    'content-type': file.contentType,
    'content-length': file.sizeBytes,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (method === 'HEAD') response.end();
  else await pipeline(file.stream(), response);
}

async function openSession(request: IncomingMessage, response: ServerResponse, session: Session): Promise<void> {
  if (session.hasCookie(request.headers)) {
    response.writeHead(204).end();
    return;
  }
  let token = '';
  for await (const chunk of request) {
    token += String(chunk);
    if (token.length > MAX_TOKEN_BYTES) return refuse(response, 413, 'too long');
  }
  const cookie = session.exchange(token);
  if (!cookie) return refuse(response, 403, 'this link was already used; start Gantry again for a new one');
  response.writeHead(204, { 'set-cookie': cookie }).end();
}

async function transfer(request: IncomingMessage, response: ServerResponse, context: RpcContext, pathname: string): Promise<void> {
  if (request.method === 'POST') {
    // An upload without Origin cannot come from our page.
    if (request.headers.origin === undefined) return refuse(response, 403, 'no origin');
    const done = context.transfers.receive(pathname, request);
    if (!done) return refuse(response, 404, 'no such transfer');
    await done;
    response.writeHead(204).end();
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const download = await context.transfers.send(pathname, gone.signal);
  if (!download) return refuse(response, 404, 'no such transfer');
  response.writeHead(200, {
    'content-type': download.contentType ?? 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(download.fileName)}`,
    ...(download.sizeBytes === undefined ? {} : { 'content-length': download.sizeBytes }),
  });
  await pipeline(download.stream, response);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}

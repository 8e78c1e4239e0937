// Docker Engine API client over dial(): JSON, newline-delimited JSON, raw bodies and hijacked (upgraded) connections.
// Paths carry no version prefix, so every engine answers with its own default version (dockerd: the newest it knows).
import { request as httpRequest, type Agent, type IncomingMessage } from 'node:http';
import { Readable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EngineError, type ErrorKind } from '../../engine/wire/errors.ts';
import { dialAgent, type Dial } from './transport.ts';

export type Query = Record<string, string | number | boolean | string[] | undefined>;

export interface CallOptions {
  query?: Query;
  /** sent as JSON */
  json?: unknown;
  /** sent as it is (application/x-tar unless headers say otherwise) */
  body?: Readable | Uint8Array;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

export interface Upgraded { stream: Duplex; contentType: string }

export interface DockerClient extends AsyncDisposable {
  /** Body as JSON; undefined for 204 and 304. @throws DockerError */
  json<T>(method: string, path: string, options?: CallOptions): Promise<T>;
  /** Status, headers and the body as a stream; destroying the body ends the request. @throws DockerError */
  raw(method: string, path: string, options?: CallOptions): Promise<IncomingMessage>;
  /** Each line of the body as JSON, until the end or the signal. @throws DockerError */
  lines<T>(method: string, path: string, options?: CallOptions): AsyncGenerator<T>;
  /** A hijacked connection (attach, exec start). @throws DockerError */
  upgrade(method: string, path: string, options?: CallOptions): Promise<Upgraded>;
}

/** What an engine answered when it was not a success; `status` is HTTP's. */
export class DockerError extends EngineError {
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(kindOf(status), message, options);
    this.status = status;
  }
}

export function createDockerClient(dial: Dial, options: { maxSockets?: number } = {}): DockerClient {
  const agent = dialAgent(dial, options.maxSockets);
  return {
    async json<T>(method: string, path: string, call: CallOptions = {}) {
      const response = await send(agent, method, path, call);
      const text = await readText(response);
      return (text.trim() === '' ? undefined : JSON.parse(text)) as T; // Podman says no more than a line break
    },
    raw: (method, path, call = {}) => send(agent, method, path, call),
    async *lines<T>(method: string, path: string, call: CallOptions = {}) {
      const response = await send(agent, method, path, call);
      try {
        yield* parseLines<T>(response);
      } finally {
        response.destroy();
      }
    },
    upgrade: (method, path, call = {}) => sendUpgrade(agent, method, path, call),
    async [Symbol.asyncDispose]() {
      agent.destroy();
    },
  };
}

/** `filters` as Docker wants them: a JSON map of lists. */
export function filters(map: Record<string, string[]>): string {
  return JSON.stringify(map);
}

async function send(agent: Agent, method: string, path: string, call: CallOptions): Promise<IncomingMessage> {
  const request = start(agent, method, path, call, {});
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
    if (call.body instanceof Readable) {
      pipeline(call.body, request).catch(reject); // a broken source breaks the call; a broken request says so itself
    } else request.end(payload(call));
  }).catch((error: unknown) => {
    throw asConnectionError(error, call.signal);
  });
  return checked(response);
}

async function sendUpgrade(agent: Agent, method: string, path: string, call: CallOptions): Promise<Upgraded> {
  const request = start(agent, method, path, call, { connection: 'Upgrade', upgrade: 'tcp' });
  request.end(payload(call));
  return new Promise<Upgraded>((resolve, reject) => {
    request.once('upgrade', (response: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (head.length > 0) socket.unshift(head);
      resolve({ stream: socket, contentType: response.headers['content-type'] ?? '' });
    });
    request.once('response', (response) => {
      checked(response).then((stream) => reject(new DockerError(stream.statusCode ?? 500, 'the engine did not upgrade the connection')), reject);
    });
    request.once('error', (error) => reject(asConnectionError(error, call.signal)));
  });
}

function start(agent: Agent, method: string, path: string, call: CallOptions, extra: Record<string, string>) {
  const body = call.json !== undefined || call.body !== undefined;
  return httpRequest({
    agent,
    method,
    path: path + queryText(call.query),
    headers: {
      host: 'engine',
      ...(call.json !== undefined ? { 'content-type': 'application/json' } : body ? { 'content-type': 'application/x-tar' } : {}),
      ...call.headers,
      ...extra,
    },
    ...(call.signal ? { signal: call.signal } : {}),
  });
}

function payload(call: CallOptions): string | Uint8Array | undefined {
  if (call.json !== undefined) return JSON.stringify(call.json);
  return call.body instanceof Uint8Array ? call.body : undefined;
}

async function checked(response: IncomingMessage): Promise<IncomingMessage> {
  const status = response.statusCode ?? 0;
  if (status < 400) return response;
  const text = await readText(response);
  throw new DockerError(status, messageOf(text) || response.statusMessage || `status ${status}`);
}

function messageOf(text: string): string {
  try {
    const body = JSON.parse(text) as { message?: string; cause?: string };
    return body.message ?? body.cause ?? text;
  } catch {
    return text.trim(); // some answers (proxies, old engines) are plain text
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function* parseLines<T>(source: AsyncIterable<Buffer>): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T;
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as T;
}

function queryText(query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) search.append(key, String(item));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function kindOf(status: number): ErrorKind {
  switch (status) {
    case 400: return 'InvalidParameter';
    case 401: return 'Unauthorized';
    case 403: return 'Forbidden';
    case 404: return 'NotFound';
    case 409: return 'Conflict';
    case 501: return 'NotImplemented';
    case 503: return 'Unavailable';
    default: return 'System';
  }
}

/** The engine could not be reached: `Unavailable`; our own abort stays an abort. */
function asConnectionError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted || error instanceof EngineError) return error;
  return new EngineError('Unavailable', 'the engine does not answer', { cause: error });
}

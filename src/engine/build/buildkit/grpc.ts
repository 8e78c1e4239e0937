// gRPC over HTTP/2 on a connection that is open already: a server for one side of it, calls for the other.
// Format: grpc.io, "gRPC over HTTP2". Messages are not compressed; nobody here asks for it.
import { connect, constants, performServerHandshake, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import { EngineError, errorMessage, System } from '../../wire/errors.ts';
import { decode, encode, type Message, type Schema } from './protobuf.ts';

/** Status codes that are used here: grpc.io, "Status codes". */
export const OK = 0;
const UNKNOWN = 2;
const NOT_FOUND = 5;
const UNIMPLEMENTED = 12;
const PREFIX_BYTES = 5;
/** What may be under way to us; HTTP/2's own 64 KiB would make each file wait. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024; // BuildKit's own limit

export interface CallContext { headers: IncomingHttpHeaders; signal: AbortSignal }
export interface Method { request: Schema; response: Schema; answer: (requests: AsyncGenerator<Message<Schema>>, context: CallContext) => AsyncIterable<Message<Schema>> }

/** A method with one answer. */
export function unary<Q extends Schema, R extends Schema>(request: Q, response: R, answer: (request: Message<Q>, context: CallContext) => Promise<Message<R>> | Message<R>): Method {
  return { request, response, answer: async function* (requests, context) { yield (await answer(await first(requests), context)) as Message<Schema>; } };
}

/** A method that answers as long as it likes. */
export function streaming<Q extends Schema, R extends Schema>(request: Q, response: R, answer: (request: Message<Q>, context: CallContext) => AsyncIterable<Message<R>>): Method {
  return { request, response, answer: async function* (requests, context) { yield* answer(await first(requests), context) as AsyncIterable<Message<Schema>>; } };
}

/** A method where both sides talk as they like. */
export function duplex<Q extends Schema, R extends Schema>(request: Q, response: R, answer: (requests: AsyncGenerator<Message<Q>>, context: CallContext) => AsyncIterable<Message<R>>): Method {
  return { request, response, answer: answer as unknown as Method['answer'] };
}

/** The only request of a call; read to its end, so that the answer's end does not reset the stream. */
async function first<Q extends Schema>(requests: AsyncGenerator<Message<Schema>>): Promise<Message<Q>> {
  let found: Message<Schema> | undefined;
  for await (const request of requests) found ??= request;
  return (found ?? {}) as Message<Q>;
}

/** Serves `methods` ("/package.Service/Method") until the connection ends. */
export async function serveGrpc(socket: Duplex, methods: ReadonlyMap<string, Method>): Promise<void> {
  const session = performServerHandshake(socket);
  session.on('error', () => {}); // the client went away: `close` follows
  const gone = () => session.destroy(); // a session made on a socket does not watch it; a half-closed one is of no use either
  socket.once('end', gone).once('close', gone);
  session.on('stream', (stream, headers) => {
    stream.on('error', () => stream.close()); // cancelled: the call's signal tells
    void serveCall(stream, headers, methods.get(headers[':path'] ?? ''));
  });
  await new Promise<void>((resolve) => session.once('close', resolve));
}

async function serveCall(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, method: Method | undefined): Promise<void> {
  const closed = new AbortController();
  stream.once('close', () => closed.abort());
  let status: { code: number; message: string } = { code: OK, message: '' };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status.code), ...(status.message === '' ? {} : { 'grpc-message': encodeURIComponent(status.message) }) }));
  try {
    if (!method) status = { code: UNIMPLEMENTED, message: `${headers[':path'] ?? ''} is not implemented` };
    else for await (const response of method.answer(messagesOf(stream, method.request), { headers, signal: closed.signal })) await write(stream, frame(encode(method.response, response)));
  } catch (error) {
    status = { code: error instanceof EngineError && error.kind === 'NotFound' ? NOT_FOUND : UNKNOWN, message: errorMessage(error) };
  }
  if (!stream.destroyed) stream.end();
}

type Metadata = Record<string, string | string[]>;

export interface GrpcClient extends Disposable {
  /** One request, one answer. @throws System with the other side's words */
  call<Q extends Schema, R extends Schema>(path: string, request: Q, response: R, value: Message<Q>, headers?: Metadata): Promise<Message<R>>;
  /** Messages both ways. */
  open<Q extends Schema, R extends Schema>(path: string, request: Q, response: R, headers: Metadata, signal: AbortSignal): GrpcStream<Q, R>;
  /** resolves when the connection is gone */
  closed: Promise<void>;
}

export interface GrpcStream<Q extends Schema, R extends Schema> { messages: AsyncGenerator<Message<R>>; send(message: Message<Q>): Promise<void>; end(): void }

/** Calls the other side of a connection. */
export function grpcClient(socket: Duplex): GrpcClient {
  const session: ClientHttp2Session = connect('http://localhost', { createConnection: () => socket, settings: { initialWindowSize: WINDOW_BYTES } });
  session.once('connect', () => session.setLocalWindowSize(WINDOW_BYTES));
  session.on('error', () => {}); // calls in flight fail by themselves, `close` follows
  const closed = new Promise<void>((resolve) => session.once('close', () => resolve()));
  const begin = (path: string, headers: Metadata): ClientHttp2Stream =>
    session.request({ ...headers, ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' }, { endStream: false });
  return {
    closed,
    async call(path, request, response, value, headers = {}) {
      const stream = begin(path, headers);
      const failed = outcome(stream);
      stream.end(frame(encode(request, value)));
      for await (const answer of messagesOf(stream, response)) {
        await failed;
        return answer;
      }
      await failed;
      throw new System(`${path} gave no answer`);
    },
    open(path, request, response, headers, signal) {
      const stream = begin(path, headers);
      const failed = outcome(stream);
      const abort = () => stream.close(constants.NGHTTP2_CANCEL);
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      stream.once('close', () => signal.removeEventListener('abort', abort));
      const messages = async function* () {
        yield* messagesOf(stream, response);
        await failed;
      };
      return { messages: messages(), send: (value) => write(stream, frame(encode(request, value))), end: () => void stream.end() };
    },
    [Symbol.dispose]: () => session.destroy(),
  };
}

/** Rejects when the call fails: its status comes as trailers, or as headers when there is no answer at all. */
function outcome(stream: ClientHttp2Stream): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    const judge = (headers: IncomingHttpHeaders) => {
      const status = headers['grpc-status'];
      if (status === undefined) return;
      if (Number(status) === OK) resolve();
      else reject(new System(decodeURIComponent(String(headers['grpc-message'] ?? `status ${String(status)}`))));
    };
    stream.once('response', judge).once('trailers', judge).once('error', reject).once('close', () => reject(new System('the client went away')));
  });
  ended.catch(() => {}); // who waits for it hears of it
  return ended;
}

function frame(content: Buffer): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(content.length, 1);
  return Buffer.concat([prefix, content]);
}

async function write(stream: Duplex, data: Buffer): Promise<void> {
  if (stream.destroyed || stream.write(data)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}

async function* messagesOf<S extends Schema>(stream: Duplex, schema: S): AsyncGenerator<Message<S>> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= PREFIX_BYTES) {
      const length = rest.readUInt32BE(1);
      if (rest[0] !== 0 || length > MAX_MESSAGE_BYTES) throw new System('a gRPC message is compressed or too large');
      if (rest.length < PREFIX_BYTES + length) break;
      yield decode(schema, rest.subarray(PREFIX_BYTES, PREFIX_BYTES + length));
      rest = rest.subarray(PREFIX_BYTES + length);
    }
  }
}

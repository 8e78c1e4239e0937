// From a standing SSH connection to byte streams of an engine's API.
// First choice is forwarding to the socket (a channel costs one round trip and no session). Where sshd forbids that, a helper
// on the other side carries the bytes over stdin and stdout: `docker system dial-stdio`, `podman system dial-stdio`, `socat`.

import type { Duplex } from 'node:stream';
import { discover, engineOfPath, grantFix, shellQuote, startFix, type FoundSocket, type RemoteFacts } from '../discover.ts';
import type { SshConnection } from './connection.ts';
import { ConnectionProblem, sample } from './problem.ts';
import { createSpares } from './spares.ts';

export type RouteMode = 'forward' | 'docker dial-stdio' | 'podman dial-stdio' | 'socat';

export interface EngineRoute {
  path: string;
  mode: RouteMode;
  /** Channels that may be open at once without starving terminals; undefined: as many as one likes. */
  maxStreams: number | undefined;
  dial(options: { signal?: AbortSignal | undefined }): Promise<Duplex>;
}

export interface FindOptions { socketPath?: string | undefined; signal?: AbortSignal | undefined; answerTimeoutMs?: number }

const ANSWER_TIMEOUT_MS = 10_000;
/** Of OpenSSH's ten sessions, kept for terminals and commands. */
const SESSIONS_KEPT = 3;
/** What a window asks for at once when it opens: version, list, events, and one more. */
const SPARE_STREAMS = 4;
/** First in order of preference (discover.ts), so it may be tried before anything is known of the other side. */
const LIKELY_PATH = '/var/run/docker.sock';

const HELPERS: { mode: RouteMode; tool: string; command(path: string): string }[] = [
  { mode: 'docker dial-stdio', tool: 'docker', command: (path) => `docker -H ${shellQuote(`unix://${path}`)} system dial-stdio` },
  { mode: 'podman dial-stdio', tool: 'podman', command: (path) => `podman --url ${shellQuote(`unix://${path}`)} system dial-stdio` },
  { mode: 'socat', tool: 'socat', command: (path) => `socat - ${shellQuote(`UNIX-CONNECT:${path}`)}` },
];

/** Find the engine's socket (or use the one named) and a way to it that answers. @throws ConnectionProblem */
export async function findEngine(connection: SshConnection, options: FindOptions = {}): Promise<EngineRoute> {
  if (options.socketPath !== undefined) {
    const named = await tryForward(connection, options.socketPath, options);
    if (!(named instanceof Error)) return named;
    const facts = await factsOrUndefined(connection, options);
    if (!facts) throw socketProblem(connection, { engine: engineOfPath(options.socketPath), rootless: false, path: options.socketPath, state: 'usable', owner: '', listening: false }, named, undefined);
    const socket = facts.sockets.find(({ path }) => path === options.socketPath);
    if (!socket) throw new ConnectionProblem('session-refused', { host: connection.target.name, why: 'a command there gives no answer' }, { cause: named });
    return await reach(connection, socket, facts, options, named);
  }
  const looking = discover(connection, options);
  looking.catch(() => {}); // not needed when the likely socket answers; awaited below otherwise
  const likely = await tryForward(connection, LIKELY_PATH, options).catch((error: unknown) => error as Error);
  if (!(likely instanceof Error)) return likely;
  options.signal?.throwIfAborted();
  if (likely instanceof ConnectionProblem && likely.code === 'connection-lost') throw likely;
  const facts = await looking;
  let first: ConnectionProblem | undefined;
  for (const socket of facts.sockets.filter(({ state }) => state === 'usable')) {
    try {
      if (socket.path === LIKELY_PATH && likely instanceof ConnectionProblem) throw likely;
      return await reach(connection, socket, facts, options, socket.path === LIKELY_PATH ? likely : undefined);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof ConnectionProblem) || error.code === 'connection-lost') throw error;
      first ??= error;
    }
  }
  if (first !== undefined) throw first;
  const denied = facts.sockets.find(({ state }) => state === 'denied');
  if (denied) throw socketProblem(connection, denied, undefined, facts);
  throw new ConnectionProblem('no-socket', { host: connection.target.name, looked: facts.sockets.map(({ path }) => path).join(', ') });
}

async function reach(connection: SshConnection, socket: FoundSocket, facts: RemoteFacts, options: FindOptions, tried?: Error): Promise<EngineRoute> {
  if (socket.state !== 'usable') throw socketProblem(connection, socket, tried, facts);
  const forward = tried ?? await tryForward(connection, socket.path, options);
  if (!(forward instanceof Error)) return forward;
  // sshd gives the same reason (connect failed) for a forbidden forwarding and for a socket nobody listens on.
  const failures: string[] = [];
  for (const helper of HELPERS) {
    if (!facts.tools.has(helper.tool)) {
      failures.push(`${helper.tool}: not installed`);
      continue;
    }
    const dial = (call: { signal?: AbortSignal | undefined }): Promise<Duplex> => dialHelper(connection, helper.command(socket.path), call);
    try {
      await checkAnswer(connection, socket.path, await dial(options), options);
      return { path: socket.path, mode: helper.mode, maxStreams: Math.max(1, connection.sessions.limit - SESSIONS_KEPT), dial };
    } catch (error) {
      options.signal?.throwIfAborted();
      failures.push(`${helper.tool}: ${sample((error as Error).message)}`);
    }
  }
  if (!socket.listening) throw socketProblem(connection, socket, forward, facts);
  throw new ConnectionProblem('no-way-to-socket', { host: connection.target.name, path: socket.path, tried: failures.join('; ') });
}

/** The route, or why forwarding is not one. @throws ConnectionProblem when something answered that is no engine */
async function tryForward(connection: SshConnection, path: string, options: FindOptions): Promise<EngineRoute | Error> {
  const spares = createSpares((call) => connection.openUnix(path, call), SPARE_STREAMS);
  let stream: Duplex;
  try {
    const opening = connection.openUnix(path, options);
    // In the same breath: by the time the engine has answered, the first requests find their streams open.
    spares.fill();
    stream = await opening;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof ConnectionProblem) throw error;
    return error as Error;
  }
  try {
    await checkAnswer(connection, path, stream, options);
  } catch (error) {
    spares[Symbol.dispose]();
    throw error;
  }
  return { path, mode: 'forward', maxStreams: undefined, dial: (call) => spares.take(call) };
}

async function dialHelper(connection: SshConnection, command: string, call: { signal?: AbortSignal | undefined }): Promise<Duplex> {
  const { stream, stderr, exited } = await connection.start(`PATH="$PATH:/usr/local/bin:$HOME/bin:$HOME/.local/bin" exec ${command}`, call);
  let said = '';
  stderr.on('data', (chunk: Buffer) => { said = (said + chunk.toString('utf8')).slice(0, 2048); });
  void exited.then((code) => {
    if (code) stream.destroy(new Error(sample(said) || `exit status ${code}`));
  });
  return stream;
}

/** Whether an HTTP server of the engine's kind is there: `GET /_ping` on a stream of its own. */
async function checkAnswer(connection: SshConnection, path: string, stream: Duplex, options: FindOptions): Promise<void> {
  const host = connection.target.name;
  const ms = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const stop = (error: Error): void => { reject(error); };
    const timer = setTimeout(() => stop(new ConnectionProblem('api-silent', { host, seconds: String(ms / 1000) })), ms);
    const abort = (): void => stop(options.signal!.reason as Error);
    options.signal?.addEventListener('abort', abort, { once: true });
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('\n') || text.length > 256) resolve(text);
    });
    stream.once('end', () => resolve(text));
    stream.once('error', stop);
    stream.once('close', () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      resolve(text);
    });
    stream.write('GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n');
  }).finally(() => stream.destroy());
  if (!/^HTTP\/1\.[01] 200/.test(answer)) throw new ConnectionProblem('api-garbage', { host, path, sample: sample(answer) });
}

function socketProblem(connection: SshConnection, socket: FoundSocket, cause: Error | undefined, facts: RemoteFacts | undefined): ConnectionProblem {
  const user = facts?.user || connection.target.user;
  const params = { host: connection.target.name, path: socket.path, user, owner: socket.owner || 'someone else' };
  const options = cause ? { cause } : {};
  if (socket.state === 'denied') return new ConnectionProblem('socket-permission', { ...params, grant: grantFix(socket, user) }, options);
  return new ConnectionProblem(socket.state === 'missing' ? 'socket-missing' : 'socket-refused', { ...params, start: startFix(socket) }, options);
}

/** Facts about the other side, unless commands are forbidden there (a key limited to forwarding). */
async function factsOrUndefined(connection: SshConnection, options: FindOptions): Promise<RemoteFacts | undefined> {
  try {
    return await discover(connection, options);
  } catch (error) {
    if (error instanceof ConnectionProblem && error.code === 'session-refused') return undefined;
    throw error;
  }
}

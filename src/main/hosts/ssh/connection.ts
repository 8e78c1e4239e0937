// One SSH connection, many channels. Forwarded streams are free; commands and terminals are sessions and take turns
// (MaxSessions of sshd_config counts sessions only). When the connection dies every channel ends with that as its error.

import type { Duplex, Readable } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import type { SshTarget } from '../ssh-target.ts';
import { ChannelStream } from './channel-stream.ts';
import type { Login } from './handshake.ts';
import { ConnectionProblem, sample } from './problem.ts';
import { createSlots, type Slot } from './slots.ts';

export interface CallOptions { signal?: AbortSignal | undefined }

export interface CommandResult { code: number | undefined; stdout: Buffer; stderr: string }

export interface RemoteProcess {
  /** Its stdin and stdout; destroying it hangs up on the command. */
  stream: Duplex;
  stderr: Readable;
  /** Exit status, or undefined when a signal or the connection ended it. */
  exited: Promise<number | undefined>;
  /** Terminals only. */
  resize(size: TerminalSize): void;
}

export interface TerminalSize { columns: number; rows: number }

export interface SshConnection extends AsyncDisposable {
  readonly target: SshTarget;
  readonly login: Login;
  readonly sessions: { open: number; limit: number; waiting: number };
  /** Bytes over the wire so far, both ways. */
  readonly traffic: { received: number; sent: number };
  /** Resolves once: undefined when closed by us, else why it ended. */
  readonly closed: Promise<ConnectionProblem | undefined>;
  openUnix(path: string, options?: CallOptions): Promise<ChannelStream>;
  openTcp(host: string, port: number, options?: CallOptions): Promise<Duplex>;
  /** Start a command; aborting the signal later does not stop it, destroying its stream does. */
  start(command: string, options?: CallOptions): Promise<RemoteProcess>;
  /** Run a command to its end; output above 1 MiB is an error. */
  run(command: string, options?: CallOptions & { input?: string | Buffer }): Promise<CommandResult>;
  shell(size: TerminalSize, options?: CallOptions & { command?: string }): Promise<RemoteProcess>;
  /** One round trip inside the connection, in ms. */
  roundTripMs(options?: CallOptions): Promise<number>;
}

/** How a channel was refused (RFC 4254, 5.1). */
interface ChannelRefusal extends Error { reason?: number | string }

const CHANNEL_TIMEOUT_MS = 20_000;
const MAX_OUTPUT = 1024 * 1024;
const RACE_MS = 20;

export interface ConnectionOptions { channelTimeoutMs?: number | undefined; parents?: AsyncDisposable[] }

/** Take over a login. `parents` (jump hosts) are closed with it. */
export function createConnection(login: Login, target: SshTarget, stream: Duplex, options: ConnectionOptions = {}): SshConnection {
  const { client } = login;
  const slots = createSlots();
  const channels = new Set<Duplex>();
  const timeoutMs = options.channelTimeoutMs ?? CHANNEL_TIMEOUT_MS;
  const ended = Promise.withResolvers<ConnectionProblem | undefined>();
  let end: { problem: ConnectionProblem | undefined } | undefined;

  const finish = (why: string | undefined, cause?: Error): void => {
    if (end) return;
    const problem = why === undefined ? undefined : new ConnectionProblem('connection-lost', { host: target.name, why: sample(why) }, cause ? { cause } : {});
    end = { problem };
    for (const channel of channels) channel.destroy(problem ?? new ConnectionProblem('connection-lost', { host: target.name, why: 'closed' }));
    channels.clear();
    client.end();
    stream.destroy();
    ended.resolve(problem);
  };
  client.on('error', (error: Error & { level?: string }) => finish(error.level === 'client-timeout' ? 'it does not answer any more' : error.message, error));
  client.on('close', () => finish('the server closed it'));

  /** Ask for a channel with a time limit; one that comes too late is closed. */
  async function open<C extends Duplex>(ask: (done: (error: Error | undefined, channel: C) => void) => void, { signal }: CallOptions): Promise<C> {
    signal?.throwIfAborted();
    if (end) throw end.problem ?? new ConnectionProblem('connection-lost', { host: target.name, why: 'closed' });
    const limit = AbortSignal.timeout(timeoutMs);
    const either = signal ? AbortSignal.any([signal, limit]) : limit;
    return await new Promise<C>((resolve, reject) => {
      let waiting = true;
      const abort = (): void => {
        waiting = false;
        reject(limit.aborted ? new ConnectionProblem('channel-timeout', { host: target.name, seconds: String(timeoutMs / 1000) }) : signal!.reason as Error);
      };
      either.addEventListener('abort', abort, { once: true });
      // When the connection ends ssh2 calls this back with an error, so `ended` need not be watched here.
      const done = (error: Error | undefined, channel: C): void => {
        either.removeEventListener('abort', abort);
        if (!waiting) {
          if (!error) discard(channel);
          return;
        }
        waiting = false;
        if (error) reject(end?.problem ?? error);
        else resolve(channel);
      };
      try {
        ask(done);
      } catch (error) {
        // ssh2 throws "Not connected" when the socket is already half gone, before it says `close`.
        done(new ConnectionProblem('connection-lost', { host: target.name, why: 'closing' }, { cause: error }), undefined as unknown as C);
      }
    });
  }

  function track(channel: ClientChannel, release?: () => void, allowHalfOpen = true): ChannelStream {
    const stream = new ChannelStream(channel, allowHalfOpen);
    channels.add(stream);
    stream.once('close', () => channels.delete(stream));
    // The slot is free when the server has closed its side, not when we stopped listening.
    channel.once('close', () => release?.());
    return stream;
  }

  async function session(ask: (done: (error: Error | undefined, channel: ClientChannel) => void) => void, call: CallOptions): Promise<{ channel: ClientChannel; slot: Slot }> {
    for (let refusals = 1; ; refusals += 1) {
      const limit = AbortSignal.timeout(timeoutMs);
      const slot = await slots.take({ signal: call.signal ? AbortSignal.any([call.signal, limit]) : limit }).catch((error: unknown) => {
        if (call.signal?.aborted) throw error;
        throw new ConnectionProblem('sessions-busy', { host: target.name, count: String(slots.limit) });
      });
      try {
        const channel = await open(ask, call);
        slot.granted();
        return { channel, slot };
      } catch (error) {
        const refused = (error as ChannelRefusal).reason !== undefined;
        const again = refused && slots.refused(refusals);
        if (again) await new Promise((resolve) => setTimeout(resolve, RACE_MS));
        slot.release();
        if (again) continue;
        if (!refused) throw error;
        throw new ConnectionProblem('session-refused', { host: target.name, why: sample((error as Error).message) }, { cause: error });
      }
    }
  }

  async function process(ask: (done: (error: Error | undefined, channel: ClientChannel) => void) => void, call: CallOptions): Promise<RemoteProcess> {
    const exit = Promise.withResolvers<number | undefined>();
    // A short command's end comes in the same packet as the channel: whoever listens after an await has missed it.
    const listening: typeof ask = (done) => ask((error, opened) => {
      let code: number | undefined;
      opened?.once('exit', (status: number | null) => { code = status ?? undefined; }).once('close', () => exit.resolve(code));
      done(error, opened);
    });
    const { channel, slot } = await session(listening, call);
    return {
      stream: track(channel, slot.release),
      stderr: channel.stderr as Readable,
      exited: exit.promise,
      resize: ({ columns, rows }) => channel.setWindow(rows, columns, 0, 0),
    };
  }

  const self: SshConnection = {
    target,
    login,
    closed: ended.promise,
    get sessions() { return { open: slots.open, limit: slots.limit, waiting: slots.waiting }; },
    get traffic() {
      const { bytesRead = 0, bytesWritten = 0 } = stream as { bytesRead?: number; bytesWritten?: number };
      return { received: bytesRead, sent: bytesWritten };
    },
    openUnix: async (path, call = {}) => track(await open<ClientChannel>((done) => client.openssh_forwardOutStreamLocal(path, done), call)),
    openTcp: async (host, port, call = {}) => track(await open<ClientChannel>((done) => client.forwardOut('127.0.0.1', 0, host, port, done), call), undefined, false),
    start: (command, call = {}) => process((done) => client.exec(command, done), call),
    async run(command, { input, ...call } = {}) {
      const { stream: pipes, stderr: errors, exited } = await self.start(command, call);
      const stop = (): void => { pipes.destroy(call.signal!.reason as Error); };
      call.signal?.addEventListener('abort', stop, { once: true });
      try {
        pipes.end(input);
        const [stdout, stderr] = await Promise.all([collect(pipes), collect(errors)]);
        const code = await exited;
        return { code, stdout, stderr: stderr.toString('utf8') };
      } finally {
        call.signal?.removeEventListener('abort', stop);
        pipes.destroy();
      }
    },
    shell: ({ columns, rows }, { command, ...call } = {}) => {
      const pty = { term: 'xterm-256color', cols: columns, rows, width: 0, height: 0 };
      return process((done) => (command === undefined ? client.shell(pty, done) : client.exec(command, { pty }, done)), call);
    },
    roundTripMs: (call = {}) => roundTrip(client, open, call),
    async [Symbol.asyncDispose]() {
      finish(undefined);
      for (const parent of options.parents ?? []) await parent[Symbol.asyncDispose]();
    },
  };
  // sshd turns Nagle's algorithm off when the first session starts, never for forwarded streams alone (OpenSSH, packet.c
  // ssh_packet_set_interactive): without one, each small answer waits 40 ms for a delayed acknowledgement.
  self.run('exit 0').catch(() => {}); // a server that allows no sessions is merely slower
  void ended.promise.then(() => options.parents?.forEach((parent) => void parent[Symbol.asyncDispose]()));
  return self;
}

/** Asks the server to stop forwarding a socket it never forwarded: it has to answer no, and nothing changes. */
async function roundTrip(client: Client, open: (ask: (done: (error: Error | undefined, channel: Duplex) => void) => void, call: CallOptions) => Promise<Duplex>, call: CallOptions): Promise<number> {
  const began = performance.now();
  await open((done) => client.openssh_unforwardInStreamLocal('/gantry-latency', () => done(undefined, null as unknown as Duplex)), call);
  return performance.now() - began;
}

function discard(channel: Duplex | null): void {
  if (!channel) return;
  channel.on('error', () => {}); // nobody waits for it
  channel.destroy();
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_OUTPUT) throw new Error('the command printed more than 1 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

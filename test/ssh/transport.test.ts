// Streams over one SSH connection: forwarding and its fall-backs, MaxSessions, many requests, a server that dies, a network
// that swallows packets. Each session here is what a host of the app holds.

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { createServer as createTcp } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDockerClient, type DockerClient } from '../../src/main/docker/client.ts';
import { findEngine } from '../../src/main/hosts/ssh/engine-route.ts';
import { openSession, type HostSession, type SessionStatus } from '../../src/main/hosts/ssh/session.ts';
import type { RemoteProcess } from '../../src/main/hosts/ssh/connection.ts';
import { makeHome, open, serve, type Home } from './fixture.ts';
import { makeLink } from './link.ts';
import { makeKey, startSshd, USER, type Sshd, type SshdOptions } from './sshd.ts';

let home: Home;
let keyHome: Home;
let key: { path: string; publicKey: string };
const cleanup: AsyncDisposable[] = [];

beforeAll(() => {
  keyHome = makeHome();
  key = makeKey(keyHome.path, 'key');
});
afterAll(() => keyHome[Symbol.dispose]());
beforeEach(() => { home = makeHome(); });
afterEach(async () => {
  for (const thing of cleanup.splice(0).toReversed()) await thing[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

async function server(options: SshdOptions = {}, user = 'root'): Promise<Sshd> {
  const sshd = await startSshd({ authorized: [key.publicKey], ...options });
  cleanup.push(sshd);
  home.config(`Host box\n HostName ${options.listen ?? '127.0.0.1'}\n Port ${sshd.port}\n User ${user}\n IdentityFile ${key.path}\n StrictHostKeyChecking accept-new\n ServerAliveInterval 1\n ServerAliveCountMax 2\n`);
  return sshd;
}

async function engine(listener: Parameters<typeof serve>[1]): Promise<string> {
  const made = await serve(home.path, listener);
  cleanup.push(made);
  chmodSync(home.path, 0o755);
  chmodSync(made.path, 0o666);
  return made.path;
}

async function session(socketPath: string, statuses: SessionStatus[] = []): Promise<{ session: HostSession; client: DockerClient }> {
  const made = await openSession({
    signal: AbortSignal.timeout(20_000),
    onStatus: (status) => { statuses.push(status); },
    timing: { firstDelayMs: 50, maxDelayMs: 200, tickMs: 300 },
    connect: async ({ signal }) => {
      const connection = await open(home, { name: 'box' }, { signal, channelTimeoutMs: 4000 });
      try {
        return { connection, route: await findEngine(connection, { socketPath, signal, answerTimeoutMs: 2000 }) };
      } catch (error) {
        await connection[Symbol.asyncDispose]();
        throw error;
      }
    },
  });
  const client = createDockerClient((call) => made.dial(call), made.maxStreams ? { maxSockets: made.maxStreams } : {});
  cleanup.push(made, client);
  return { session: made, client };
}

const reached = async (statuses: SessionStatus[], state: SessionStatus['state']): Promise<SessionStatus> => {
  for (let i = 0; i < 1000; i += 1) {
    const last = statuses.at(-1);
    if (last?.state === state) return last;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never ${state}: ${JSON.stringify(statuses.at(-1))}`);
};

test('200 requests at once go over one connection', async () => {
  const sshd = await server();
  const path = await engine((request, response) => { setTimeout(() => response.end(JSON.stringify(request.url)), 20); });
  const { client } = await session(path);
  const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => client.json<string>('GET', `/r${index}`)));
  expect(answers).toEqual(Array.from({ length: 200 }, (_, index) => `/r${index}`));
  expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(1);
});

test('a big body arrives whole both ways, and a half-closed stream still answers', async () => {
  await server();
  const body = randomBytes(16 * 1024 * 1024);
  const path = await engine((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => response.end(Buffer.concat(chunks)));
  });
  const { client } = await session(path);
  const chunks: Buffer[] = [];
  for await (const chunk of await client.raw('POST', '/echo', { body })) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).equals(body)).toBe(true);
});

const HELPERS = { docker: 'docker dial-stdio', podman: 'podman dial-stdio', socat: 'socat' };

test.each(Object.entries(HELPERS))('where forwarding is forbidden %s on the other side carries the bytes', async (tool, mode) => {
  const sshd = await server({ config: ['AllowStreamLocalForwarding no'], hide: Object.keys(HELPERS).filter((other) => other !== tool) });
  const path = await engine((_request, response) => response.end('"through"'));
  const statuses: SessionStatus[] = [];
  const { client } = await session(path, statuses);
  expect(await client.json('GET', '/x')).toBe('through');
  expect(statuses[0]!.route!.mode).toBe(mode);
  expect(await Promise.all(Array.from({ length: 50 }, () => client.json('GET', '/x')))).toHaveLength(50);
  expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(1);
});

test('without forwarding and without helpers it says what is missing', async () => {
  await server({ config: ['AllowStreamLocalForwarding no', 'ForceCommand env -i PATH=/tmp/gantry-no-tools sh -s'] });
  const path = await engine((_request, response) => response.end());
  await expect(session(path)).rejects.toMatchObject({ step: 'engine-socket' });
});

test('MaxSessions 2: commands queue, none fails', async () => {
  await server({ config: ['MaxSessions 2'] });
  await using connection = await open(home, { name: 'box' });
  const results = await Promise.all(Array.from({ length: 12 }, (_, index) => connection.run(`sleep 0.05; echo ${index}`)));
  expect(results.map(({ stdout }) => stdout.toString().trim())).toEqual(Array.from({ length: 12 }, (_, index) => String(index)));
  const { limit, open: left, waiting } = connection.sessions;
  expect({ left, waiting }).toEqual({ left: 0, waiting: 0 });
  expect(limit).toBeLessThanOrEqual(2);
});

test('MaxSessions 2 taken by terminals: the next says so instead of hanging', async () => {
  await server({ config: ['MaxSessions 2'] });
  await using connection = await open(home, { name: 'box' }, { channelTimeoutMs: 600 });
  const shells: RemoteProcess[] = [];
  for (let i = 0; i < 2; i += 1) shells.push(await connection.shell({ columns: 80, rows: 24 }));
  await expect(connection.run('true')).rejects.toMatchObject({ code: 'sessions-busy', params: { count: '2' } });
  shells[0]!.stream.destroy();
  expect((await connection.run('echo free')).stdout.toString()).toBe('free\n');
});

test('a terminal has a size, a prompt, and an exit code', async () => {
  await server();
  await using connection = await open(home, { name: 'box' });
  const shell = await connection.shell({ columns: 91, rows: 33 }, { command: 'sh' });
  let text = '';
  shell.stream.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  shell.stream.write('stty size; exit 7\n');
  expect(await shell.exited).toBe(7);
  expect(text).toContain('33 91');
});

test('the server is killed in mid-stream: the stream fails, the session heals', async () => {
  const sshd = await server();
  const path = await engine((request, response) => {
    if (request.url !== '/stream') return void response.end('"ok"');
    const timer = setInterval(() => response.write('x'.repeat(1000)), 5);
    response.on('close', () => clearInterval(timer));
  });
  const statuses: SessionStatus[] = [];
  const { client } = await session(path, statuses);
  const stream = await client.raw('GET', '/stream');
  const broken = new Promise<Error>((resolve) => stream.once('error', resolve));
  stream.resume();
  setTimeout(() => void sshd.kill(), 100);
  expect((await broken).message).toBeTruthy();
  await reached(statuses, 'reconnecting');
  const waiting = client.json('GET', '/later');
  await new Promise((resolve) => setTimeout(resolve, 200));
  await sshd.start();
  expect(await waiting).toBe('ok');
  expect(await reached(statuses, 'connected')).toMatchObject({ attempt: 0 });
});

test('a server that comes back with another key ends the session and asks nobody', async () => {
  const sshd = await server();
  const path = await engine((_request, response) => response.end());
  const { session: made } = await session(path);
  await sshd.kill();
  await sshd.start({ newHostKey: true });
  await expect(made.closed).resolves.toMatchObject({ code: 'host-key-changed' });
  await expect(made.dial({})).rejects.toMatchObject({ code: 'host-key-changed' });
});

test('latency and throughput are measured', async () => {
  await server();
  const path = await engine((_request, response) => response.end(Buffer.alloc(4_000_000)));
  const statuses: SessionStatus[] = [];
  const { client } = await session(path, statuses);
  for await (const _chunk of await client.raw('GET', '/big'));
  for (let i = 0; i < 100 && !statuses.some(({ receivedPerSecond }) => receivedPerSecond > 1_000_000); i += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(statuses.some(({ receivedPerSecond }) => receivedPerSecond > 1_000_000)).toBe(true);
  expect(statuses.at(-1)!.latencyMs).toBeGreaterThan(0);
  expect(statuses.at(-1)!.latencyMs).toBeLessThan(200);
});

test('sockets that cannot be used are told apart', async () => {
  await server({}, USER);
  const denied = await engine((_request, response) => response.end());
  chmodSync(denied, 0o600);
  await expect(session(denied)).rejects.toMatchObject({ code: 'socket-permission', step: 'permission', fix: 'connect as the user that owns the socket' });
  await expect(session(join(home.path, 'nothing.sock'))).rejects.toMatchObject({ code: 'socket-missing' });
});

test('a socket that answers garbage, or nothing, is no engine', async () => {
  await server();
  mkdirSync(join(home.path, 'run'));
  for (const [name, talk, code] of [['garbage', 'hello\n', 'api-garbage'], ['silent', '', 'api-silent']] as const) {
    const path = join(home.path, 'run', name);
    const listener = createTcp((socket) => { socket.on('error', () => {}); if (talk) socket.end(talk); });
    await new Promise<void>((resolve) => listener.listen(path, resolve));
    await expect(session(path)).rejects.toMatchObject({ code });
    listener.close();
  }
});

test('packets are swallowed: noticed, and healed when they flow again', async () => {
  const link = makeLink();
  cleanup.push({ async [Symbol.asyncDispose]() { link[Symbol.dispose](); } });
  await server({ listen: link.address, prefix: link.prefix });
  const path = await engine((_request, response) => response.end('"ok"'));
  const statuses: SessionStatus[] = [];
  const { client } = await session(path, statuses);
  expect(await client.json('GET', '/x')).toBe('ok');
  link.cut();
  const lost = await reached(statuses, 'reconnecting');
  expect(lost.problem).toMatchObject({ code: 'connection-lost', message: expect.stringContaining('does not answer any more') });
  link.mend();
  await reached(statuses, 'connected');
  expect(await client.json('GET', '/x')).toBe('ok');
}, 40_000);

test('half open: the server forgot the connection while nobody was listening', async () => {
  const link = makeLink();
  cleanup.push({ async [Symbol.asyncDispose]() { link[Symbol.dispose](); } });
  const sshd = await server({ listen: link.address, prefix: link.prefix });
  const path = await engine((_request, response) => response.end('"ok"'));
  const statuses: SessionStatus[] = [];
  const { client } = await session(path, statuses);
  link.cut();
  // Its last words (FIN, RST) are swallowed too: this side still believes in the connection.
  await sshd.kill();
  link.mend();
  await sshd.start();
  expect(await client.json('GET', '/x').catch(async () => { await reached(statuses, 'connected'); return client.json('GET', '/x'); })).toBe('ok');
  expect(sshd.log().match(/Accepted publickey/g)).toHaveLength(2);
}, 40_000);

// Host keys, jump hosts, and servers that are no SSH servers: what stops a connection before anyone logs in.

import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeHome, open, person, type Home } from './fixture.ts';
import { freePort, makeKey, startSshd, type Sshd } from './sshd.ts';

let home: Home;
let keyHome: Home;
let key: { path: string; publicKey: string };
let sshd: Sshd;

beforeAll(async () => {
  keyHome = makeHome();
  key = makeKey(keyHome.path, 'key');
  sshd = await startSshd({ authorized: [key.publicKey] });
});
afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
  keyHome[Symbol.dispose]();
});
beforeEach(() => {
  home = makeHome();
  home.config(`Host box\n HostName 127.0.0.1\n Port ${sshd.port}\n User root\n IdentityFile ${key.path}\n`);
});
afterEach(() => { home[Symbol.dispose](); });

describe('host keys', () => {
  test('an unknown one is shown as ssh-keygen shows it, and written when accepted', async () => {
    const user = person({ accept: true });
    await using first = await open(home, { name: 'box' }, { ask: user.ask });
    expect((await first.run('true')).code).toBe(0);
    const shown = execFileSync('ssh-keygen', ['-lvf', `${sshd.folder}/host_key.pub`], { encoding: 'utf8' });
    const question = user.asked[0]! as { fingerprint: string; art: string };
    expect(shown).toContain(question.fingerprint);
    expect(shown).toContain(question.art);
    expect(readFileSync(home.knownHosts, 'utf8')).toBe(`[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    await using second = await open(home, { name: 'box' }, { ask: undefined });
    expect((await second.run('true')).code).toBe(0);
    // OpenSSH itself finds our line.
    expect(execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', home.knownHosts], { encoding: 'utf8' })).toContain('found');
  });

  test('refusing it ends the connection and writes nothing', async () => {
    await expect(open(home, { name: 'box' }, { ask: person({ accept: false }).ask })).rejects.toMatchObject({ code: 'host-key-unknown', step: 'host-key' });
    expect(() => readFileSync(home.knownHosts)).toThrow();
  });

  test('a hashed record written by OpenSSH is understood', async () => {
    writeFileSync(home.knownHosts, `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', home.knownHosts], { stdio: 'ignore' });
    await using connection = await open(home, { name: 'box' }, { ask: undefined });
    expect((await connection.run('true')).code).toBe(0);
  });

  test('a changed one is refused, and nobody is asked', async () => {
    writeFileSync(home.knownHosts, `[127.0.0.1]:${sshd.port} ${key.publicKey}\n`);
    const user = person({ accept: true });
    await expect(open(home, { name: 'box' }, { ask: user.ask })).rejects.toMatchObject({ code: 'host-key-changed', kind: 'Forbidden', fix: expect.stringContaining('ssh-keygen -R') });
    expect(user.asked).toEqual([]);
  });

  test('a changed one is refused also where StrictHostKeyChecking is no', async () => {
    writeFileSync(home.knownHosts, `[127.0.0.1]:${sshd.port} ${key.publicKey}\n`);
    appendFileSync(`${home.path}/.ssh/config`, ' StrictHostKeyChecking no\n');
    await expect(open(home, { name: 'box' })).rejects.toMatchObject({ code: 'host-key-changed' });
  });

  test('a revoked one is refused', async () => {
    writeFileSync(home.knownHosts, `@revoked * ${sshd.hostKey}\n`);
    await expect(open(home, { name: 'box' })).rejects.toMatchObject({ code: 'host-key-revoked' });
  });
});

describe('jump hosts', () => {
  test('two hops, each with its own host key', async () => {
    await using one = await startSshd({ authorized: [key.publicKey] });
    await using two = await startSshd({ authorized: [key.publicKey] });
    home.config(`
Host *
  User root
  IdentityFile ${key.path}
Host edge
  HostName 127.0.0.1
  Port ${one.port}
Host inner
  HostName 127.0.0.1
  Port ${sshd.port}
  ProxyJump edge,127.0.0.1:${two.port}
`);
    const user = person({ accept: true }, { accept: true }, { accept: true });
    await using connection = await open(home, { name: 'inner' }, { ask: user.ask });
    expect((await connection.run('echo through')).stdout.toString()).toBe('through\n');
    expect(user.asked.map((question) => (question as { port: number }).port)).toEqual([one.port, two.port, sshd.port]);
    expect(one.log()).toContain('Accepted publickey');
    // The middle one going away ends the connection with a reason.
    await two.kill();
    await expect(connection.closed).resolves.toMatchObject({ code: 'connection-lost' });
  });

  test('a jump host that cannot reach the next says which', async () => {
    home.config(`Host *\n User root\n IdentityFile ${key.path}\nHost far\n HostName 127.0.0.1\n Port ${await freePort()}\n ProxyJump box\nHost box\n HostName 127.0.0.1\n Port ${sshd.port}\n`);
    await expect(open(home, { name: 'far' })).rejects.toMatchObject({ code: 'jump-failed', params: { hop: 'box' } });
  });

  test('a circle is noticed', async () => {
    home.config('Host a\n ProxyJump b\nHost b\n ProxyJump a\n');
    await expect(open(home, { name: 'a' })).rejects.toMatchObject({ code: 'config-invalid' });
  });

  test('a proxy command carries the connection; its last words explain a failure', async () => {
    home.config(`Host box\n HostName 127.0.0.1\n Port ${sshd.port}\n User root\n IdentityFile ${key.path}\n ProxyCommand socat - TCP:%h:%p\nHost bad\n ProxyCommand sh -c "echo no way >&2; exit 3"\n`);
    await using connection = await open(home, { name: 'box' });
    expect((await connection.run('echo piped')).stdout.toString()).toBe('piped\n');
    await expect(open(home, { name: 'bad' })).rejects.toMatchObject({ code: 'proxy-failed', params: { why: 'no way' } });
  });
});

describe('servers that are none', () => {
  let server: Server | undefined;
  const sockets = new Set<Socket>();
  const listen = async (talk: (socket: Socket) => void): Promise<number> => {
    server = createServer((socket) => { sockets.add(socket.on('error', () => {})); talk(socket); });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return (server.address() as { port: number }).port;
  };
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server?.close();
  });
  const attempt = (port: number): Promise<unknown> => open(home, { name: '127.0.0.1', user: 'me', port }, { limits: { banner: 400, handshake: 400, authentication: 400 } });

  test('nobody listens', async () => {
    await expect(attempt(await freePort())).rejects.toMatchObject({ code: 'tcp-refused', step: 'tcp' });
  });
  test('the name is not known', async () => {
    await expect(open(home, { name: 'no-such-host.invalid' })).rejects.toMatchObject({ code: 'dns-not-found', step: 'dns' });
  });
  test('silent', async () => {
    await expect(attempt(await listen(() => {}))).rejects.toMatchObject({ code: 'banner-silent', step: 'banner' });
  });
  test('closes at once', async () => {
    await expect(attempt(await listen((socket) => socket.end()))).rejects.toMatchObject({ code: 'closed-early' });
  });
  test('speaks HTTP', async () => {
    const port = await listen((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n')));
    await expect(attempt(port)).rejects.toMatchObject({ code: 'banner-wrong-protocol', params: { sample: expect.stringContaining('HTTP/1.1 400') } });
  });
  test('a banner that never ends, slowly', async () => {
    const port = await listen((socket) => { const timer = setInterval(() => socket.write('abc\r\n'), 50); socket.once('close', () => clearInterval(timer)); });
    await expect(attempt(port)).rejects.toMatchObject({ code: 'banner-endless' });
  });
  test('a banner that never ends, fast', async () => {
    const line = `${'x'.repeat(100)}\r\n`.repeat(1000);
    const port = await listen((socket) => { const more = (): void => { while (!socket.destroyed && socket.write(line)); }; socket.on('drain', more); more(); });
    await expect(attempt(port)).rejects.toMatchObject({ code: 'banner-endless' });
  });
  test('stops in the middle of the handshake', async () => {
    const port = await listen((socket) => socket.write('SSH-2.0-slow\r\n'));
    await expect(attempt(port)).rejects.toMatchObject({ code: 'handshake-timeout' });
  });
  test('garbage after the version', async () => {
    const port = await listen((socket) => socket.write(`SSH-2.0-x\r\n${'\u0001garbage'.repeat(100)}`));
    await expect(attempt(port)).rejects.toMatchObject({ code: 'handshake-failed' });
  });
  test('giving up is immediate', async () => {
    const controller = new AbortController();
    const pending = open(home, { name: '127.0.0.1', user: 'me', port: await listen(() => {}) }, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('enough')), 50);
    const began = performance.now();
    await expect(pending).rejects.toThrow('enough');
    expect(performance.now() - began).toBeLessThan(300);
  });
});

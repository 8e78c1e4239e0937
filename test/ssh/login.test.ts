// Every way to log in, against real sshd; and each way it can fail, with the step and the reason named.

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { layeredSecrets, memorySecrets } from '../../src/main/hosts/ssh/questions.ts';
import { makeHome, open, person, type Home } from './fixture.ts';
import { freePort, makeKey, PASSWORD, startSshd, USER, type Sshd } from './sshd.ts';

let home: Home;
let sshd: Sshd;
const keys: Record<string, { path: string; publicKey: string }> = {};
let keyHome: Home;

beforeAll(async () => {
  keyHome = makeHome();
  keys['ed25519'] = makeKey(keyHome.path, 'ed');
  keys['ecdsa'] = makeKey(keyHome.path, 'ec', { type: 'ecdsa', bits: 256 });
  keys['rsa'] = makeKey(keyHome.path, 'rsa', { type: 'rsa', bits: 2048 });
  keys['encrypted'] = makeKey(keyHome.path, 'locked', { passphrase: 'open sesame' });
  keys['encrypted pem'] = makeKey(keyHome.path, 'pem', { type: 'rsa', bits: 2048, passphrase: 'open sesame', pem: true });
  keys['stranger'] = makeKey(keyHome.path, 'stranger');
  const authorized = Object.entries(keys).filter(([name]) => name !== 'stranger').map(([, key]) => key.publicKey);
  // ssh-rsa (SHA-1) is off in OpenSSH 9, so RSA logging in proves SHA-2 signatures.
  sshd = await startSshd({ authorized, config: ['KbdInteractiveAuthentication no'] });
});
afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
  keyHome[Symbol.dispose]();
});
beforeEach(() => { home = makeHome(); });
afterEach(() => { home[Symbol.dispose](); });

const use = (key: string, more = ''): void => home.config(`Host box\n HostName 127.0.0.1\n Port ${sshd.port}\n User root\n IdentityFile ${keys[key]!.path}\n${more}`);

test.each(['ed25519', 'ecdsa', 'rsa'])('logs in with an %s key', async (kind) => {
  use(kind);
  await using connection = await open(home, { name: 'box' });
  const { code, stdout } = await connection.run('echo hello $USER');
  expect({ code, text: stdout.toString() }).toEqual({ code: 0, text: 'hello root\n' });
});

test.each(['encrypted', 'encrypted pem'])('asks for the passphrase of an %s key, again when wrong, then never', async (kind) => {
  use(kind);
  const secrets = layeredSecrets(memorySecrets(), memorySecrets());
  const user = person({ accept: true }, { values: ['wrong'] }, { values: ['open sesame'] });
  await using first = await open(home, { name: 'box' }, { ask: user.ask, secrets });
  expect(first.login.authenticator.attempts.at(-1)).toMatchObject({ method: 'publickey', result: 'accepted' });
  const asked = user.asked.filter((question) => question.kind === 'passphrase');
  expect(asked).toMatchObject([{ again: false, keyFile: keys[kind]!.path }, { again: true }]);
  await using second = await open(home, { name: 'box' }, { ask: undefined, secrets });
  expect((await second.run('true')).code).toBe(0);
});

test('does not ask for the passphrase of a key the server would not take', async () => {
  const locked = makeKey(home.path, 'id_unknown', { passphrase: 'x' });
  home.config(`Host box\n HostName 127.0.0.1\n Port ${sshd.port}\n User root\n IdentityFile ${locked.path}\n IdentityFile ${keys['ed25519']!.path}\n`);
  const user = person({ accept: true });
  await using connection = await open(home, { name: 'box' }, { ask: user.ask });
  expect(user.asked.map((question) => question.kind)).toEqual(['host-key']);
  expect(connection.login.authenticator.attempts.map((attempt) => attempt.result)).toEqual(['refused', 'accepted']);
});

test('cancelling the passphrase cancels the login', async () => {
  use('encrypted');
  await expect(open(home, { name: 'box' }, { ask: person({ accept: true }, undefined).ask })).rejects.toMatchObject({ code: 'auth-cancelled' });
});

describe('with ssh-agent', () => {
  let socket: string;
  let agent: ReturnType<typeof spawn>;
  beforeAll(async () => {
    socket = join(keyHome.path, 'agent.sock');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    for (let i = 0; i < 100; i += 1) {
      try {
        execFileSync('ssh-add', ['-q', keys['rsa']!.path, keys['stranger']!.path], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' });
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20)); // the agent is not listening yet
      }
    }
  });
  afterAll(() => { agent.kill(); });

  test('uses its keys', async () => {
    home.env['SSH_AUTH_SOCK'] = socket;
    await using connection = await open(home, { name: '127.0.0.1', user: 'root', port: sshd.port });
    expect(connection.login.authenticator.attempts.at(-1)).toMatchObject({ result: 'accepted', what: expect.stringContaining('agent') });
    expect((await connection.run('echo "[$SSH_AUTH_SOCK]"')).stdout.toString()).toBe('[]\n');
  });

  test('IdentitiesOnly keeps the agent\'s other keys back', async () => {
    home.env['SSH_AUTH_SOCK'] = socket;
    use('stranger', ' PasswordAuthentication no\n IdentitiesOnly yes\n');
    await expect(open(home, { name: 'box' })).rejects.toMatchObject({ code: 'auth-refused', params: { allowed: 'publickey, password', tried: expect.not.stringContaining('ssh-rsa') } });
  });

  test('an agent that hangs is left out after five seconds', async () => {
    const silent = createServer(() => {});
    const path = join(home.path, 'silent.sock');
    await new Promise<void>((resolve) => silent.listen(path, resolve));
    home.env['SSH_AUTH_SOCK'] = path;
    use('ed25519');
    await using connection = await open(home, { name: 'box' });
    expect(connection.login.authenticator.attempts[0]).toMatchObject({ result: 'skipped', why: expect.stringContaining('does not answer') });
    silent.close();
  }, 15_000);
});

test('asks for the password, again when wrong, and keeps it for this run', async () => {
  const secrets = layeredSecrets(memorySecrets(), memorySecrets());
  const user = person({ accept: true }, { values: ['wrong'] }, { values: [PASSWORD] });
  const query = { name: '127.0.0.1', user: USER, port: sshd.port };
  await using connection = await open(home, query, { ask: user.ask, secrets });
  expect((await connection.run('id -un')).stdout.toString()).toBe(`${USER}\n`);
  expect(user.asked.slice(1)).toEqual([{ kind: 'password', host: '127.0.0.1', user: USER, again: false }, { kind: 'password', host: '127.0.0.1', user: USER, again: true }]);
  await using again = await open(home, query, { ask: undefined, secrets });
  expect((await again.run('true')).code).toBe(0);
});

test('nobody to ask: says so instead of waiting', async () => {
  writeFileSync(home.knownHosts, `[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
  await expect(open(home, { name: '127.0.0.1', user: USER, port: sshd.port }, { ask: undefined })).rejects.toMatchObject({ code: 'auth-needs-answer' });
});

test('several prompts and two rounds (2FA)', async () => {
  // OpenSSH needs a PAM module for this; ssh2's own server speaks the same RFC 4256.
  const asked: string[][] = [];
  const server = new ssh2.Server({ hostKeys: [readFileSync(keys['ed25519']!.path)] }, (client) => {
    client.on('error', () => {});
    client.on('authentication', (context) => {
      if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
      context.prompt([{ prompt: 'Password: ', echo: false }, { prompt: 'Token name: ', echo: true }], 'Two things', 'please', (answers) => {
        asked.push(answers);
        context.prompt([{ prompt: 'Code: ', echo: true }], (code) => {
          asked.push(code);
          if (code[0] === '123456') context.accept();
          else context.reject();
        });
      });
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const user = person({ accept: true }, { values: ['secret', 'phone'] }, { values: ['123456'] });
  await using connection = await open(home, { name: '127.0.0.1', user: 'me', port }, { ask: user.ask });
  expect(asked).toEqual([['secret', 'phone'], ['123456']]);
  expect(user.asked[1]).toEqual({
    kind: 'prompts', host: '127.0.0.1', user: 'me', title: 'Two things', instructions: 'please', prompts: [{ text: 'Password: ', echo: false }, { text: 'Token name: ', echo: true }],
  });
  expect(connection.login.authenticator.attempts.at(-1)!.result).toBe('accepted');
  server.close();
});

test('a key file that others can read is not used, and that is said', async () => {
  const path = join(home.path, 'loose');
  writeFileSync(path, readFileSync(keys['ed25519']!.path));
  chmodSync(path, 0o644);
  home.config(`Host box\n HostName 127.0.0.1\n Port ${sshd.port}\n User root\n PasswordAuthentication no\n IdentityFile ${path}\n`);
  await expect(open(home, { name: 'box' })).rejects.toMatchObject({ code: 'auth-refused', params: { tried: expect.stringContaining(`chmod 600 "${path}"`) } });
});

test('a key file that is none is named', async () => {
  const path = join(home.path, 'junk');
  writeFileSync(path, 'hello', { mode: 0o600 });
  home.config(`Host box\n HostName 127.0.0.1\n Port ${sshd.port}\n User root\n PasswordAuthentication no\n IdentityFile ${path}\n IdentityFile ${home.path}/none\n`);
  await expect(open(home, { name: 'box' })).rejects.toMatchObject({ code: 'auth-refused', params: { tried: expect.stringMatching(/junk is not a private key.*no such file/) } });
});

test('too many keys are named as the reason', async () => {
  const many = Array.from({ length: 7 }, (_, index) => makeKey(home.path, `k${index}`).path);
  home.config(`Host box\n HostName 127.0.0.1\n Port ${sshd.port}\n User root\n${many.map((path) => ` IdentityFile ${path}\n`).join('')}`);
  await expect(open(home, { name: 'box' })).rejects.toMatchObject({ code: 'auth-too-many', step: 'authentication' });
});

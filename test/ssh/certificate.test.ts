// Logging in with certificates: the server trusts an authority, and no key is in authorized_keys.

import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeHome, open, person, type Home } from './fixture.ts';
import { makeKey, startSshd, type Sshd } from './sshd.ts';

let keyHome: Home;
let home: Home;
let sshd: Sshd;

beforeAll(async () => {
  keyHome = makeHome();
  const authority = makeKey(keyHome.path, 'authority');
  writeFileSync(join(keyHome.path, 'authorities'), `${authority.publicKey}\n`);
  sshd = await startSshd({ config: [`TrustedUserCAKeys ${keyHome.path}/authorities`] });
});
afterAll(async () => {
  await sshd[Symbol.asyncDispose]();
  keyHome[Symbol.dispose]();
});
beforeEach(() => { home = makeHome(); });
afterEach(() => { home[Symbol.dispose](); });

/** A key and `NAME-cert.pub` beside it. */
function certified(name: string, key: Parameters<typeof makeKey>[2] = {}, ...more: string[]): string {
  const { path } = makeKey(home.path, name, key);
  execFileSync('ssh-keygen', ['-q', '-s', join(keyHome.path, 'authority'), '-I', `id of ${name}`, '-n', 'root', ...more, `${path}.pub`]);
  return path;
}
const use = (path: string, more = ''): void => home.config(`Host box\n HostName 127.0.0.1\n Port ${sshd.port}\n User root\n PasswordAuthentication no\n IdentityFile ${path}\n StrictHostKeyChecking accept-new\n${more}`);

test.each([['ed25519', {}], ['ecdsa', { type: 'ecdsa', bits: 256 }], ['ecdsa 521', { type: 'ecdsa', bits: 521 }], ['rsa', { type: 'rsa', bits: 2048 }]])('an %s key with its certificate beside it', async (_kind, options) => {
  use(certified('key', options));
  await using connection = await open(home, { name: 'box' });
  expect((await connection.run('echo in')).stdout.toString()).toBe('in\n');
  expect(connection.login.authenticator.attempts).toMatchObject([{ result: 'accepted', what: expect.stringContaining('"id of key"') }]);
});

test('a certificate named by CertificateFile, of a key with a passphrase', async () => {
  const path = certified('key', { passphrase: 'open sesame' });
  copyFileSync(`${path}-cert.pub`, join(home.path, 'elsewhere'));
  rmSync(`${path}-cert.pub`);
  use(path, ` CertificateFile ${home.path}/elsewhere\n`);
  await using connection = await open(home, { name: 'box' }, { ask: person({ values: ['open sesame'] }).ask });
  expect((await connection.run('true')).code).toBe(0);
});

test('the agent signs for the key, the certificate lies beside it', async () => {
  const path = certified('key');
  const socket = join(home.path, 'agent.sock');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  try {
    await expect.poll(() => { try { execFileSync('ssh-add', ['-q', path], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' }); return true; } catch { return false; } }).toBe(true);
    rmSync(path);
    home.env['SSH_AUTH_SOCK'] = socket;
    use(path);
    await using connection = await open(home, { name: 'box' });
    expect((await connection.run('true')).code).toBe(0);
  } finally {
    agent.kill();
  }
});

test('an expired certificate is named as the reason', async () => {
  use(certified('key', {}, '-V', '20200101:20200102'));
  await expect(open(home, { name: 'box' })).rejects.toMatchObject({ code: 'auth-refused', params: { tried: expect.stringMatching(/certificate has expired, at 2020-01-0/) } });
});

test('a certificate of another key is not offered with this one', async () => {
  const path = certified('key');
  copyFileSync(`${certified('other')}-cert.pub`, `${path}-cert.pub`);
  use(path);
  await expect(open(home, { name: 'box' })).rejects.toMatchObject({ code: 'auth-refused', params: { tried: expect.not.stringContaining('certificate') } });
});

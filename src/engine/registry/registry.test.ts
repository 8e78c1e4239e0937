import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { credentialsFromHeader, parseChallenges } from './auth.ts';
import { openCredentials } from './credentials.ts';
import { canonical, familiar, parseReference, withDefaultTag } from './reference.ts';
import { retryAfterMs } from './failure.ts';
import { isLoopback } from './transport.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('references', () => {
  test.each([
    ['busybox', 'docker.io/library/busybox:latest', 'busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36', 'busybox:1.36'],
    ['team/app', 'docker.io/team/app:latest', 'team/app:latest'],
    ['index.docker.io/library/x', 'docker.io/library/x:latest', 'x:latest'],
    ['localhost/x', 'localhost/x:latest', 'localhost/x:latest'],
    ['localhost:5000/a/b/c:t', 'localhost:5000/a/b/c:t', 'localhost:5000/a/b/c:t'],
    ['[::1]:5000/x', '[::1]:5000/x:latest', '[::1]:5000/x:latest'],
    [`ghcr.io/o/r@${digest}`, `ghcr.io/o/r@${digest}`, `ghcr.io/o/r@${digest}`],
    [`x:1@${digest}`, `docker.io/library/x:1@${digest}`, `x:1@${digest}`],
  ])('%s', (text, whole, short) => {
    const reference = withDefaultTag(parseReference(text));
    expect(canonical(reference)).toBe(whole);
    expect(familiar(reference)).toBe(short);
    expect(canonical(parseReference(whole))).toBe(whole);
  });
  test.each(['', ':x', 'UPPER', 'a/UPPER', 'a//b', 'a:', 'a:b c', `a@sha256:${'a'.repeat(63)}`, '-a', 'a'.repeat(300), 'f'.repeat(64), 'a/../b', 'a:..%2f', 'ho st/x'])('%j is refused', (text) => {
    expect(() => parseReference(text)).toThrow();
  });
});

test('challenges: several schemes in one header, quotes, commas inside', () => {
  expect(parseChallenges('Bearer realm="https://a/t",service="s",scope="repository:x:pull,push", Basic realm="b \\"c\\""')).toEqual([
    { scheme: 'bearer', parameters: { realm: 'https://a/t', service: 's', scope: 'repository:x:pull,push' } },
    { scheme: 'basic', parameters: { realm: 'b "c"' } },
  ]);
  expect(parseChallenges(undefined)).toEqual([]);
});

test('credentials of a request: nonsense and empty ones count as none', () => {
  const header = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  expect(credentialsFromHeader(header({ username: 'u', password: 'ü' }))).toEqual({ username: 'u', password: 'ü' });
  for (const none of [undefined, '', '%%%', header({}), header(null), header({ username: '' })]) expect(credentialsFromHeader(none)).toBeUndefined();
});

test('Retry-After in seconds and as a date', () => {
  expect(retryAfterMs('3')).toBe(3000);
  expect(retryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 1000)).toBe(4000);
  expect(retryAfterMs('soon')).toBeUndefined();
});

test('loopback is who talks to himself only', () => {
  for (const host of ['localhost', 'localhost:5000', '127.0.0.1:1', '127.9.9.9', '[::1]:5000']) expect(isLoopback(host)).toBe(true);
  for (const host of ['127.0.0.1.evil.example', 'localhost.example', '128.0.0.1', 'registry:5000']) expect(isLoopback(host)).toBe(false);
});

describe('credentials on this machine', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'gantry-credentials-')); });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('are kept in config.json as the docker CLI does, beside what else is there, for the owner\'s eyes', async () => {
    const file = join(folder, 'config.json');
    writeFileSync(file, JSON.stringify({ psFormat: 'x', auths: { 'https://index.docker.io/v1/': { auth: 'dTpw' } } }));
    const store = openCredentials(file);
    expect(await store.get('docker.io')).toEqual({ auth: 'dTpw' });
    await store.store('reg.example:5000', { username: 'me', password: 'p:w' });
    expect(await store.get('reg.example:5000')).toEqual({ auth: Buffer.from('me:p:w').toString('base64') });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ psFormat: 'x' });
    await store.erase('reg.example:5000');
    expect(await store.get('reg.example:5000')).toBeUndefined();
    expect(await store.list()).toEqual([{ domain: 'docker.io', where: 'config' }]);
  });

  test('come from a helper when one is named for the registry', async () => {
    const helper = join(folder, 'docker-credential-fake');
    writeFileSync(helper, `#!/bin/sh\nread key\ncase "$1:$key" in get:reg.example) echo '{"Username":"u","Secret":"s3"}';; get:*) echo 'credentials not found in native keychain'; exit 1;; store:*) echo "$key" > ${folder}/stored;; esac\n`);
    chmodSync(helper, 0o755);
    const path = process.env['PATH'];
    process.env['PATH'] = `${folder}:${path}`;
    try {
      writeFileSync(join(folder, 'config.json'), JSON.stringify({ credHelpers: { 'reg.example': 'fake', 'other.example': 'fake' } }));
      const store = openCredentials(join(folder, 'config.json'));
      expect(await store.get('reg.example')).toEqual({ username: 'u', password: 's3' });
      expect(await store.get('other.example')).toBeUndefined();
      await store.store('reg.example', { username: 'n', password: 'new' });
      expect(JSON.parse(readFileSync(join(folder, 'stored'), 'utf8'))).toEqual({ ServerURL: 'reg.example', Username: 'n', Secret: 'new' });
      expect(readFileSync(join(folder, 'config.json'), 'utf8')).not.toContain('new');
    } finally {
      process.env['PATH'] = path;
    }
  });
});

import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { matchesPattern } from './ssh-config-pattern.ts';
import { listSshConfigHosts, type ConfigOrigin } from './ssh-config.ts';
import { parseSshAddress, resolveSshTarget } from './ssh-target.ts';

let home: string;
let origin: ConfigOrigin;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ssh-config-'));
  await mkdir(join(home, '.ssh/config.d'), { recursive: true });
  await writeFile(join(home, '.ssh/config'), `
Include config.d/*.conf
Host web web2 *.example !bad.example
  HostName %h.internal
  User deploy
  Port=2200
  IdentityFile ~/.ssh/work
  IdentityFile "~/.ssh/with space"
Host inner
  ProxyJump alice@edge:2201,middle
  IdentityAgent ~/agent-%r.sock
  IdentitiesOnly yes
  UserKnownHostsFile ~/.ssh/a ~/.ssh/b
  StrictHostKeyChecking accept-new
  ServerAliveInterval 5
Host piped
  ProxyCommand nc -X 5 %h %p # a comment
Host matched
  HostName db.internal
Match host *.internal user deploy
  IdentityFile ~/.ssh/internal
Match exec "touch /tmp/never"
  User root
Host *
  User fallback
  Port 2022
`);
  await writeFile(join(home, '.ssh/config.d/10-lab.conf'), 'Host lab\n  HostName 10.1.2.3\n  User labber\n');
  origin = { home, user: 'me', localHost: 'here.local', files: [join(home, '.ssh/config')], env: { SSH_AUTH_SOCK: '/run/agent' } };
});
afterAll(() => rm(home, { recursive: true }));

test('the first value wins, identity files add up', async () => {
  const target = await resolveSshTarget({ name: 'web' }, origin);
  expect(target).toMatchObject({ hostName: 'web.internal', user: 'deploy', port: 2200, agentSocket: '/run/agent', strictHostKeyChecking: 'ask' });
  expect(target.identityFiles).toEqual([`${home}/.ssh/work`, `${home}/.ssh/with space`, `${home}/.ssh/internal`]);
});

test('what the user says overrides the file', async () => {
  expect(await resolveSshTarget({ name: 'web', user: 'root', port: 22 }, origin)).toMatchObject({ user: 'root', port: 22 });
});

test('negated patterns exclude, defaults of Host * apply', async () => {
  expect(await resolveSshTarget({ name: 'bad.example' }, origin)).toMatchObject({ hostName: 'bad.example', user: 'fallback', port: 2022, identityFilesChosen: false });
});

test('included files count where the Include stands', async () => {
  expect(await resolveSshTarget({ name: 'lab' }, origin)).toMatchObject({ hostName: '10.1.2.3', user: 'labber' });
});

test('hops, agent, known_hosts and timing are read', async () => {
  const target = await resolveSshTarget({ name: 'inner' }, origin);
  expect(target).toMatchObject({
    proxyJump: ['alice@edge:2201', 'middle'], agentSocket: `${home}/agent-fallback.sock`, identitiesOnly: true,
    strictHostKeyChecking: 'accept-new', serverAliveIntervalMs: 5000,
  });
  expect(target.knownHostsFiles.slice(0, 2)).toEqual([`${home}/.ssh/a`, `${home}/.ssh/b`]);
});

test('ProxyCommand keeps its words and gets host and port', async () => {
  expect((await resolveSshTarget({ name: 'piped' }, origin)).proxyCommand).toBe('nc -X 5 piped 2022');
});

test('Match exec is never run and is reported', async () => {
  const target = await resolveSshTarget({ name: 'x' }, origin);
  expect(target.user).toBe('fallback');
  expect(target.notes.join()).toContain('Match exec');
});

test('the picker lists names, not patterns', async () => {
  expect(await listSshConfigHosts(origin)).toEqual(['lab', 'web', 'web2', 'inner', 'piped', 'matched']);
});

test.each([
  ['ssh://root@h:2222/run/docker.sock', { name: 'h', user: 'root', port: 2222, socketPath: '/run/docker.sock' }],
  ['ssh://h', { name: 'h' }],
  ['me@h', { name: 'h', user: 'me' }],
  ['h:23', { name: 'h', port: 23 }],
  ['ssh://u@[fe80::1]:22/', { name: 'fe80::1', user: 'u', port: 22 }],
  ['2001:db8::7', { name: '2001:db8::7' }],
])('address %s', (text, expected) => {
  expect(parseSshAddress(text)).toEqual(expected);
});

test.each(['', 'http://h', 'ssh://', 'ssh://u:secret@h', 'h:0', 'h:70000', '-oProxyCommand=x', 'a b', '@h'])('no address: %j', (text) => {
  expect(() => parseSshAddress(text)).toThrow();
});

test.each([['*', 'a', true], ['a*c', 'abbc', true], ['a*c', 'ab', false], ['a?c', 'abc', true], ['', '', true], ['**b', 'aab', true]])(
  'pattern %s against %s', (pattern, text, matches) => { expect(matchesPattern(pattern, text)).toBe(matches); },
);

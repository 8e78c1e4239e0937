import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCredentials, type RunHelper } from './docker-config.ts';

let folder: string;
let path: string;
const noHelper: RunHelper = () => Promise.reject(new Error('no helper is configured'));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-docker-config-'));
  path = join(folder, 'config.json');
});
afterEach(() => rm(folder, { recursive: true }));

test('a login is kept as docker keeps it, and other settings of the file stay', async () => {
  await writeFile(path, JSON.stringify({ detachKeys: 'ctrl-q', auths: {} }));
  const store = openCredentials(path, noHelper);
  expect(await store.set('registry.example.com:5000', { username: 'me', password: 'a:b' })).toBe('file');
  const file = JSON.parse(await readFile(path, 'utf8'));
  expect(file).toEqual({ detachKeys: 'ctrl-q', auths: { 'registry.example.com:5000': { auth: Buffer.from('me:a:b').toString('base64') } } });
  expect(await store.get('registry.example.com:5000')).toEqual({ username: 'me', password: 'a:b' });
  await store.delete('registry.example.com:5000');
  expect(await store.known()).toEqual([]);
});

test('Docker Hub is found under the address docker writes', async () => {
  await writeFile(path, JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth: Buffer.from('hub:secret').toString('base64') } } }));
  const store = openCredentials(path, noHelper);
  expect(await store.get('docker.io')).toEqual({ username: 'hub', password: 'secret' });
  expect(await store.known()).toEqual([{ address: 'docker.io', user: 'hub', keptIn: 'file' }]);
});

test('a credential helper gets the password, the file does not', async () => {
  await writeFile(path, JSON.stringify({ credsStore: 'vault' }));
  const asked: string[] = [];
  const store = openCredentials(path, (name, verb, input) => {
    asked.push(`${name} ${verb} ${input}`);
    return Promise.resolve(verb === 'get' ? JSON.stringify({ Username: 'me', Secret: 's' }) : '');
  });
  expect(await store.set('r.example.com', { username: 'me', password: 's' })).toBe('vault');
  expect(await readFile(path, 'utf8')).not.toContain(Buffer.from('me:s').toString('base64'));
  expect(await store.get('r.example.com')).toEqual({ username: 'me', password: 's' });
  expect(asked).toEqual(['vault store {"ServerURL":"r.example.com","Username":"me","Secret":"s"}', 'vault get r.example.com']);
});

test('a damaged file is named, its text is not quoted', async () => {
  await writeFile(path, '{"auths": {"x": {"auth": "c2VjcmV0"');
  await expect(openCredentials(path, noHelper).get('x')).rejects.toThrow(/is not JSON$/);
});

import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contextHost, listDockerContexts } from './docker-contexts.ts';

test.each([
  ['unix:///run/user/1000/docker.sock', { kind: 'unix', socketPath: '/run/user/1000/docker.sock' }],
  ['ssh://me@box:2222', { kind: 'ssh', hostname: 'box', user: 'me', port: 2222 }],
  ['tcp://10.0.0.1:2375', { kind: 'tcp', hostname: '10.0.0.1', port: 2375 }],
])('%s becomes a host', (endpoint, expected) => {
  expect(contextHost('c', endpoint, undefined).config).toMatchObject(expected);
});

test('an endpoint that cannot be reached says so', () => {
  expect(contextHost('c', 'npipe:////./pipe/docker_engine', undefined).why).toContain('npipe');
});

test('contexts are read from the store, TLS files with them, broken ones too', async () => {
  const home = await mkdtemp(join(tmpdir(), 'contexts-'));
  try {
    const id = createHash('sha256').update('lab').digest('hex');
    const meta = join(home, '.docker/contexts/meta');
    await mkdir(join(meta, id), { recursive: true });
    await mkdir(join(meta, 'broken'));
    await mkdir(join(home, '.docker/contexts/tls', id, 'docker'), { recursive: true });
    await writeFile(join(meta, id, 'meta.json'), JSON.stringify({ Name: 'lab', Metadata: { Description: 'The lab' }, Endpoints: { docker: { Host: 'tcp://lab:2376', SkipTLSVerify: false } } }));
    await writeFile(join(meta, 'broken', 'meta.json'), '{');
    const ca = join(home, '.docker/contexts/tls', id, 'docker', 'ca.pem');
    await writeFile(ca, 'x');
    const contexts = await listDockerContexts(home);
    expect(contexts.map(({ name }) => name)).toEqual(['broken', 'lab']);
    expect(contexts[0]!.why).toBeTruthy();
    expect(contexts[1]).toMatchObject({ description: 'The lab', config: { kind: 'tcp', hostname: 'lab', port: 2376, tls: { caPath: ca, verify: true } } });
    expect(await listDockerContexts(join(home, 'nobody'))).toEqual([]);
  } finally {
    await rm(home, { recursive: true });
  }
});

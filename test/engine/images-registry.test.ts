// What the registry client does for a pull and a push besides the plain case: mirrors, zstd, stored credentials, tokens, mounts,
// uploads that break. Against the real stores in this process and a registry that can be told to fail.
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEventBus } from '../../src/engine/base/events.ts';
import { silentLog } from '../../src/engine/base/log.ts';
import { openImages, type ImageDomain } from '../../src/engine/images/images.ts';
import { loadImages } from '../../src/engine/images/load.ts';
import { pullAllTags, pullImage, pullRequest } from '../../src/engine/images/pull.ts';
import { pushImage } from '../../src/engine/images/push.ts';
import { credentialsFromHeader } from '../../src/engine/registry/auth.ts';
import { parseReference } from '../../src/engine/registry/reference.ts';
import { ociArchive, oldDockerArchive } from '../layers/archives.ts';
import { makeTar } from '../layers/oracle.ts';
import { blobs, config, manifestOf, sha, startFakeRegistry, tars, type FakeRegistry } from './fake-registry.ts';

let folder: string;
let images: ImageDomain;
let registry: FakeRegistry;
const signal = new AbortController().signal;
const events = createEventBus();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-registry-'));
  mkdirSync(join(folder, 'docker'));
  images = await openImages({ dataRoot: folder, isRootless: false, events, log: silentLog, users: () => [], chainsInUse: () => [], environment: { DOCKER_CONFIG: join(folder, 'docker') } });
  registry = await startFakeRegistry();
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await images[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const pull = (name = `${registry.host}/x:1`) => Array.fromAsync(pullImage(images, pullRequest(name, undefined, undefined, signal)));
const auth = (value: object) => credentialsFromHeader(Buffer.from(JSON.stringify(value)).toString('base64url'));
const push = (name: string, credentials?: ReturnType<typeof auth>) => Array.fromAsync(pushImage(images, parseReference(name), credentials, signal));
const load = (archive: Buffer) => Array.fromAsync(loadImages(images, Readable.from([archive]), { signal, isQuiet: true }));
const to = (fake: FakeRegistry, pattern: RegExp) => fake.asked.filter((line) => pattern.test(line));
const statusOf = (lines: { status?: string }[]) => lines.map((line) => line.status);

describe('mirrors', () => {
  test('are asked first; what one does not have comes from the registry, blob by blob', async () => {
    await using mirror = await startFakeRegistry();
    mirror.content.delete(sha(blobs[0] as Buffer));
    await images.registries.change({ mirrors: { [registry.host]: [mirror.host] }, insecure: [] });
    await pull();
    expect(to(mirror, /manifests/)).toHaveLength(1);
    expect(to(registry, /manifests/)).toHaveLength(0);
    expect(to(registry, /blobs/)).toEqual([`GET /v2/x/blobs/${sha(blobs[0] as Buffer)}`]);
  });

  test('that are gone are passed over, and get no credentials', async () => {
    const seen: (string | undefined)[] = [];
    await using mirror = await startFakeRegistry();
    mirror.fault = (request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(404).end();
      return true;
    };
    await images.registries.change({ mirrors: { [registry.host]: ['127.0.0.1:1', mirror.host] }, insecure: [] });
    writeFileSync(join(folder, 'docker/config.json'), JSON.stringify({ auths: { [registry.host]: { auth: Buffer.from('u:secret').toString('base64') } } }));
    expect(statusOf(await pull()).at(-1)).toContain('Downloaded newer image');
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every((header) => header === undefined)).toBe(true);
  });
});

test('zstd layers are pulled, and pushed as they came', async () => {
  const layers = tars.map((tar) => zstdCompressSync(tar));
  for (const layer of layers) registry.content.set(sha(layer), layer);
  registry.manifest = manifestOf({}, layers, 'zstd');
  const digest = sha(registry.manifest);
  await pull();
  expect(images.images.resolve(`${registry.host}/x:1`).id).toBe(sha(config));
  await using other = await startFakeRegistry();
  other.content.clear();
  await images.images.tag(sha(config), `${other.host}/y:1`);
  await push(`${other.host}/y:1`);
  expect(sha(other.manifest)).toBe(digest);
  expect(layers.every((layer) => other.content.has(sha(layer)))).toBe(true);
});

describe('a layer that another image brought in other bytes', () => {
  test('stays complete when that image goes: it can still be pushed', async () => {
    const archive = ociArchive([{ name: 'loaded:1', layers: [tars[0] as Buffer, makeTar([{ path: 'other', content: 'x' }])], platform: { os: 'linux', architecture: 'amd64' }, compression: 'zstd' }]);
    await load(archive);
    expect(statusOf(await pull())).toContain('Already exists');
    await images.stores.store.delete(images.images.resolve('loaded:1').id as `sha256:${string}`);
    await images.collector.collect();
    await using other = await startFakeRegistry();
    other.content.clear();
    await images.images.tag(sha(config), `${other.host}/y:1`);
    await push(`${other.host}/y:1`);
    expect(other.content.size).toBe(3);
  });
});

test('an image that is here already shows no rows, and all tags end with one line for the repository', async () => {
  await pull();
  expect(statusOf(await pull())).toEqual(['Pulling from x', `Digest: ${sha(registry.manifest)}`, `Status: Image is up to date for ${registry.host}/x:1`]);
  registry.fault = (request, response) => {
    if (!request.url?.includes('/tags/list')) return false;
    response.end(JSON.stringify({ name: 'x', tags: ['1', '2'] }));
    return true;
  };
  const all = await Array.fromAsync(pullAllTags(images, pullRequest(`${registry.host}/x`, undefined, undefined, signal)));
  expect(statusOf(all).filter((line) => line?.startsWith('Status:'))).toEqual([`Status: Downloaded newer image for ${registry.host}/x`]);
  expect(images.images.resolve(`${registry.host}/x:2`).id).toBe(sha(config));
});

describe('who we are', () => {
  const basic = (name: string) => `Basic ${Buffer.from(name).toString('base64')}`;
  const askFor = (wanted: string) => {
    registry.fault = (request, response) => {
      if (request.headers.authorization === wanted) return false;
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="r"' }).end('{}');
      return true;
    };
  };

  test('comes from a credential helper of this machine', async () => {
    writeFileSync(join(folder, 'docker-credential-here'), `#!/bin/sh\nread host; echo '{"Username":"u","Secret":"from helper"}'\n`);
    chmodSync(join(folder, 'docker-credential-here'), 0o755);
    writeFileSync(join(folder, 'docker/config.json'), JSON.stringify({ credsStore: 'here' }));
    const path = process.env['PATH'];
    process.env['PATH'] = `${folder}:${path}`;
    try {
      askFor(basic('u:from helper'));
      expect(statusOf(await pull()).at(-1)).toContain('Downloaded newer image');
    } finally {
      process.env['PATH'] = path;
    }
  });

  test('is said to be missing in the words of docker\'s client', async () => {
    askFor(basic('u:p'));
    await expect(pull()).rejects.toThrow(/^pull access denied for .*\/x, repository does not exist or may require 'docker login'$/);
    await expect(pull()).rejects.toMatchObject({ cause: { message: 'no basic auth credentials' } });
    await load(ociArchive([{ name: `${registry.host}/mine:1`, layers: [tars[0] as Buffer], platform: { os: 'linux', architecture: 'amd64' } }]));
    await expect(push(`${registry.host}/mine:1`)).rejects.toThrow('no basic auth credentials');
    await expect(push(`${registry.host}/mine:1`, auth({ username: 'u', password: 'wrong secret' }))).rejects.toThrow(/^unauthorized: authentication required$/);
  });

  test('a push asks once for a token, with the scope to push; a mount asks with the other repository\'s besides', async () => {
    await pull();
    await images.images.tag(sha(config), `${registry.host}/y:1`);
    registry.fault = (request, response) => {
      const url = new URL(request.url ?? '', 'http://r');
      if (url.pathname === '/token') response.end(JSON.stringify({ access_token: url.searchParams.getAll('scope').join(' ') }));
      else if (request.headers.authorization === undefined) response.writeHead(401, { 'WWW-Authenticate': `Bearer realm="http://${registry.host}/token",service="s",scope="repository:y:pull,push"` }).end();
      else if (url.searchParams.has('mount')) response.writeHead(201).end();
      else if (request.method === 'HEAD') response.writeHead(404).end();
      else return false;
      return true;
    };
    expect(statusOf(await push(`${registry.host}/y:1`, auth({ username: 'u', password: 'p' })))).toEqual(expect.arrayContaining(['Mounted from x']));
    const scopes = to(registry, /^GET \/token/).map((line) => new URL(line.slice(4), 'http://r').searchParams.getAll('scope').join(' '));
    expect(scopes.filter((scope) => scope === 'repository:y:pull,push')).toHaveLength(1);
    expect(scopes).toContain('repository:y:pull,push repository:x:pull');
  });
});

describe('an upload that breaks', () => {
  const layer = makeTar([{ path: 'fresh', content: randomBytes(900_000) }]);
  const name = () => `${registry.host}/mine:1`;
  const platform = { os: 'linux', architecture: 'amd64' };
  const made = (compression?: 'gzip') => load(compression === undefined ? oldDockerArchive({ name: name(), layers: [layer], platform }) : ociArchive([{ name: name(), layers: [layer], platform, compression }]));
  /** Ends the connection in the middle of the first `count` pieces. */
  const cut = (count: number) => {
    let left = count;
    registry.fault = (request) => {
      if (request.method !== 'PATCH' || left === 0) return false;
      left--;
      let seen = 0;
      request.on('data', (chunk: Buffer) => { if ((seen += chunk.length) > 200_000) request.destroy(); });
      return false;
    };
  };
  const layerOf = () => registry.content.get((JSON.parse(registry.manifest.toString()) as { layers: { digest: string }[] }).layers[0]?.digest ?? '') as Buffer;

  test.each<['gzip' | undefined, string]>([['gzip', 'as it is stored'], [undefined, 'compressed on the way']])('goes on where the registry says it stopped: %s, %s', async (compression) => {
    await made(compression);
    cut(2);
    await push(name());
    expect(gunzipSync(layerOf()).equals(layer)).toBe(true);
    expect(to(registry, /^GET .*uploads/)).toHaveLength(2);
    expect(to(registry, /^POST/)).toHaveLength(2); // the layer's and the configuration's
    const starts = to(registry, /^PATCH \S+ \d+-/).map((line) => Number(/ (\d+)-/.exec(line)?.[1])).filter((start) => start > 0);
    if (compression === 'gzip') expect(starts).toHaveLength(2);
  });

  test('begins anew when the registry has given it up', async () => {
    await made('gzip');
    cut(1);
    const cutting = registry.fault;
    registry.fault = (request, response) => {
      if (request.method === 'GET' && request.url?.includes('/uploads/')) registry.uploads.clear();
      return cutting(request, response);
    };
    await push(name());
    expect(gunzipSync(layerOf()).equals(layer)).toBe(true);
    expect(to(registry, /^POST/)).toHaveLength(3);
  });

  test('waits as long as the registry says', async () => {
    await made('gzip');
    const times: number[] = [];
    registry.fault = (request, response) => {
      if (request.method !== 'PATCH' || times.push(performance.now()) > 1) return false;
      request.resume();
      response.writeHead(429, { 'Retry-After': '1' }).end();
      return true;
    };
    await push(name());
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(950);
  });
});

// Registries that fail in every way they can, against the real stores in this process: what is said, what is tried again, what is left.
import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEventBus } from '../../src/engine/base/events.ts';
import { silentLog } from '../../src/engine/base/log.ts';
import { openImages, type ImageDomain } from '../../src/engine/images/images.ts';
import { pullImage, pullRequest } from '../../src/engine/images/pull.ts';
import type { ProgressMessage } from '../../src/engine/images/progress.ts';
import { makeTar } from '../layers/oracle.ts';
import { blobs, manifestOf, sha, startFakeRegistry, tars, type FakeRegistry, type Handler } from './fake-registry.ts';

let folder: string;
let images: ImageDomain;
let registry: FakeRegistry;
let host: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-faults-'));
  images = await open(folder);
  registry = await startFakeRegistry();
  host = registry.host;
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await images[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const open = (root: string) => openImages({ dataRoot: root, isRootless: false, events: createEventBus(), log: silentLog, users: () => [], chainsInUse: () => [], environment: {} });
async function pull(signal = new AbortController().signal, name = `${host}/x:1`): Promise<ProgressMessage[]> {
  return Array.fromAsync(pullImage(images, pullRequest(name, undefined, undefined, signal)));
}
const left = () => ['layers', 'content/ingest', 'content/blobs/sha256', 'trash'].flatMap((part) => readdirSync(join(folder, part)).map((name) => `${part}/${name}`));
/** after a failure: committed layers of the image that never came are for the collector */
const leftAfterCollection = async () => {
  await images.collector.collect();
  await expect.poll(left, { timeout: 3000 }).toEqual([]);
};

test('a healthy registry: the lines the docker CLI draws', async () => {
  const lines = await pull();
  expect(lines[0]).toEqual({ status: 'Pulling from x', id: '1' });
  const row = (sha(blobs[0] as Buffer)).slice(7, 19);
  expect(lines.filter((line) => line.id === row).map((line) => line.status)).toEqual(expect.arrayContaining(['Pulling fs layer', 'Downloading', 'Download complete', 'Pull complete']));
  expect(lines.slice(-2)).toEqual([{ status: `Digest: ${sha(registry.manifest)}` }, { status: `Status: Downloaded newer image for ${host}/x:1` }]);
});

describe('tried again', () => {
  test('a connection cut at every tenth of a blob: it goes on where it was, by Range', async () => {
    const big = blobs[0] as Buffer;
    let cuts = 0;
    registry.fault = (request, response) => {
      if (!request.url?.endsWith(sha(big)) || cuts >= 4) return false;
      cuts++;
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': big.length - start });
      response.write(big.subarray(start, start + Math.floor(big.length / 10)), () => response.destroy());
      return true;
    };
    await pull();
    expect(cuts).toBe(4);
    const ranges = registry.asked.filter((line) => line.includes(sha(big))).map((line) => Number(/bytes=(\d+)/.exec(line)?.[1] ?? 0));
    expect(ranges).toEqual(ranges.toSorted((a, b) => a - b));
    expect(ranges.at(-1)).toBeGreaterThan(big.length / 10);
    expect(images.images.resolve(`${host}/x:1`).config.rootfs.diff_ids).toEqual(tars.map(sha));
  });

  test('a connection cut before any answer, at every kind of request', async () => {
    const cut = new Set<string>();
    registry.fault = (request) => {
      const kind = request.url?.replace(/^.*\/(manifests|blobs)\//, '$1 ') ?? '';
      if (cut.has(kind)) return false;
      cut.add(kind);
      request.socket.destroy();
      return true;
    };
    await pull();
    expect(cut.size).toBe(4); // manifest, configuration, two layers
  });

  test('a server that knows no Range sends it all again, and nothing is doubled', async () => {
    const big = blobs[0] as Buffer;
    let cut = false;
    registry.fault = (request, response) => {
      if (!request.url?.endsWith(sha(big))) return false;
      response.writeHead(200, { 'Content-Length': big.length });
      if (cut) response.end(big);
      else response.write(big.subarray(0, 100_000), () => response.destroy());
      cut = true;
      return true;
    };
    await pull();
    expect(images.stores.content.sizeOf(sha(big) as `sha256:${string}`)).toBe(big.length);
  });

  test('429 with Retry-After and 503 are waited out', async () => {
    const times: number[] = [];
    registry.fault = (request, response) => {
      if (!request.url?.includes('/manifests/') || times.push(performance.now()) > 2) return false;
      response.writeHead(times.length === 1 ? 429 : 503, times.length === 1 ? { 'Retry-After': '1' } : {}).end();
      return true;
    };
    await pull();
    expect(times).toHaveLength(3);
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThan(950);
  });

  test('two pulls of one image at once fetch each layer once; one may leave without hurting the other', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    registry.fault = (request, response) => {
      if (!request.url?.endsWith(sha(blobs[0] as Buffer))) return false;
      void gate.then(() => response.writeHead(200).end(blobs[0]));
      return true;
    };
    const leaving = new AbortController();
    const [first, second] = [pull(leaving.signal), pull()];
    await expect.poll(() => registry.asked.filter((line) => line.includes('/blobs/')).length).toBeGreaterThanOrEqual(4);
    leaving.abort();
    await expect(first).rejects.toThrow();
    release();
    expect((await second).at(-1)?.status).toContain('Downloaded newer image');
    expect(registry.asked.filter((line) => line.includes(sha(blobs[0] as Buffer)))).toHaveLength(1);
  });
});

describe('said in one sentence, and nothing half-made is left', () => {
  const answers = (pattern: string, status: number, body = '{}', headers: Record<string, string> = {}): Handler => (request, response) => {
    if (!request.url?.includes(pattern)) return false;
    response.writeHead(status, headers).end(body);
    return true;
  };
  const fault429 = () => { registry.fault = answers('/manifests/', 429, JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message: 'slow down' }] }), { 'Retry-After': '600' }); };
  const denied = JSON.stringify({ errors: [{ code: 'DENIED', message: 'requested access to the resource is denied' }] });
  test.each<[string, () => void, RegExp, string]>([
    ['404 of the manifest', () => { registry.fault = answers('/manifests/', 404); }, /^manifest for .*x:1 not found: manifest unknown: manifest unknown$/, 'NotFound'],
    ['401 without a way to log in', () => { registry.fault = answers('/manifests/', 401, denied); }, /^pull access denied for .*x, repository does not exist or may require 'docker login'/, 'NotFound'],
    ['403', () => { registry.fault = answers('/manifests/', 403, denied); }, /^pull access denied for/, 'NotFound'],
    ['a damaged blob', () => { registry.fault = answers(sha(blobs[0] as Buffer), 200, Buffer.from(blobs[0] as Buffer).fill(7, 1000, 1010).toString('latin1')); }, /blob|damaged/, ''],
    ['a blob larger than promised', () => { registry.manifest = manifestOf({ size: 1000 }); }, /is larger than the 1000 bytes its manifest says/, 'InvalidParameter'],
    ['a layer that is not the configuration\'s', () => { registry.manifest = manifestOf({ digest: sha(blobs[1] as Buffer), size: (blobs[1] as Buffer).length }); }, /diff id/, 'InvalidParameter'],
    ['a manifest that is no JSON', () => { registry.manifest = Buffer.from('<html>'); }, /is not JSON/, 'InvalidParameter'],
    ['a schema 1 manifest', () => { registry.manifest = Buffer.from('{"schemaVersion":1,"fsLayers":[]}'); }, /too old/, 'InvalidParameter'],
    ['an index without this platform', () => { registry.manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: sha(Buffer.from('x')), size: 1, platform: { os: 'linux', architecture: 's390x' } }] })); }, /^no matching manifest for linux\/\w+ in the manifest list entries$/, 'NotFound'],
    ['too many requests, for good', () => { fault429(); }, /toomanyrequests: slow down/, 'System'],
    ['a missing blob', () => { registry.fault = answers(sha(blobs[0] as Buffer), 404); }, /blob sha256:.* not found/, 'NotFound'],
  ])('%s', async (_name, arrange, message, kind) => {
    arrange();
    const error = await pull().then(() => undefined, (reason: unknown) => reason as Error & { kind: string });
    expect(error?.message).toMatch(message);
    if (kind !== '') expect(error?.kind).toBe(kind);
    await leftAfterCollection();
  });

  test('a pull that is cancelled in the middle of a layer', async () => {
    const leaving = new AbortController();
    registry.fault = (request, response) => {
      if (!request.url?.endsWith(sha(blobs[0] as Buffer))) return false;
      response.writeHead(200, { 'Content-Length': (blobs[0] as Buffer).length }).write((blobs[0] as Buffer).subarray(0, 200_000));
      setTimeout(() => leaving.abort(), 50);
      return true;
    };
    await expect(pull(leaving.signal)).rejects.toThrow();
    await leftAfterCollection();
  });

  test('a layer that explodes', async () => {
    const bomb = gzipSync(makeTar([{ path: 'zeros', content: Buffer.alloc(64 * 1024 * 1024) }]));
    const domain = images.stores;
    const { openLayers } = await import('../../src/engine/layers/store.ts');
    mkdirSync(join(folder, 'small'));
    await using layers = openLayers({ root: join(folder, 'small'), isRootless: false, log: silentLog, limits: { bytes: 8 * 1024 * 1024, ratio: 100 } });
    const digest = await domain.content.put(bomb);
    await using applying = await layers.apply(domain.content.pathOf(digest), { signal: new AbortController().signal });
    applying.available(bomb.length, true);
    await expect(applying.unpacked).rejects.toThrow(/the layer is refused: \d+ bytes of it already expand to \d+, more than 100 times as much/);
  });

  test('a full disk: a clear error, the space is given back, and a smaller image still fits', async () => {
    const small = join(folder, 'tmpfs');
    mkdirSync(small);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
    try {
      const full = await open(small);
      try {
        await expect(Array.fromAsync(pullImage(full, pullRequest(`${host}/x:1`, undefined, undefined, new AbortController().signal)))).rejects.toThrow(/no space left/);
        await full.collector.collect();
        await expect.poll(() => ['layers', 'content/ingest', 'content/blobs/sha256', 'trash'].flatMap((part) => readdirSync(join(small, part)))).toEqual([]);
        expect((await full.stores.content.put(randomBytes(500_000))).length).toBe(71);
      } finally {
        await full[Symbol.asyncDispose]();
      }
    } finally {
      execFileSync('umount', [small]);
    }
  });
});

describe('who we are', () => {
  const auth = Buffer.from(JSON.stringify({ username: 'user', password: 'top-secret' })).toString('base64url');
  const pullAs = () => Array.fromAsync(pullImage(images, pullRequest(`${host}/x:1`, undefined, auth, new AbortController().signal)));

  test('a bearer token is fetched once for a repository, with its scope', async () => {
    registry.fault = (request, response) => {
      if (request.url?.startsWith('/token')) {
        const isRight = request.headers.authorization === `Basic ${Buffer.from('user:top-secret').toString('base64')}`;
        response.writeHead(isRight ? 200 : 401).end(JSON.stringify({ token: 'tkn', expires_in: 300 }));
        return true;
      }
      if (request.headers.authorization === 'Bearer tkn') return false;
      response.writeHead(401, { 'WWW-Authenticate': `Bearer realm="http://${host}/token",service="reg",scope="repository:x:pull"` }).end();
      return true;
    };
    await pullAs();
    const tokens = registry.asked.filter((line) => line.includes('/token'));
    expect(tokens.length).toBe(1);
    expect(decodeURIComponent(tokens[0] as string)).toContain('service=reg&scope=repository:x:pull&account=user');
  });

  test('a refused password is told without the password', async () => {
    registry.fault = (_request, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="r"' }).end('{}');
      return true;
    };
    const error = await pullAs().then(() => new Error('it worked'), (reason: unknown) => reason as Error);
    const { errorMessage } = await import('../../src/engine/wire/errors.ts');
    expect(errorMessage(error)).toMatch(/pull access denied/);
    expect(errorMessage(error)).not.toContain('secret');
  });
});

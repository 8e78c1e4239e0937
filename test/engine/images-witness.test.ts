// Neutral witnesses: what this engine pushes and saves, dockerd and skopeo read, and the reverse; every digest is the same.
import { createHash } from 'node:crypto';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ociArchive, oldDockerArchive } from '../layers/archives.ts';
import { makeTar } from '../layers/oracle.ts';
import { startDockerd, type Dockerd } from '../ssh/dockerd.ts';
import { startRegistry, startTestEngine, type TestEngine, type TestRegistry } from './harness.ts';

let folder: string;
let engine: TestEngine;
let dockerd: Dockerd;
let registry: TestRegistry;
const platform = { os: 'linux', architecture: 'amd64' };
const layers = ['a', 'b', 'c'].map((name) => makeTar([{ path: name, content: name.repeat(50_000) }]));
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-witness-'));
  engine = await startTestEngine();
  [registry, dockerd] = await Promise.all([startRegistry({ netns: engine.netns }), startDockerd(engine.netns)]);
}, 60_000);
afterAll(async () => {
  await dockerd?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const docker = async (...args: string[]) => (await promisify(execFile)('docker', ['-H', `unix://${dockerd.socketPath}`, ...args], { env: { PATH: process.env['PATH'], HOME: folder } })).stdout.trim();
const skopeo = async (...args: string[]) => {
  const { code, stdout, stderr } = await engine.inNetns('skopeo', '--insecure-policy', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};
const idHere = (name: string) => engine.dockerOk('image', 'inspect', '-f', '{{.Id}}', name);
const idThere = (name: string) => docker('image', 'inspect', '-f', '{{.Id}}', name);
const file = (name: string, data?: Buffer) => {
  const path = join(folder, name);
  if (data) writeFileSync(path, data);
  return path;
};
const rawManifest = async (name: string) => `sha256:${createHash('sha256').update(await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${name}`)).digest('hex')}`;
const clear = async () => {
  const ids = new Set((await engine.dockerOk('images', '-aq', '--no-trunc')).split('\n').filter(Boolean));
  if (ids.size > 0) await engine.dockerOk('rmi', '-f', ...ids);
  const theirs = new Set((await docker('images', '-aq', '--no-trunc')).split('\n').filter(Boolean));
  if (theirs.size > 0) await docker('rmi', '-f', ...theirs);
};

describe('saved here', () => {
  test.each([
    ['plain layers', oldDockerArchive({ name: 'saved:1', layers, platform })],
    ['gzip layers', ociArchive([{ name: 'saved:1', layers, compression: 'gzip', platform }])],
  ])('with %s: dockerd loads it, skopeo reads both formats, the parts have the names of their digests', async (_name, archive) => {
    await clear();
    await engine.dockerOk('load', '-q', '-i', file('in.tar', archive));
    await engine.dockerOk('tag', 'saved:1', 'example.com:5000/other/saved:2');
    await engine.dockerOk('save', '-o', file('saved.tar'), 'saved:1', 'example.com:5000/other/saved:2');
    expect((await docker('load', '-i', file('saved.tar'))).split('\n').sort()).toEqual(['Loaded image: example.com:5000/other/saved:2', 'Loaded image: saved:1']);
    expect(await idThere('saved:1')).toBe(await idHere('saved:1'));
    const parts = file('parts');
    mkdirSync(parts);
    execFileSync('tar', ['-xf', file('saved.tar'), '-C', parts]);
    execFileSync('sh', ['-ec', 'cd blobs/sha256; sha256sum * | while read sum name; do [ "$sum" = "$name" ]; done'], { cwd: parts });
    const [item] = JSON.parse(readFileSync(join(parts, 'manifest.json'), 'utf8')) as { Config: string; Layers: string[]; LayerSources: Record<string, { digest: string; mediaType: string }> }[];
    expect(`sha256:${item?.Config.split('/').at(-1)}`).toBe(await idHere('saved:1'));
    expect(Object.values(item?.LayerSources ?? {}).map(({ digest }) => digest.slice(7))).toEqual(item?.Layers.map((path) => path.split('/').at(-1)));
    await skopeo('copy', '--dest-tls-verify=false', `docker-archive:${file('saved.tar')}:saved:1`, `docker://${registry.address}/by/docker-archive:1`);
    await skopeo('copy', '--dest-tls-verify=false', '--preserve-digests', `oci-archive:${file('saved.tar')}:1`, `docker://${registry.address}/by/oci-archive:1`);
    const id = await idHere('saved:1');
    for (const kind of ['docker-archive', 'oci-archive']) {
      await engine.dockerOk('pull', '-q', `${registry.address}/by/${kind}:1`);
      expect(await idHere(`${registry.address}/by/${kind}:1`)).toBe(id);
    }
    rmSync(parts, { recursive: true });
  });
});

test('saved by dockerd and by skopeo, loaded here: the same image', async () => {
  await clear();
  await docker('load', '-i', file('in.tar', oldDockerArchive({ name: 'theirs:1', layers, platform })));
  await docker('save', '-o', file('theirs.tar'), 'theirs:1');
  await engine.dockerOk('load', '-i', file('theirs.tar'));
  expect(await idHere('theirs:1')).toBe(await idThere('theirs:1'));
  rmSync(file('skopeo.tar'), { force: true });
  await skopeo('copy', `docker-archive:${file('theirs.tar')}`, `docker-archive:${file('skopeo.tar')}:skopeo:1`);
  await engine.dockerOk('load', '-i', file('skopeo.tar'));
  expect(await idHere('skopeo:1')).toBe(await idHere('theirs:1'));
});

test('pushed here, pulled by dockerd, and the reverse: manifests are the same byte for byte', async () => {
  await clear();
  await engine.dockerOk('load', '-q', '-i', file('in.tar', oldDockerArchive({ name: `${registry.address}/from/here:1`, layers, platform })));
  const pushed = /digest: (sha256:\S+)/.exec(await engine.dockerOk('push', `${registry.address}/from/here:1`))?.[1];
  expect(await rawManifest(`${registry.address}/from/here:1`)).toBe(pushed);
  expect(await docker('pull', `${registry.address}/from/here:1`)).toContain(`Digest: ${pushed}`);
  expect(await idThere(`${registry.address}/from/here:1`)).toBe(await idHere(`${registry.address}/from/here:1`));

  await docker('tag', `${registry.address}/from/here:1`, `${registry.address}/from/there:1`);
  const theirs = /digest: (sha256:\S+)/.exec(await docker('push', `${registry.address}/from/there:1`))?.[1];
  expect(await engine.dockerOk('pull', `${registry.address}/from/there:1`)).toContain(`Digest: ${theirs}`);
  await engine.dockerOk('rmi', '-f', await idHere(`${registry.address}/from/there:1`));
  expect(await engine.dockerOk('pull', `${registry.address}/from/there@${theirs}`)).toContain(`Digest: ${theirs}`);
  await engine.dockerOk('tag', `${registry.address}/from/there@${theirs}`, `${registry.address}/again/there:1`);
  expect(await engine.dockerOk('push', `${registry.address}/again/there:1`)).toContain(theirs);
  expect(await rawManifest(`${registry.address}/again/there:1`)).toBe(theirs);
});

// Images through the docker CLI against the real engine: in (load, import, pull), around (tag, list, inspect), out (save, push, remove).
// Neutral witnesses: docker-registry and skopeo. After every story `gantry-engine check` finds nothing.
import { createHash, randomBytes } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ociArchive, oldDockerArchive } from '../layers/archives.ts';
import { makeTar } from '../layers/oracle.ts';
import { busyboxArchive, startRegistry, startTestEngine, type TestEngine, type TestRegistry } from './harness.ts';

let engine: TestEngine;
let registry: TestRegistry;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-images-'));
  engine = await startTestEngine();
  registry = await startRegistry({ netns: engine.netns });
});
afterAll(async () => {
  await engine?.stop();
  const { stdout } = check();
  await registry?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
  expect(stdout).toMatch(/^ok: /);
});
beforeEach(async () => {
  const ids = (await engine.dockerOk('images', '-aq', '--no-trunc')).split('\n').filter(Boolean);
  if (ids.length > 0) await engine.docker('rmi', '-f', ...new Set(ids));
});

const check = () => spawnSync('node_modules/.bin/node', ['src/engine/daemon.ts', 'check', '--data-root', engine.dataRoot], { encoding: 'utf8' });
const file = (name: string, data: Buffer | string) => {
  const path = join(folder, name);
  writeFileSync(path, data);
  return path;
};
const layer = (name: string, content = name) => makeTar([{ path: name, content }]);
const sha = (data: Buffer) => createHash('sha256').update(data).digest('hex');
const idOf = (name: string) => engine.dockerOk('image', 'inspect', '-f', '{{.Id}}', name);
const stored = (kind: string) => readdirSync(join(engine.dataRoot, kind));

describe('load', () => {
  const image = { name: 'made:1', layers: [layer('a'), layer('b')], platform: { os: 'linux', architecture: 'amd64' } };
  test.each([
    ['docker-archive with folders and links', oldDockerArchive({ ...image, layers: [...image.layers, layer('a')] })],
    ['OCI layout with gzip layers', ociArchive([{ ...image, compression: 'gzip' }])],
    ['OCI layout with zstd layers', ociArchive([{ ...image, compression: 'zstd' }])],
    ['what Docker 25 writes', ociArchive([image], { docker: true })],
    ['an index of platforms', ociArchive([{ ...image, platform: { os: 'linux', architecture: 's390x' }, layers: [layer('wrong')] }, image], { nested: true })],
  ])('%s', async (_name, archive) => {
    expect(await engine.dockerOk('load', '-q', '-i', file('load.tar', archive))).toMatch(/^Loaded image/);
    const [view] = JSON.parse(await engine.dockerOk('image', 'inspect', (await engine.dockerOk('images', '-q')).split('\n')[0] as string)) as { RootFS: { Layers: string[] }; Architecture: string }[];
    expect(view?.RootFS.Layers.slice(0, 2)).toEqual([`sha256:${sha(layer('a'))}`, `sha256:${sha(layer('b'))}`]);
    expect(view?.Architecture).toBe('amd64');
  });

  test.each(['gzip', 'zstd'])('a whole archive compressed with %s, several images at once', async (tool) => {
    const two = ociArchive([image, { ...image, name: 'other:2', layers: [layer('a'), layer('c')] }], { docker: true });
    const path = file('two.tar', two);
    execFileSync(tool, ['-qkf', path]);
    const said = await engine.dockerOk('load', '-i', `${path}.${tool === 'gzip' ? 'gz' : 'zst'}`);
    expect(said.split('\n').sort()).toEqual(['Loaded image: made:1', 'Loaded image: other:2']);
    expect(stored('layers')).toHaveLength(3);
  });

  test.each<[string, Buffer | (() => Buffer), RegExp]>([
    ['no archive at all', Buffer.from('hello, this is no archive'.repeat(100)), /not a whole tar archive/],
    ['no list of images', makeTar([{ path: 'x', content: 'y' }]), /no image archive: it has neither manifest.json nor index.json/],
    ['cut short', oldDockerArchive(image).subarray(0, 2600), /not a whole tar archive|lacks/],
    ['a layer that is not what its configuration says', () => {
      const text = oldDockerArchive(image);
      const at = text.indexOf('a', text.indexOf(layer('a').subarray(0, 512)) + 512);
      text[at] = 'A'.charCodeAt(0);
      return text;
    }, /invalid diffID for layer 0: expected "sha256:/],
    ['an entry above the archive', makeTar([{ path: '../../evil', content: 'x' }]), /points outside of it/],
    ['a layer with an entry above it', oldDockerArchive({ ...image, layers: [makeTar([{ path: '../../../../evil', content: 'x' }])] }), /entry "..\/..\/..\/..\/evil" that points outside/],
  ])('%s is refused in one sentence and leaves nothing', async (_name, bad, message) => {
    const result = await engine.docker('load', '-i', file('bad.tar', typeof bad === 'function' ? bad() : bad));
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(message);
    await expect.poll(() => [...stored('layers'), ...stored('content/ingest'), ...stored('content/blobs/sha256'), ...stored('trash')]).toEqual([]);
  });
});

test('import makes an image of a root file system, with changes', async () => {
  const said = await engine.dockerOk('import', '-c', 'CMD ["/bin/hello", "w"]', '-c', 'ENV A=1 B="2 3"', '-c', 'EXPOSE 80 53/udp', '-c', 'LABEL x=y', '-m', 'mine', file('root.tar', layer('bin/hello')), 'imported:1');
  expect(said).toBe(await idOf('imported:1'));
  const [view] = JSON.parse(await engine.dockerOk('image', 'inspect', 'imported:1')) as { Config: Record<string, unknown>; Comment: string }[];
  expect(view).toMatchObject({ Comment: 'mine', Config: { Cmd: ['/bin/hello', 'w'], Env: ['A=1', 'B=2 3'], ExposedPorts: { '80/tcp': {}, '53/udp': {} }, Labels: { x: 'y' } } });
  expect((await engine.docker('import', '-c', 'COPY a b', file('root.tar', layer('x')))).stderr).toContain('COPY is not a valid change command');
});

test('names: tag, move, list with filters, remove by name and by id with Docker\'s words', async () => {
  await engine.dockerOk('load', '-i', file('one.tar', oldDockerArchive({ name: 'one:1', layers: [layer('a')] })));
  await engine.dockerOk('load', '-i', file('two.tar', oldDockerArchive({ name: 'two:1', layers: [layer('a'), layer('b')] })));
  const [one, two] = [await idOf('one:1'), await idOf('two:1')];
  await engine.dockerOk('tag', 'one:1', 'registry.example:5000/deep/path/one:x');
  expect(await engine.dockerOk('images', '-q', '--no-trunc', '-f', 'reference=registry.example:5000/*/*/one')).toBe(one);
  expect(await engine.dockerOk('images', '-q', '-f', 'reference=*:1')).toContain('\n');
  expect((await engine.docker('rmi', one.slice(7, 19))).stderr).toContain('(must be forced) - image is referenced in multiple repositories');
  expect(await engine.dockerOk('rmi', 'registry.example:5000/deep/path/one:x')).toBe('Untagged: registry.example:5000/deep/path/one:x');
  await engine.dockerOk('tag', 'two:1', 'one:1'); // moves: the first image is dangling now
  expect(await engine.dockerOk('images', '-q', '--no-trunc', '-f', 'dangling=true')).toBe(one);
  const said = await engine.dockerOk('image', 'prune', '-f');
  expect(said).toContain(one);
  expect((await engine.dockerOk('rmi', 'one:1', 'two:1')).split('\n')).toContain(`Deleted: ${two}`);
  expect((await engine.docker('rmi', 'two:1')).stderr).toContain('No such image: two:1');
  expect((await engine.docker('tag', 'a', 'UPPER')).stderr).toMatch(/must be lowercase/);
});

test('push and pull keep every digest, for this engine and for skopeo', async () => {
  await engine.dockerOk('load', '-i', file('gz.tar', ociArchive([{ name: 'gz:1', layers: [layer('a', 'x'.repeat(300_000)), layer('b')], compression: 'gzip' }])));
  const name = `${registry.address}/team/gz:1`;
  await engine.dockerOk('tag', 'gz:1', name);
  const pushed = /digest: (sha256:\S+)/.exec(await engine.dockerOk('push', name))?.[1];
  const source = `docker://${name}`;
  const witness = await engine.inNetns('skopeo', 'inspect', '--raw', '--tls-verify=false', source);
  expect(`sha256:${sha(Buffer.from(witness.stdout))}`).toBe(pushed);
  const id = await idOf(name);
  await engine.dockerOk('rmi', '-f', id);
  expect(stored('layers')).toEqual([]);
  const said = await engine.dockerOk('pull', name);
  expect(said).toContain(`Digest: ${pushed}`);
  expect(said).toContain(`Status: Downloaded newer image for ${name}`);
  expect(await idOf(name)).toBe(id);
  expect(await engine.dockerOk('pull', name)).toContain('Status: Image is up to date');
  expect(await idOf(`${registry.address}/team/gz@${pushed}`)).toBe(id);
  // to another repository: layers are mounted, the manifest is the same byte for byte
  await engine.dockerOk('tag', name, `${registry.address}/other/gz:2`);
  const again = await engine.dockerOk('push', `${registry.address}/other/gz:2`);
  expect(again).toContain('Mounted from team/gz');
  expect(again).toContain(pushed);
  expect((await engine.docker('pull', `${registry.address}/team/gz:none`)).stderr).toContain(`manifest for ${registry.address}/team/gz:none not found: manifest unknown: manifest unknown`);
  // skopeo's copy of what it finds there comes back the same
  await engine.inNetns('skopeo', 'copy', '--insecure-policy', '--src-tls-verify=false', '--dest-tls-verify=false', '--preserve-digests', source, `docker://${registry.address}/by/skopeo:1`);
  expect(await engine.dockerOk('pull', `${registry.address}/by/skopeo:1`)).toContain(`Digest: ${pushed}`);
});

test('a registry is browsed without pulling', async () => {
  await engine.dockerOk('load', '-i', file('b.tar', oldDockerArchive({ name: `${registry.address}/browse/me:1.10`, layers: [layer('a'), layer('b')] })));
  await engine.dockerOk('tag', `${registry.address}/browse/me:1.10`, `${registry.address}/browse/me:1.9`);
  await engine.dockerOk('push', '-a', `${registry.address}/browse/me`);
  await engine.dockerOk('rmi', '-f', await idOf(`${registry.address}/browse/me:1.9`));
  const at = `/gantry/registries/${registry.address}`;
  expect((await engine.api<{ repositories: string[] }>('GET', `${at}/repositories?filter=brow`)).json).toEqual({ repositories: ['browse/me'], isCut: false });
  expect((await engine.api('GET', `${at}/tags/browse/me`)).json).toEqual({ name: 'browse/me', tags: ['1.9', '1.10'] });
  const remote = await engine.api<{ platforms: { layers: { sizeBytes: number }[]; config: { architecture: string } }[] }>('GET', `/gantry/registry-image/${registry.address}/browse/me:1.9`);
  expect(remote.json.platforms[0]?.layers).toHaveLength(2);
  expect(remote.json.platforms[0]?.config.architecture).toBe('amd64');
  expect((await engine.api('GET', `/distribution/${registry.address}/browse/me:1.9/json`)).json).toMatchObject({ Descriptor: { mediaType: expect.stringContaining('manifest') }, Platforms: [{ os: 'linux', architecture: 'amd64' }] });
  expect((await engine.api('GET', '/images/json')).json).toEqual([]);
});

test('save gives an archive that Docker, skopeo and this engine read, for several names with shared layers', async () => {
  await engine.dockerOk('load', '-i', busyboxArchive('busybox:test'));
  await engine.dockerOk('load', '-i', file('gz.tar', ociArchive([{ name: 'gz:1', layers: [layer('a'), layer('b')], compression: 'gzip' }])));
  const path = join(folder, 'saved.tar');
  await engine.dockerOk('save', '-o', path, 'busybox:test', 'gz:1');
  const before = [await idOf('busybox:test'), await idOf('gz:1')];
  for (const kind of ['docker-archive', 'oci-archive']) {
    const { code, stderr } = await engine.inNetns('skopeo', 'inspect', kind === 'docker-archive' ? `${kind}:${path}:docker.io/library/gz:1` : `${kind}:${path}:1`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }
  await engine.dockerOk('rmi', '-f', ...before);
  await engine.dockerOk('load', '-i', path);
  expect([await idOf('busybox:test'), await idOf('gz:1')]).toEqual(before);
});

test('killed at random moments of load and removal, the engine finds itself whole again', async () => {
  const big = file('big.tar', oldDockerArchive({ name: 'big:1', layers: Array.from({ length: 4 }, (_, index) => makeTar(Array.from({ length: 60 }, (_entry, at) => ({ path: `d${index}/f${at}`, content: randomBytes(16_384) })))) }));
  await engine.dockerOk('load', '-i', file('keep.tar', oldDockerArchive({ name: 'keep:1', layers: [layer('kept')] })));
  for (let round = 0; round < 3; round++) {
    const command = engine.dockerSpawn(...(round % 2 === 0 ? ['load', '-q', '-i', big] : ['rmi', '-f', 'big:1']));
    await new Promise((resolve) => setTimeout(resolve, 20 + 45 * round));
    await engine.kill9();
    await new Promise((resolve) => { if (command.exitCode === null) command.on('exit', resolve); else resolve(null); });
    await engine.start();
    expect((await engine.docker('image', 'inspect', 'keep:1')).code).toBe(0);
    if (round % 2 === 0) await engine.dockerOk('load', '-q', '-i', big);
  }
  await engine.stop();
  expect(check().stdout).toBe(`ok: ${engine.dataRoot}\n`);
  writeFileSync(join(engine.dataRoot, 'content/blobs/sha256', 'f'.repeat(64)), 'wrong');
  expect(check()).toMatchObject({ status: 1, stdout: expect.stringMatching(/blob sha256:f+ is damaged[\s\S]*orphan blob/) });
  await engine.start();
  expect(readFileSync(join(engine.dataRoot, 'version'), 'utf8')).toBe('1\n');
});

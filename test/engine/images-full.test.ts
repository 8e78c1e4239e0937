// A disk that is full in the middle of a load, a pull and a build: a clear error, nothing half-made, the space given back.
import { randomBytes } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ociArchive } from '../layers/archives.ts';
import { makeTar } from '../layers/oracle.ts';
import { busyboxArchive, startRegistry, startTestEngine, type TestEngine, type TestRegistry } from './harness.ts';

const FULL = /no space left/i;
const SLACK_BYTES = 1024 * 1024; // records, logs

let folder: string;
let files: string;
let engine: TestEngine;
let registry: TestRegistry;
let freeBytes: number;
beforeAll(async () => {
  files = mkdtempSync(join(tmpdir(), 'gantry-full-files-'));
  folder = mkdtempSync(join(tmpdir(), 'gantry-full-'));
  mkdirSync(join(folder, 'data'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', join(folder, 'data')]);
  engine = await startTestEngine({ folder });
  registry = await startRegistry({ netns: engine.netns });
  const name = `${registry.address}/large:1`;
  writeFileSync(join(files, 'large.tar'), ociArchive([{ name, layers: [makeTar([{ path: 'first', content: randomBytes(4 << 20) }]), makeTar([{ path: 'rest', content: randomBytes(24 << 20) }])], compression: 'gzip', platform: { os: 'linux', architecture: 'amd64' } }]));
  await engine.inNetns('skopeo', 'copy', '--insecure-policy', '--dest-tls-verify=false', `oci-archive:${join(files, 'large.tar')}`, `docker://${name}`);
  await engine.dockerOk('load', '-q', '-i', busyboxArchive('small:1'));
  freeBytes = free();
});
afterAll(async () => {
  await engine?.stop();
  const { stdout } = spawnSync('node_modules/.bin/node', ['src/engine/daemon.ts', 'check', '--data-root', engine.dataRoot], { encoding: 'utf8' });
  await registry?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
  for (const path of [files, folder]) rmSync(path, { recursive: true, force: true });
  expect(stdout).toMatch(/^ok: /);
});

function free(): number {
  const { bavail, bsize } = statfsSync(engine.dataRoot);
  return bavail * bsize;
}
const everythingBack = async () => {
  await expect.poll(() => freeBytes - free(), { timeout: 5000 }).toBeLessThan(SLACK_BYTES);
  expect(await engine.dockerOk('images', '--format', '{{.Repository}}:{{.Tag}}')).toBe('small:1');
  expect(await engine.dockerOk('run', '--rm', '--network', 'none', 'small:1', 'echo', 'still works')).toBe('still works');
};

test('load', async () => {
  const { code, stderr } = await engine.docker('load', '-q', '-i', join(files, 'large.tar'));
  expect(code).toBe(1);
  expect(stderr).toMatch(FULL);
  await everythingBack();
});

test('pull', async () => {
  const { code, stderr } = await engine.docker('pull', `${registry.address}/large:1`);
  expect(code).toBe(1);
  expect(stderr).toMatch(FULL);
  await everythingBack();
});

test('build', async () => {
  const context = join(files, 'context');
  mkdirSync(context);
  writeFileSync(join(context, 'Dockerfile'), 'FROM small:1\nRUN dd if=/dev/urandom of=/big bs=1M count=60\n');
  const { code, stderr, stdout } = await engine.docker('build', '--network', 'none', '-t', 'never:1', context);
  expect(code).not.toBe(0);
  expect(`${stdout}${stderr}`).toMatch(FULL);
  await everythingBack();
});

test('removing an image needs no space', async () => {
  writeFileSync(join(files, 'medium.tar'), ociArchive([{ name: 'medium:1', layers: [makeTar([{ path: 'm', content: randomBytes(4 << 20) }])], compression: 'gzip', platform: { os: 'linux', architecture: 'amd64' } }]));
  await engine.dockerOk('load', '-q', '-i', join(files, 'medium.tar'));
  spawnSync('dd', ['if=/dev/zero', `of=${join(engine.dataRoot, 'filler')}`, 'bs=64k']);
  expect(free()).toBe(0);
  const said = await engine.dockerOk('rmi', 'medium:1');
  expect(said).toContain('Untagged: medium:1');
  expect(said).toContain('Deleted: sha256:');
  await expect.poll(free).toBeGreaterThan(4 << 20);
  rmSync(join(engine.dataRoot, 'filler'));
  await everythingBack();
});

test('commit', async () => {
  await engine.dockerOk('run', '--name', 'writer', '--network', 'none', 'small:1', 'dd', 'if=/dev/urandom', 'of=/big', 'bs=1M', 'count=22');
  const { code, stderr } = await engine.docker('commit', 'writer', 'never:2');
  expect(code).toBe(1);
  expect(stderr).toMatch(FULL);
  await engine.dockerOk('rm', 'writer');
  await everythingBack();
});

// Volumes with real mounts: what containers see, what stays, plugins and encryption with their real partners.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyboxArchive, startTestEngine, type TestEngine } from './harness.ts';

let engine: TestEngine;
const folder = mkdtempSync(join(tmpdir(), 'gantry-volumes-'));
const run = (...args: string[]) => engine.docker('run', '--rm', ...args);
const sh = async (script: string, ...options: string[]) => (await run(...options, 'busybox:test', 'sh', '-c', script)).stdout.trim();

beforeAll(async () => {
  engine = await startTestEngine();
  await engine.dockerOk('load', '-i', busyboxArchive());
}, 60_000);

afterAll(async () => {
  await engine?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('mounts', () => {
  test('a new volume gets what the image has there, keeps what is written, and can be read-only', async () => {
    expect(await sh('cat /etc/passwd | head -1; echo new > /etc/mine', '-v', 'conf:/etc')).toContain('root:x:0:0');
    expect(await sh('cat /d/mine; touch /d/no || echo refused', '-v', 'conf:/d:ro')).toBe('new\nrefused');
    expect(await sh('ls /d', '-v', 'bare:/d:nocopy')).toBe('');
    expect(await sh('cat /one', '--mount', 'type=volume,src=conf,dst=/one,volume-subpath=mine')).toBe('new');
  }, 30_000);

  test('a single file of the host can be bound, also read-only', async () => {
    const file = join(folder, 'one');
    writeFileSync(file, 'of the host\n');
    expect(await sh('cat /one; echo x > /one || echo refused', '-v', `${file}:/one:ro`)).toBe('of the host\nrefused');
    expect(await sh('echo written > /one; cat /one', '-v', `${file}:/one`)).toBe('written');
  });

  test('a link inside a volume does not lead a subpath out of it', async () => {
    await sh('ln -s /etc/passwd /d/out; ln -s ../../../../../../etc /d/up', '-v', 'links:/d');
    for (const path of ['out', 'up']) expect((await run('--mount', `type=volume,src=links,dst=/x,volume-subpath=${path}`, 'busybox:test', 'true')).stderr).toContain('escapes the base directory');
  }, 30_000);

  test('an empty folder of a volume gets what the image has where it is mounted', async () => {
    await sh('mkdir /d/etc', '-v', 'parts:/d:nocopy');
    expect(await sh('head -1 /etc/passwd', '--mount', 'type=volume,src=parts,dst=/etc,volume-subpath=etc')).toContain('root:x:0:0');
  });

  test('a bind that is not recursive shows nothing that is mounted below', async () => {
    const below = join(folder, 'outer', 'below');
    mkdirSync(below, { recursive: true });
    await engine.inNetns('mount', '-t', 'tmpfs', 't', below);
    try {
      writeFileSync(join(below, 'file'), '');
      expect(await sh('ls /o/below', '--mount', `type=bind,src=${join(folder, 'outer')},dst=/o,readonly`)).toBe('file');
      expect(await sh('ls /o/below', '--mount', `type=bind,src=${join(folder, 'outer')},dst=/o,readonly,bind-recursive=disabled`)).toBe('');
    } finally {
      await engine.inNetns('umount', below);
    }
  });

  test('binds, tmpfs and the volumes of another container', async () => {
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'src', 'file'), 'bound');
    expect(await sh('cat /s/file; echo back > /s/out', '-v', `${join(folder, 'src')}:/s`)).toBe('bound');
    expect(readFileSync(join(folder, 'src', 'out'), 'utf8')).toBe('back\n');
    expect(await sh('df /t | tail -1', '--mount', 'type=tmpfs,dst=/t,tmpfs-size=1m')).toMatch(/tmpfs\s+1024/);
    await engine.dockerOk('create', '--name', 'holder', '-v', 'conf:/shared', 'busybox:test');
    expect(await sh('cat /shared/mine; touch /shared/no || echo refused', '--volumes-from', 'holder:ro')).toBe('new\nrefused');
    const copied = await engine.inNetns('sh', '-c', `curl -s --unix-socket ${engine.socketPath} 'http://x/containers/holder/archive?path=/shared' | tar -t`);
    expect(copied.stdout.split('\n')).toContain('shared/mine'); // the folder's own name, although it is the root of a mount
    await engine.dockerOk('rm', 'holder');
  }, 30_000);

  test('a missing source of --mount is an error, of -v a new folder', async () => {
    expect((await run('--mount', `type=bind,src=${join(folder, 'none')},dst=/x`, 'busybox:test', 'true')).stderr).toContain(`bind source path does not exist: ${join(folder, 'none')}`);
    expect((await run('-v', `${join(folder, 'made')}:/x`, 'busybox:test', 'true')).code).toBe(0);
    expect(existsSync(join(folder, 'made'))).toBe(true);
  }, 30_000);
});

describe('the life of a volume', () => {
  test('it cannot go while a container has it; anonymous ones go with their container when asked', async () => {
    await engine.dockerOk('create', '--name', 'user', '-v', 'conf:/d', '-v', '/anonymous', 'busybox:test');
    expect((await engine.docker('volume', 'rm', 'conf')).stderr).toContain('volume is in use');
    expect((await engine.dockerOk('volume', 'ls', '-q')).split('\n').some((name) => /^[0-9a-f]{64}$/.test(name))).toBe(true);
    await engine.dockerOk('rm', '-v', 'user');
    expect((await engine.dockerOk('volume', 'ls', '-q')).split('\n').some((name) => /^[0-9a-f]{64}$/.test(name))).toBe(false);
    await engine.dockerOk('volume', 'rm', 'conf');
  }, 30_000);

  test.each([
    [['create', 'a/b'], 'includes invalid characters for a local volume name'],
    [['create', '-o', 'foo=bar', 'zz'], 'invalid option: "foo"'],
    [['create', '-d', 'nowhere', 'zz'], 'plugin "nowhere" not found'],
    [['rm', 'nope'], 'no such volume'],
  ])('docker volume %j is refused', async (args, message) => expect((await engine.docker('volume', ...args)).stderr).toContain(message));

  test('options of the local driver are mounted while it is used', async () => {
    await engine.dockerOk('volume', 'create', '-o', 'type=tmpfs', '-o', 'device=tmpfs', '-o', 'o=size=1m', 'fast');
    expect(await sh('df /d | tail -1', '-v', 'fast:/d')).toMatch(/tmpfs\s+1024/);
    expect(engine.leftovers()).toEqual([]);
    await engine.dockerOk('volume', 'rm', 'fast');
  }, 30_000);
});

test('an encrypted volume is unreadable on disk, refuses a wrong key, and works with the right one', async () => {
  await engine.dockerOk('volume', 'create', '-o', 'encryption=gocryptfs', 'secret');
  expect((await run('-v', 'secret:/d', 'busybox:test', 'true')).stderr).toContain('volume secret is locked');
  expect((await engine.api('POST', '/gantry/volumes/secret/unlock', { key: 'right' })).status).toBe(204);
  expect((await engine.api('POST', '/gantry/volumes/secret/unlock', { key: 'wrong' })).status).toBe(403);
  expect(await sh('echo clear-text > /d/f; cat /d/f', '-v', 'secret:/d')).toBe('clear-text');
  const stored = await engine.inNetns('grep', '-r', 'clear-text', join(engine.dataRoot, 'volumes', 'data', 'secret'));
  expect(stored.stdout).toBe('');
  await engine.dockerOk('volume', 'rm', 'secret');
}, 30_000);

test('a plugin of others: rclone keeps the files in its remote', async () => {
  const plugins = join(engine.runRoot, 'plugins');
  mkdirSync(plugins, { recursive: true });
  mkdirSync(join(folder, 'cache'));
  const rclone: ChildProcess = spawn('rclone', ['serve', 'docker', '--socket-addr', join(plugins, 'rclone.sock'), '--base-dir', join(folder, 'mounts'), '--config', '/dev/null', '--cache-dir', join(folder, 'cache')], { stdio: 'ignore' });
  try {
    for (let round = 0; round < 100 && !existsSync(join(plugins, 'rclone.sock')); round++) await new Promise((next) => setTimeout(next, 50));
    const remote = join(folder, 'remote');
    mkdirSync(remote);
    await engine.dockerOk('volume', 'create', '-d', 'rclone', '-o', `remote=:local:${remote}`, '-o', 'vfs-cache-mode=off', 'cloud');
    expect(await engine.dockerOk('volume', 'ls', '--format', '{{.Driver}} {{.Name}}')).toContain('rclone cloud');
    expect(await sh('echo far > /d/f; cat /d/f', '-v', 'cloud:/d')).toBe('far');
    expect(readFileSync(join(remote, 'f'), 'utf8')).toBe('far\n');
    await engine.dockerOk('volume', 'rm', 'cloud');
  } finally {
    rclone.kill();
  }
  expect((await engine.docker('volume', 'create', '-d', 'rclone', 'gone')).code).not.toBe(0);
}, 30_000);

test('a volume goes out as a tar stream and into another; the engine leaves nothing mounted', async () => {
  await sh('echo content > /d/f; mkdir /d/sub; chown 33:34 /d/sub', '-v', 'from:/d');
  await engine.dockerOk('volume', 'create', 'to');
  const curl = (...args: string[]) => engine.inNetns('curl', '-sS', '--fail', '--unix-socket', engine.socketPath, ...args);
  expect((await curl('-o', join(folder, 'v.tar'), 'http://x/gantry/volumes/from/archive')).code).toBe(0);
  expect((await curl('-T', join(folder, 'v.tar'), 'http://x/gantry/volumes/to/archive')).code).toBe(0);
  expect(await sh('cat /d/f; stat -c %u:%g /d/sub', '-v', 'to:/d')).toBe('content\n33:34');
  expect(engine.leftovers()).toEqual([]);
}, 30_000);

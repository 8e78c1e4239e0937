// The engine as a program: what it says and how it exits when something is wrong with its arguments or folders.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { busyboxArchive, startTestEngine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-daemon-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const daemon = (...args: string[]) => {
  const result = spawnSync('node_modules/.bin/node', ['src/engine/daemon.ts', ...args], { encoding: 'utf8', timeout: 20_000 });
  return { code: result.status, said: result.stderr };
};
const where = (name: string) => ['--data-root', join(folder, name), '--run-root', join(folder, `${name}-run`), '--socket', join(folder, `${name}.sock`)];

test('unknown flags and commands are refused with the usage and exit code 2', () => {
  for (const args of [['--data-rot', '/tmp/x'], ['fly'], ['--log-level', 'loud']]) {
    const { code, said } = daemon(...args);
    expect(code).toBe(2);
    expect(said).toContain('usage: gantry-engine');
  }
});

test('a data root of a newer version is left alone', () => {
  execFileSync('mkdir', ['-p', join(folder, 'newer')]);
  writeFileSync(join(folder, 'newer/version'), '99\n');
  const { code, said } = daemon(...where('newer'));
  expect(code).toBe(1);
  expect(said).toContain('has format 99, this engine knows 1: use a newer Gantry or another --data-root');
});

test('a data root that cannot be made says what to do', () => {
  writeFileSync(join(folder, 'file'), '');
  const { code, said } = daemon('--data-root', join(folder, 'file/data'), '--run-root', join(folder, 'r'), '--socket', join(folder, 'x.sock'));
  expect(code).toBe(1);
  expect(said).toContain('choose another with --data-root');
});

test('a folder that no file system can hold is refused at once', () => {
  const [data, run] = [join(folder, 'd'), join(folder, 'r')];
  for (const [args, flag] of [[['--data-root', '/proc/x', '--run-root', run], '--data-root'], [['--data-root', data, '--run-root', '/proc/x'], '--run-root'], [['--data-root', data, '--run-root', run, '--socket', '/proc/x/s'], '--socket']] as const) {
    expect(daemon(...args)).toMatchObject({ code: 1, said: expect.stringContaining(`choose another with ${flag}`) });
  }
});

test('a data root that cannot carry overlays is refused before any container meets it', () => {
  const overlay = join(folder, 'overlay');
  const layer = (name: string) => join(overlay, name);
  execFileSync('mkdir', ['-p', overlay]);
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', overlay]);
  execFileSync('mkdir', ['lower', 'upper', 'work', 'data'].map(layer));
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', `lowerdir=${layer('lower')},upperdir=${layer('upper')},workdir=${layer('work')}`, layer('data')]);
  const { code, said } = daemon('--data-root', layer('data'), '--run-root', join(folder, 'overlay-run'));
  expect({ code, said, left: readdirSync(layer('data')) }).toMatchObject({ code: 1, said: expect.stringMatching(/lies on overlayfs.*--data-root/), left: expect.not.arrayContaining(['overlay-probe']) });
  execFileSync('umount', [layer('data'), overlay]);
});

test('a machine without a container runtime says which to install', () => {
  const hide = 'mount --bind /dev/null /usr/bin/crun && mount --bind /dev/null /usr/sbin/runc && exec "$@"';
  const result = spawnSync('unshare', ['--mount', 'sh', '-c', hide, 'sh', 'node_modules/.bin/node', 'src/engine/daemon.ts', ...where('bare')], { encoding: 'utf8', timeout: 20_000 });
  expect(result).toMatchObject({ status: 1, stderr: expect.stringContaining('no container runtime works here: install crun or runc') });
});

test('SIGTERM is obeyed while the engine still starts', async () => {
  const child = spawn('node_modules/.bin/node', ['src/engine/daemon.ts', ...where('early'), '--log-level', 'debug'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const told = Promise.withResolvers<void>();
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => { if ((said += String(chunk)).includes('starting')) told.resolve(); });
  await told.promise;
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('a second engine on the same data root or socket is refused, and a dead one leaves nothing in the way', async () => {
  await using engine = await startTestEngine();
  const second = daemon('--data-root', engine.dataRoot, '--run-root', engine.runRoot, '--socket', join(folder, 'two.sock'));
  expect(second).toMatchObject({ code: 1, said: expect.stringContaining('another engine is using the data root') });
  const third = daemon('--data-root', join(folder, 'third'), '--run-root', join(folder, 'third-run'), '--socket', engine.socketPath);
  expect(third).toMatchObject({ code: 1, said: expect.stringContaining('an engine already answers') });
  await engine.kill9();
  await engine.start();
  expect((await engine.api('GET', '/_ping')).body).toBe('OK');
  expect(await engine.stop()).toBe(0);
});

test('an open terminal does not keep the engine from stopping, and the container runs on', async () => {
  await using engine = await startTestEngine();
  await engine.dockerOk('load', '-i', busyboxArchive('busybox:test'));
  await engine.dockerOk('run', '-d', '--network', 'none', '--name', 'one', 'busybox:test', 'sleep', '1000');
  const inside = engine.dockerSpawn('exec', '-i', 'one', 'sh', '-c', 'echo open; cat');
  await once(inside.stdout as NodeJS.ReadableStream, 'data');
  expect(await engine.stop()).toBe(0);
  await engine.start();
  expect(await engine.dockerOk('inspect', '-f', '{{.State.Running}}', 'one')).toBe('true');
});

// The story a newcomer should read first: a real image comes from a registry, becomes a container, outlives the engine's
// death and leaves nothing when it goes.
import { expect, test } from 'vitest';
import { busyboxArchive, startRegistry, startTestEngine } from './harness.ts';

const SCRIPT = 'i=0; while :; do echo line $i; i=$((i+1)); sleep 0.05; done';

test('pull, run, log, kill -9 the engine, restart, still running, stop, remove, nothing left', async () => {
  await using engine = await startTestEngine();
  await using registry = await startRegistry({ netns: engine.netns });
  const reference = `${registry.address}/team/busybox:1`;

  // A registry needs content: load an archive, push it, forget it.
  expect(await engine.dockerOk('load', '-i', busyboxArchive('busybox:seed'))).toBe('Loaded image: busybox:seed');
  await engine.dockerOk('tag', 'busybox:seed', reference);
  await engine.dockerOk('push', '-q', reference);
  await engine.dockerOk('rmi', 'busybox:seed', reference);
  expect(await engine.dockerOk('images', '-q')).toBe('');

  // Pull and run.
  await engine.dockerOk('pull', '-q', reference);
  const id = await engine.dockerOk('run', '-d', '--name', 'story', '--network', 'none', reference, 'sh', '-c', SCRIPT);
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  await expect.poll(() => engine.dockerOk('logs', 'story'), { timeout: 5000 }).toContain('line 3');
  const pid = await engine.dockerOk('inspect', '-f', '{{.State.Pid}}', 'story');

  // The engine dies; the container does not notice, and one that ends meanwhile keeps its exit code.
  await engine.dockerOk('run', '-d', '--name', 'ends', '--network', 'none', reference, 'sh', '-c', 'sleep 0.5; exit 42');
  await engine.kill9();
  await new Promise((next) => setTimeout(next, 900));
  await engine.start();
  expect(await engine.dockerOk('inspect', '-f', '{{.State.Status}} {{.State.Pid}}', 'story')).toBe(`running ${pid}`);
  expect(await engine.dockerOk('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', 'ends')).toBe('exited 42');
  const lines = (await engine.dockerOk('logs', 'story')).split('\n').map((line) => Number(line.split(' ')[1]));
  expect(lines.length).toBeGreaterThan(10);
  expect(lines).toEqual(lines.map((_, index) => index)); // no line lost, none twice

  // Stop and remove; the kernel and the disk are as before.
  await engine.dockerOk('stop', '-t', '1', 'story');
  expect(await engine.dockerOk('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', 'story')).toBe('exited 137');
  await engine.dockerOk('rm', 'story', 'ends');
  expect(await engine.dockerOk('ps', '-aq')).toBe('');
  expect(engine.leftovers()).toEqual([]);
  await engine.dockerOk('rmi', reference);
  expect(await engine.dockerOk('images', '-aq')).toBe('');
}, 60_000);

test('docker run --rm prints, passes the exit code on and leaves nothing', async () => {
  await using engine = await startTestEngine();
  await engine.dockerOk('load', '-q', '-i', busyboxArchive());
  expect(await engine.dockerOk('run', '--rm', '--network', 'none', 'busybox:test', 'echo', 'hello')).toBe('hello');
  expect(await engine.docker('run', '--rm', '--network', 'none', 'busybox:test', 'sh', '-c', 'echo oops >&2; exit 7'))
    .toMatchObject({ code: 7, stderr: 'oops\n', stdout: '' });
  expect(await engine.docker('run', '--rm', '--network', 'none', 'busybox:test', 'no-such-command')).toMatchObject({ code: 127 });
  expect(await engine.dockerOk('ps', '-aq')).toBe('');
  expect(engine.leftovers()).toEqual([]);
}, 60_000);

// The life of containers on a real engine: states and their moves, restarts, health, limits, kills.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyboxArchive, startTestEngine, type TestEngine } from './harness.ts';

let engine: TestEngine;
const image = 'busybox:test';
const none = ['--network', 'none'];

beforeAll(async () => {
  engine = await startTestEngine();
  await engine.dockerOk('load', '-i', busyboxArchive(image));
}, 60_000);
afterAll(async () => engine?.[Symbol.asyncDispose]());

const inspect = async (name: string) => (await engine.api<{ Id: string; State: { Status: string; ExitCode: number; OOMKilled: boolean; Pid: number; Error: string }; RestartCount: number }>('GET', `/containers/${name}/json`)).json;

describe('the state machine', () => {
  test('answers docker\'s codes and keeps the history with causes', async () => {
    const { json: { Id: id } } = await engine.api<{ Id: string }>('POST', '/containers/create?name=states', { Image: image, Cmd: ['sh', '-c', 'trap "exit 3" TERM; while :; do sleep 0.05; done'], HostConfig: { NetworkMode: 'none' } });
    const post = async (verb: string) => (await engine.api('POST', `/containers/${id}/${verb}`)).status;
    expect([await post('stop'), await post('kill'), await post('pause'), await post('unpause')]).toEqual([304, 409, 409, 409]);
    expect([await post('start'), await post('start'), await post('pause'), await post('pause'), await post('start')]).toEqual([204, 304, 204, 409, 409]);
    expect((await engine.api('DELETE', `/containers/${id}`)).status).toBe(409);
    expect([await post('unpause'), await post('stop?t=5'), await post('stop')]).toEqual([204, 204, 304]);
    expect((await inspect(id)).State.ExitCode).toBe(3);
    const { json } = await engine.api<{ State: string; Moves: string[]; History: { To: string; Cause: string }[] }>('GET', `/gantry/containers/${id}/history`);
    expect(json.History.map(({ To, Cause }) => `${To}: ${Cause}`)).toEqual(['created: create', 'running: start', 'paused: pause', 'running: unpause', 'exited: stop']);
    expect(json.Moves).toContain('removing');
    expect((await engine.api('DELETE', `/containers/${id}`)).status).toBe(204);
    expect((await engine.api('DELETE', `/containers/${id}`)).status).toBe(404);
  });

  test('input for a container that ends at once harms nobody', async () => {
    const socket = `unix://${engine.socketPath}`;
    const runs = Array.from({ length: 6 }, (_, round) => engine.inNetns('sh', '-c', `docker -H ${socket} run --rm -i --network none ${image} echo ${round} </dev/null`));
    expect((await Promise.all(runs)).map(({ stdout }) => stdout.trim())).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(engine.stderr()).not.toContain('a failure that nobody handled');
  });

  test('force removes what is paused and what its restart policy starts again and again', async () => {
    await engine.dockerOk('run', '-d', '--name', 'frozen', ...none, image, 'sleep', '100');
    await engine.dockerOk('pause', 'frozen');
    await engine.dockerOk('rm', '-f', 'frozen');
    for (let round = 0; round < 4; round++) {
      await engine.dockerOk('run', '-d', '--name', 'again', '--restart', 'always', ...none, image, 'sleep', `0.0${round}`);
      await new Promise((next) => setTimeout(next, 90 + round * 30)); // around the first restart, 100 ms after the first end
      await engine.dockerOk('rm', '-f', 'again');
    }
    expect(await engine.dockerOk('ps', '-aq', '--filter', 'name=frozen', '--filter', 'name=again')).toBe('');
  });

  test('a process that ignores the signal is killed when its grace period is over', async () => {
    await engine.dockerOk('run', '-d', '--name', 'deaf', ...none, image, 'sh', '-c', 'trap "" TERM; while :; do sleep 0.05; done');
    await engine.dockerOk('stop', '-t', '1', 'deaf');
    expect((await inspect('deaf')).State.ExitCode).toBe(137);
    await engine.dockerOk('rm', 'deaf');
  });

  test('out of memory is told from a kill', async () => {
    await engine.docker('run', '--name', 'oom', ...none, '-m', '16m', '--memory-swap', '16m', image, 'tail', '/dev/zero');
    const { State } = await inspect('oom');
    expect({ code: State.ExitCode, oom: State.OOMKilled }).toEqual({ code: 137, oom: true });
    await engine.dockerOk('rm', 'oom');
  });

  test('on-failure starts it again as often as it says', async () => {
    await engine.dockerOk('run', '-d', '--name', 'again', ...none, '--restart', 'on-failure:2', image, 'false');
    await expect.poll(async () => { const { RestartCount, State } = await inspect('again'); return `${RestartCount} ${State.Status}`; }, { timeout: 10_000 }).toBe('2 exited');
    await engine.dockerOk('rm', 'again');
  });

  test('health: starting, healthy, with the last outputs', async () => {
    await engine.dockerOk('run', '-d', '--name', 'health', ...none, '--health-cmd', 'echo checked; test -e /ok', '--health-interval', '100ms', '--health-retries', '2', image, 'sleep', '100');
    const health = async () => (await engine.dockerOk('inspect', '-f', '{{.State.Health.Status}}', 'health'));
    await expect.poll(health, { timeout: 10_000 }).toBe('unhealthy');
    await engine.dockerOk('exec', 'health', 'touch', '/ok');
    await expect.poll(health, { timeout: 10_000 }).toBe('healthy');
    expect(await engine.dockerOk('inspect', '-f', '{{(index .State.Health.Log 0).Output}}', 'health')).toContain('checked');
    await engine.dockerOk('rm', '-f', 'health');
  });

  test('one that starts again and again stays down once it was stopped, at whatever moment', async () => {
    await engine.dockerOk('run', '-d', '--name', 'again', '--restart', 'always', ...none, image, 'false');
    for (const pauseMs of [0, 30, 60, 90, 120]) {
      await new Promise((next) => setTimeout(next, pauseMs));
      await engine.dockerOk('stop', 'again');
      expect(await engine.dockerOk('inspect', '-f', '{{.State.Status}}', 'again')).toBe('exited');
      await engine.dockerOk('start', 'again');
    }
    await engine.dockerOk('rm', '-f', 'again');
  }, 20_000);

  test('limits can be changed while it runs', async () => {
    await engine.dockerOk('run', '-d', '--name', 'limits', ...none, image, 'sleep', '100');
    await engine.dockerOk('update', '--memory', '64m', '--memory-swap', '64m', '--pids-limit', '50', 'limits');
    const { json } = await engine.api<{ cgroups: { limits: Record<string, string> }[] }>('GET', '/gantry/containers/limits/isolation');
    const limits = Object.assign({}, ...json.cgroups.map((cgroup) => cgroup.limits)) as Record<string, string>;
    expect(limits['memory.limit_in_bytes'] ?? limits['memory.max']).toBe(String(64 << 20));
    expect(limits['pids.max']).toBe('50');
    await engine.dockerOk('update', '--cpu-quota', '15000', 'limits');
    await engine.dockerOk('update', '--pids-limit', '-1', '--cpu-quota', '-1', 'limits'); // no limit any more
    expect(await engine.dockerOk('inspect', '-f', '{{.HostConfig.PidsLimit}} {{.HostConfig.CpuQuota}}', 'limits')).toBe('0 -1');
    const lifted = await engine.api<{ cgroups: { limits: Record<string, string> }[] }>('GET', '/gantry/containers/limits/isolation');
    expect(lifted.json.cgroups.map((cgroup) => cgroup.limits['pids.max']).find(Boolean)).toBe('max');
    await engine.dockerOk('rm', '-f', 'limits');
  });
});

test('a link follows the names of both ends', async () => {
  await engine.dockerOk('run', '-d', '--name', 'lank-db', image, 'sleep', '100');
  await engine.dockerOk('create', '--name', 'lank-app', '--link', 'lank-db:mysql', image, 'cat', '/etc/hosts');
  await engine.dockerOk('rename', 'lank-db', 'lank-data');
  await engine.dockerOk('rename', 'lank-app', 'lank-shop');
  expect(await engine.dockerOk('ps', '--filter', 'name=lank-data', '--no-trunc', '--format', '{{.Names}}')).toBe('lank-data,lank-shop/mysql');
  expect(await engine.dockerOk('start', '-a', 'lank-shop')).toContain('mysql');
  await engine.dockerOk('rm', '-f', 'lank-data', 'lank-shop');
}, 20_000);

test('nothing is left when all containers are removed', async () => {
  expect(await engine.dockerOk('ps', '-aq')).toBe('');
  expect(engine.leftovers()).toEqual([]);
});

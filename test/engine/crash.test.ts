// The engine is killed with SIGKILL at random moments of create, start, exec, stop and remove. After a restart every container is
// either fully there or gone, exit codes are true, and nothing is left behind. A bounded number of rounds here; more with
// GANTRY_CRASH_ROUNDS=200.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { busyboxArchive, startTestEngine, type TestEngine } from './harness.ts';

let engine: TestEngine;
let survivorId = '';
const image = 'busybox:test';
const rounds = Number(process.env['GANTRY_CRASH_ROUNDS'] ?? 4);

beforeAll(async () => {
  engine = await startTestEngine();
  await engine.dockerOk('load', '-i', busyboxArchive(image));
});
afterAll(async () => engine?.[Symbol.asyncDispose]());

const create = async (name: string, command: string, host: Record<string, unknown> = {}) =>
  (await engine.api<{ Id: string }>('POST', `/containers/create?name=${name}`, { Image: image, Cmd: ['sh', '-c', command], HostConfig: { NetworkMode: 'none', ...host } })).json.Id;
interface Seen { Id: string; State: { Status: string; ExitCode: number; Pid: number } }
const inspect = async (name: string) => (await engine.api<Seen>('GET', `/containers/${name}/json`)).json;

test('running containers go on, their log is whole, and what ended meanwhile has its true exit code', async () => {
  const lives = await create('lives', 'i=0; while :; do echo $i; i=$((i+1)); sleep 0.01; done');
  const ends = await create('ends', 'sleep 0.7; exit 42');
  const again = await create('again', 'sleep 0.7; exit 1', { RestartPolicy: { Name: 'always' } });
  for (const id of [lives, ends, again]) await engine.api('POST', `/containers/${id}/start`);
  const { Pid } = (await inspect('lives')).State;
  await engine.kill9();
  await sleep(1200);
  const startedMs = performance.now();
  await engine.start();
  expect(performance.now() - startedMs).toBeLessThan(5000);
  expect((await inspect('lives')).State).toMatchObject({ Status: 'running', Pid });
  expect((await inspect('ends')).State).toMatchObject({ Status: 'exited', ExitCode: 42 });
  await expect.poll(async () => (await inspect('again')).State.Status, { timeout: 5000 }).toBe('running');
  const numbers = (await engine.dockerOk('logs', 'lives')).split('\n').map(Number);
  expect(numbers).toEqual(numbers.map((_, index) => index));
  expect(await engine.dockerOk('exec', 'lives', 'echo', 'hi')).toBe('hi');
  await engine.dockerOk('rm', '-f', 'lives', 'ends', 'again');
  expect(engine.leftovers()).toEqual([]);
});

test(`nothing half made after ${rounds} kills at random moments`, async () => {
  survivorId = await create('survivor', 'while :; do sleep 1; done');
  await engine.api('POST', `/containers/${survivorId}/start`);
  const readyMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const work = Array.from({ length: 4 }, (_, lane) => churn(`c${round}x${lane}`).catch(() => {})); // requests die with the engine
    await sleep(30 + Math.random() * 400);
    await engine.kill9();
    await Promise.all(work);
    const startedMs = performance.now();
    await engine.start();
    readyMs.push(Math.round(performance.now() - startedMs));
    await check();
  }
  readyMs.sort((a, b) => a - b);
  console.info(`ready after a kill: median ${readyMs[rounds >> 1]} ms, longest ${readyMs.at(-1)} ms`);
  await engine.dockerOk('rm', '-f', 'survivor');
  await removeAll();
  expect(await traces()).toEqual([]);
}, 60_000 + rounds * 5000);

/** One life after the other until the engine is gone. */
async function churn(name: string): Promise<void> {
  for (let life = 0; ; life++) {
    const id = await create(`${name}l${life}`, 'sleep 0.15; exit 7');
    await engine.api('POST', `/containers/${id}/start`);
    await Promise.all([exec(id, life), exec('survivor', life)]);
    await engine.api('POST', `/containers/${id}/stop?t=1`);
    if (life % 2 === 0) await engine.api('DELETE', `/containers/${id}?force=1`);
  }
}

/** With a terminal every other time; the container may have ended meanwhile. */
async function exec(container: string, life: number): Promise<void> {
  const tty = life % 2 === 1;
  const { json } = await engine.api<{ Id?: string }>('POST', `/containers/${container}/exec`, { Cmd: ['sh', '-c', 'echo in; sleep 0.02; exit 3'], AttachStdout: true, Tty: tty });
  if (json.Id) await engine.api('POST', `/exec/${json.Id}/start`, { Tty: tty });
}

async function check(): Promise<void> {
  await expect.poll(async () => (await inspect('survivor')).State.Status, { timeout: 5000 }).toBe('running');
  const { json: all } = await engine.api<{ Id: string; State: string }[]>('GET', '/containers/json?all=1');
  for (const { Id, State } of all) {
    expect(['created', 'running', 'exited']).toContain(State);
    const seen = await inspect(Id);
    if (State === 'running') expect(existsSync(`/proc/${seen.State.Pid}`)).toBe(true);
    // 7: it came to its end; 137 or 143: stopped before; 0 with `created`: never ran.
    if (State === 'exited') expect([0, 7, 137, 143]).toContain(seen.State.ExitCode);
  }
  const known = new Set(all.map(({ Id }) => Id));
  const running = new Set(all.filter(({ State }) => State === 'running').map(({ Id }) => Id));
  expect(readdirSync(join(engine.dataRoot, 'containers')).filter((id) => !known.has(id))).toEqual([]);
  expect(await engine.dockerOk('exec', 'survivor', 'echo', 'still here')).toBe('still here');
  await expect.poll(() => readdirSync(join(engine.runRoot, 'containers')).filter((id) => !running.has(id)), { timeout: 5000 }).toEqual([]);
  // what execs leave: files in the run folder, a socket for the terminal
  expect(readdirSync(join(engine.runRoot, 'containers', survivorId)).filter((name) => name.startsWith('exec-'))).toEqual([]);
  expect(readdirSync(join(engine.runRoot, 'attach')).filter((name) => !running.has(name))).toEqual([]);
}

async function removeAll(): Promise<void> {
  const { json } = await engine.api<{ Id: string }[]>('GET', '/containers/json?all=1');
  for (const { Id } of json) await engine.api('DELETE', `/containers/${Id}?force=1`);
}

/** Whatever containers leave outside of the engine's memory. */
async function traces(): Promise<string[]> {
  const folders = ['containers', 'exits', 'attach', 'crun', 'netns'].flatMap((name) => {
    const folder = join(engine.runRoot, name);
    return existsSync(folder) ? readdirSync(folder).map((entry) => `${name}/${entry}`) : [];
  });
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').filter((line) => line.includes(engine.runRoot));
  return [...folders, ...mounts, ...engine.leftovers()];
}

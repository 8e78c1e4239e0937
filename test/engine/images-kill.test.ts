// SIGKILL at random moments of pull, load, removal and prune: after a restart the self-check finds nothing, and every image that is
// listed runs. A few rounds here; GANTRY_KILL_ROUNDS=100 for the whole.
import { randomBytes, randomInt } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ociArchive, oldDockerArchive } from '../layers/archives.ts';
import { makeTar } from '../layers/oracle.ts';
import { busyboxArchive, startRegistry, startTestEngine, type TestEngine, type TestRegistry } from './harness.ts';

const ROUNDS = Number(process.env['GANTRY_KILL_ROUNDS'] ?? 4);
const ROUND_MS = 60_000;

let engine: TestEngine;
let registry: TestRegistry;
let folder: string;
let archive: string;
let remote: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-kill-'));
  engine = await startTestEngine();
  registry = await startRegistry({ netns: engine.netns });
  remote = `${registry.address}/killed/remote:1`;
  const base = execFileSync('tar', ['-xOf', busyboxArchive(), 'layer.tar'], { maxBuffer: 64 << 20 });
  const layers = (name: string) => [base, ...Array.from({ length: 4 }, (_, layer) => makeTar(Array.from({ length: 80 }, (_entry, at) => ({ path: `${name}${layer}/f${at}`, content: randomBytes(16_384) }))))];
  archive = join(folder, 'loaded.tar');
  writeFileSync(archive, oldDockerArchive({ name: 'loaded:1', layers: layers('l') }));
  writeFileSync(join(folder, 'remote.tar'), ociArchive([{ name: remote, layers: layers('r'), compression: 'gzip', platform: { os: 'linux', architecture: 'amd64' } }]));
  await engine.dockerOk('load', '-q', '-i', busyboxArchive('keep:1'));
  await engine.dockerOk('create', '--name', 'keeper', 'keep:1');
  await engine.dockerOk('load', '-q', '-i', join(folder, 'remote.tar'));
  await engine.dockerOk('push', '-q', remote);
  await engine.dockerOk('rmi', remote);
}, ROUND_MS);
afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const load = () => engine.dockerOk('load', '-q', '-i', archive);
const pull = () => engine.dockerOk('pull', '-q', remote);
const actions: Record<string, { before: () => Promise<unknown>; argv: () => string[]; longestMs: number }> = {
  load: { before: () => engine.docker('rmi', '-f', 'loaded:1'), argv: () => ['load', '-q', '-i', archive], longestMs: 600 },
  pull: { before: () => engine.docker('rmi', '-f', remote), argv: () => ['pull', '-q', remote], longestMs: 800 },
  rmi: { before: load, argv: () => ['rmi', '-f', 'loaded:1'], longestMs: 80 },
  prune: { before: async () => { await load(); await pull(); }, argv: () => ['image', 'prune', '-af'], longestMs: 120 },
};

async function everyImageRuns(): Promise<string[]> {
  const names = (await engine.dockerOk('images', '--format', '{{.Repository}}:{{.Tag}}')).split('\n').filter(Boolean);
  for (const name of names) await engine.dockerOk('run', '--rm', '--network', 'none', name, '/bin/busybox', 'sh', '-c', 'cat /[lr]?/f* > /dev/null 2>&1; true');
  return names;
}

test.each(Array.from({ length: ROUNDS }, (_, round) => Object.keys(actions)[round % 4] as string).map((name, round) => [round, name] as const))('round %i: %s', async (round, name) => {
  const { before, argv, longestMs } = actions[name] as (typeof actions)[string];
  await before();
  const afterMs = randomInt(longestMs);
  const command = engine.dockerSpawn(...argv());
  const ended = new Promise((resolve) => command.on('exit', resolve));
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  await engine.kill9();
  await ended;
  await engine.start();
  const names = await everyImageRuns();
  expect(names).toContain('keep:1');
  await engine.stop();
  const { stdout, stderr } = spawnSync('node_modules/.bin/node', ['src/engine/daemon.ts', 'check', '--data-root', engine.dataRoot], { encoding: 'utf8' });
  expect({ round, name, afterMs, stdout, stderr }).toMatchObject({ stdout: `ok: ${engine.dataRoot}\n` });
  await engine.start();
  expect(readdirSync(join(engine.dataRoot, 'content/ingest'))).toEqual([]);
}, ROUND_MS);

import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chainIds, digestOf, isDigest, parseDigest, type Digest } from './digest.ts';
import { createEventBus } from './events.ts';
import { readJson, sweepTemporary, writeJson } from './json-file.ts';
import { keyedLocks, limit, singleFlight } from './locks.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'gantry-base-'));
const turn = (ms = 1) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test('chain ids follow the OCI rule', () => {
  const a = `sha256:${'a'.repeat(64)}` as Digest;
  const b = `sha256:${'b'.repeat(64)}` as Digest;
  expect(chainIds([a, b])).toEqual([a, digestOf(`${a} ${b}`)]);
  expect(chainIds([])).toEqual([]);
});

test('only sha256 with 64 lower case hex digits is a digest', () => {
  expect(isDigest(digestOf(''))).toBe(true);
  for (const bad of ['', 'sha256:', `sha256:${'A'.repeat(64)}`, `sha512:${'a'.repeat(64)}`, `sha256:${'a'.repeat(63)}/`]) {
    expect(() => parseDigest(bad)).toThrow('invalid digest');
  }
});

test('a JSON file is replaced whole, and leftovers of a crash are swept', async () => {
  const dir = folder();
  const path = join(dir, 'deep', 'state.json');
  await writeJson(path, { n: 1 });
  await writeJson(path, { n: 2 });
  expect(await readJson(path)).toEqual({ n: 2 });
  writeFileSync(join(dir, 'deep', '.tmp-left'), 'half');
  await sweepTemporary(join(dir, 'deep'));
  expect(readdirSync(join(dir, 'deep'))).toEqual(['state.json']);
});

test('a missing JSON file is undefined, a damaged one is an error that names it', async () => {
  const path = join(folder(), 'x.json');
  expect(await readJson(path)).toBeUndefined();
  writeFileSync(path, '{"n":');
  await expect(readJson(path)).rejects.toThrow(`damaged state file ${path}`);
});

test('one key is worked on by one at a time, in order, even after a failure', async () => {
  const locks = keyedLocks();
  const seen: string[] = [];
  const work = (name: string, fail = false) => locks.run('k', async () => {
    seen.push(`+${name}`);
    await turn();
    seen.push(`-${name}`);
    if (fail) throw new Error(name);
  });
  const results = await Promise.allSettled([work('a', true), work('b'), work('c')]);
  expect(results.map((result) => result.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(seen).toEqual(['+a', '-a', '+b', '-b', '+c', '-c']);
  expect(locks.isHeld('k')).toBe(false);
});

test('a limit is never exceeded and always used', async () => {
  const slots = limit(2);
  let running = 0;
  let most = 0;
  await Promise.all(Array.from({ length: 7 }, () => slots(async () => {
    most = Math.max(most, ++running);
    await turn();
    running--;
  })));
  expect(most).toBe(2);
});

test('those who ask for the same work while it runs share it', async () => {
  const flight = singleFlight<number>();
  let runs = 0;
  const work = async () => { await turn(); return ++runs; };
  expect(await Promise.all([flight('a', work), flight('a', work)])).toEqual([1, 1]);
  expect(await flight('a', work)).toBe(2);
});

test('events reach subscribers and can be read back by time, each with a time of its own', () => {
  let now = 1_700_000_000_000;
  const bus = createEventBus(() => now);
  const seen: string[] = [];
  {
    using _subscription = bus.subscribe((event) => seen.push(event.Action));
    bus.publish('container', 'create', 'c1', { image: 'busybox' });
    bus.publish('container', 'start', 'c1');
  }
  now += 5000;
  bus.publish('container', 'die', 'c1');
  expect(seen).toEqual(['create', 'start']);
  expect(bus.history(1_700_000_001).map((event) => event.Action)).toEqual(['die']);
  const times = bus.history(0).map((event) => event.timeNano);
  expect(new Set(times).size).toBe(3);
  expect(bus.history(0)[0]).toMatchObject({ status: 'create', id: 'c1', from: 'busybox', scope: 'local' });
});

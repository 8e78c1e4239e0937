import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { chainIds, digestOf } from '../base/digest.ts';
import type { Image } from '../needs.ts';
import { openCacheStore, type StepRecord } from './cache-store.ts';
import { checkRunnable } from './foreign.ts';
import { importInlineCache, inlineCache } from './inline-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'gantry-cache-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DIFFS = [digestOf('base'), digestOf('one'), digestOf('two')];
const CHAINS = chainIds(DIFFS);
const record = (key: string, parent: string, at: number, isLayer: boolean): StepRecord => ({ key, parent, chainId: CHAINS[at] ?? null, diffId: isLayer ? (DIFFS[at] ?? null) : null, sizeBytes: at, created: '2026-01-01T00:00:00.000Z', text: key, usedAtMs: 1, uses: 0 });

describe('inline cache', () => {
  it('brings the same records to another machine', async () => {
    const records = [record('a', 'base', 1, true), record('b', 'a', 1, false), record('c', 'b', 2, true)];
    const image = { config: { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: DIFFS }, ...inlineCache(records, 1) } } as unknown as Image;
    mkdirSync(join(folder, 'x'));
    const cache = await openCacheStore(join(folder, 'x'));
    expect(importInlineCache(cache, image)).toBe(3);
    expect(importInlineCache(cache, image)).toBe(0);
    expect(records.map(({ key }) => cache.find(key))).toMatchObject(records.map(({ usedAtMs: _at, ...rest }) => rest));
    await cache.flush();
    const again = await openCacheStore(join(folder, 'x'));
    expect(again.find('c')?.chainId).toBe(CHAINS[2]);
  });
});

describe('openCacheStore', () => {
  it('ignores a line that a crash cut off and goes on after it', async () => {
    writeFileSync(join(folder, 'steps.jsonl'), `${JSON.stringify({ step: record('a', '', 0, true) })}\n{"step":{"key":"b`);
    const cache = await openCacheStore(folder);
    expect([cache.find('a')?.key, cache.find('b')]).toEqual(['a', undefined]);
    cache.add(record('c', 'a', 1, true));
    cache.touch(cache.find('a') as StepRecord);
    await cache.flush();
    const again = await openCacheStore(folder);
    expect([again.find('c')?.parent, again.find('a')?.uses]).toEqual(['a', 1]);
  });
});

describe('checkRunnable', () => {
  const host = { os: 'linux', architecture: 'amd64' };
  it('asks for a handler only where one is needed', () => {
    expect(() => checkRunnable(host, host, folder)).not.toThrow();
    expect(() => checkRunnable({ os: 'linux', architecture: '386' }, host, folder)).not.toThrow();
    expect(() => checkRunnable({ os: 'linux', architecture: 'arm64' }, host, folder)).toThrow('install qemu-user-static');
    writeFileSync(join(folder, 'qemu-aarch64'), 'enabled\n');
    expect(() => checkRunnable({ os: 'linux', architecture: 'arm64' }, host, folder)).not.toThrow();
  });
});

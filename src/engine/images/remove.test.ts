import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf, type Digest } from '../base/digest.ts';
import { createEventBus } from '../base/events.ts';
import { silentLog } from '../base/log.ts';
import { parseReference } from '../registry/reference.ts';
import { prunable } from './prune.ts';
import { removeImage, type ImageUser } from './remove.ts';
import { openImageStore, type ImageStore } from './store.ts';

const digest = (text: string): Digest => digestOf(Buffer.from(text));
const id = digest('image');
const short = id.slice(7, 19);
const manifest = digest('manifest');
const user = (isRunning: boolean): ImageUser => ({ id: 'c'.repeat(64), imageId: id, isRunning });

let folder: string;
let store: ImageStore;
let collected: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-remove-'));
  store = openImageStore({ root: folder, log: silentLog });
  collected = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const add = async (imageId: Digest, names: string[], parent?: Digest) => {
  await store.add({ id: imageId, config: { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [digest('layer')] } }, blobs: [null], manifests: [], sizeBytes: 1, createdAtMs: 0, ...(parent && { parent }) });
  await store.tag(imageId, names.map(parseReference));
};
const collector = {
  collect: async () => { collected++; return { layers: [], blobs: [], bytes: 0 }; },
  released: () => [digest('chain') as string as never],
  [Symbol.asyncDispose]: async () => {},
};
const remove = (name: string, users: ImageUser[] = [], force = false) => removeImage({ store, collector, events: createEventBus(), users: () => users }, name, { force, noPrune: false });
const gone = [{ Deleted: id }, { Deleted: digest('chain') }];

describe('by name', () => {
  test('the last one takes the image; others only the name', async () => {
    await add(id, ['a:1', 'b:1']);
    expect(await remove('a:1')).toEqual([{ Untagged: 'a:1' }]);
    expect(collected).toBe(0);
    expect(await remove('b:1')).toEqual([{ Untagged: 'b:1' }, ...gone]);
    expect(collected).toBe(1);
    await expect(remove('b:1')).rejects.toThrow(/^No such image: b:1$/);
  });

  test('a tag takes the digests of its repository along, also when other repositories keep the image', async () => {
    await add(id, ['a:1', `a@${manifest}`, 'b:1']);
    expect(await remove('a:1')).toEqual([{ Untagged: 'a:1' }, { Untagged: `a@${manifest}` }]);
    expect(store.referencesOf(id)).toHaveLength(1);
  });

  test('containers protect the last name, unless it is forced; a running one keeps the image nameless', async () => {
    await add(id, ['a:1']);
    await expect(remove('a:1', [user(false)])).rejects.toThrow(`conflict: unable to remove repository reference "a:1" (must force) - container ${'c'.repeat(12)} is using its referenced image ${short}`);
    expect(await remove('a:1', [user(true)], true)).toEqual([{ Untagged: 'a:1' }]);
    expect(store.get(id)).toBeDefined();
    await store.tag(id, [parseReference('a:1')]);
    expect(await remove('a:1', [user(false)], true)).toEqual([{ Untagged: 'a:1' }, ...gone]);
  });
});

describe('by id', () => {
  test.each<[string, string[], ImageUser[], RegExp]>([
    ['two tags, even of one repository', ['a:1', 'a:2'], [], /\(must be forced\) - image is referenced in multiple repositories$/],
    ['a stopped container', ['a:1'], [user(false)], /\(must be forced\) - image is being used by stopped container c{12}$/],
  ])('%s must be forced', async (_name, names, users, message) => {
    await add(id, names);
    await expect(remove(short, users)).rejects.toThrow(message);
    expect(store.referencesOf(id)).toHaveLength(names.length);
    expect(await remove(short, users, true)).toEqual([...names.map((name) => ({ Untagged: name })), ...gone]);
  });

  test('one tag and its digest are one name', async () => {
    await add(id, ['a:1', `a@${manifest}`]);
    expect(await remove(id)).toEqual([{ Untagged: 'a:1' }, { Untagged: `a@${manifest}` }, ...gone]);
  });

  test('a running container and children cannot be forced', async () => {
    await add(id, ['a:1']);
    await expect(remove(id, [user(true)], true)).rejects.toThrow('(cannot be forced) - image is being used by running container');
    await add(digest('child'), [], id);
    await expect(remove(id, [], true)).rejects.toThrow('(cannot be forced) - image has dependent child images');
  });
});

test('nameless parents go with their last child', async () => {
  await add(id, []);
  await add(digest('child'), ['child:1'], id);
  expect((await remove('child:1')).filter((line) => 'Deleted' in line && line.Deleted === id)).toHaveLength(1);
});

test('prune takes what no container uses and no other image stands on', async () => {
  await add(id, []);
  await add(digest('named'), ['n:1']);
  expect(prunable({ store, users: () => [user(false)] }, { labels: () => true, references: [] })).toEqual([]);
  expect(prunable({ store, users: () => [] }, { labels: () => true, references: [] }).map((record) => record.id)).toEqual([id]);
  expect(prunable({ store, users: () => [user(false)] }, { labels: () => true, references: [], dangling: false }).map((record) => record.id)).toEqual([digest('named')]);
});

describe('what is on the disk', () => {
  const names = () => JSON.parse(readFileSync(join(folder, 'images/references.json'), 'utf8')) as object;

  test('a removal that a crash cut short is complete after the next opening', async () => {
    await add(id, ['a:1']);
    rmSync(join(folder, 'images', `${id.slice(7)}.json`)); // the record goes first
    const again = openImageStore({ root: folder, log: silentLog });
    expect(() => again.resolve('a:1')).toThrow('No such image: a:1');
    await expect.poll(names).toEqual({});
  });

  test('a name that could not be written is not there in memory either', async () => {
    await add(id, ['a:1']);
    rmSync(join(folder, 'images'), { recursive: true });
    writeFileSync(join(folder, 'images'), ''); // nothing can be written below a file
    await expect(store.tag(id, [parseReference('b:1')])).rejects.toThrow();
    expect(store.referencesOf(id).map(({ path }) => path)).toEqual(['library/a']);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from '../base/digest.ts';
import { silentLog } from '../base/log.ts';
import { familiar, parseReference } from '../registry/reference.ts';
import { selectImages, type ImageFilters } from './show.ts';
import { openImageStore, type ImageStore } from './store.ts';

let folder: string;
let store: ImageStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-show-'));
  store = openImageStore({ root: folder, log: silentLog });
  const images: [string, string, string[]][] = [['old', '2024-01-01', ['one:1', 'one:2', 'team/one:1']], ['new', '2024-02-01', ['host.example:5000/deep/path/two:1']], ['none', '2024-03-01', []]];
  for (const [name, created, names] of images) {
    const id = digestOf(Buffer.from(name));
    await store.add({ id, config: { architecture: 'amd64', os: 'linux', created, config: { Labels: { name } }, rootfs: { type: 'layers', diff_ids: [] } }, blobs: [], manifests: [], sizeBytes: 0, createdAtMs: 0 });
    await store.tag(id, names.map(parseReference));
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const select = (filters: Partial<ImageFilters>) => selectImages(store, { labels: () => true, references: [], ...filters }, { all: true });
const names = (references: string[]) => select({ references }).flatMap((image) => image.references.map(familiar));

test.each<[string[], string[]]>([
  [['one'], ['one:1', 'one:2']],
  [['one:1'], ['one:1']],
  [['*:1'], ['one:1']], // a star stops at a slash
  [['*/one'], ['team/one:1']],
  [['*/*/*/two'], ['host.example:5000/deep/path/two:1']],
  [['o?e:[12]'], ['one:1', 'one:2']],
  [['o?e:[^1]'], ['one:2']],
  [['team/*', 'one:2'], ['one:2', 'team/one:1']],
  [['docker.io/library/one'], []], // names are matched as they are shown
])('reference=%j finds %j', (references, found) => expect(names(references).toSorted()).toEqual(found.toSorted()));

test.each(['[a', 'a[', '\\'])('pattern %j is refused in Go\'s words', (pattern) => expect(() => names([pattern])).toThrow(/^syntax error in pattern/));

test('times and danglingness', () => {
  const found = (filters: Partial<ImageFilters>) => select(filters).map(({ record }) => record.config.config?.Labels?.['name']);
  expect(found({})).toEqual(['none', 'new', 'old']);
  expect(found({ beforeMs: Date.parse('2024-02-01') })).toEqual(['old']);
  expect(found({ sinceMs: Date.parse('2024-02-01') })).toEqual(['none']);
  expect(found({ dangling: true })).toEqual(['none']);
  expect(found({ dangling: false })).toEqual(['new', 'old']);
});

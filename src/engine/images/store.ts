// Images by id and the names that point at them. `images/HEX.json` is one image (its configuration and how its layers came),
// `images/references.json` holds all names at once, so that moving a tag from one image to another is one rename.
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chainIds, hexOf, isDigest, type ChainId, type Digest } from '../base/digest.ts';
import { writeJson } from '../base/json-file.ts';
import { keyedLocks } from '../base/locks.ts';
import type { Log } from '../base/log.ts';
import type { Image, ImageConfig } from '../needs.ts';
import { canonical, familiar, parseReference, withDefaultTag, type Reference } from '../registry/reference.ts';
import { NotFound } from '../wire/errors.ts';
import type { Descriptor } from './manifest.ts';

/** What is kept of one image. */
export interface ImageRecord {
  id: Digest;
  config: ImageConfig;
  /** the blobs its layers came in, lowest first; null where a layer was made here and has only its tar */
  blobs: (Descriptor | null)[];
  /** digests of the manifests (and indexes) it came by, newest last; their bytes are in the content store */
  manifests: Digest[];
  parent?: Digest;
  sizeBytes: number;
  createdAtMs: number;
  /** when a user or a build last tagged it; absent for images that only came with a name */
  taggedAtMs?: number;
}

export interface ImageStore {
  /** By id, unique id prefix, tag or digest. @throws NotFound `No such image: NAME:TAG`, InvalidParameter for what can be no name */
  resolve(name: string): ImageRecord;
  /** The complete reference that `name` is, when it is one that exists; undefined for ids. */
  referenceOf(name: string): Reference | undefined;
  get(id: Digest): ImageRecord | undefined;
  /** Newest first. */
  list(): readonly ImageRecord[];
  view(record: ImageRecord): Image;
  /** Complete references of an image. */
  referencesOf(id: Digest): Reference[];
  idOf(reference: Reference): Digest | undefined;
  /** Stores or completes an image. */
  add(record: ImageRecord): Promise<ImageRecord>;
  /** Points names at an image. @param isByUser it counts as the time the image was tagged, as Docker has it */
  tag(id: Digest, references: readonly Reference[], isByUser?: boolean): Promise<void>;
  untag(references: readonly Reference[]): Promise<void>;
  /** Forgets the image and its names, both or none; its blobs and layers are for the collector. Needs no space on the disk. */
  delete(id: Digest): Promise<void>;
}

export function openImageStore({ root, log, now = Date.now }: { root: string; log: Log; now?: () => number }): ImageStore {
  const folder = join(root, 'images');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const records = new Map<Digest, ImageRecord>();
  const names = new Map<string, Digest>();
  const namesOf = new Map<Digest, Map<string, Reference>>();
  let newestFirst: ImageRecord[] | undefined;
  const locks = keyedLocks();
  const fileOf = (id: Digest) => join(folder, `${hexOf(id)}.json`);

  const point = (name: string, id: Digest | undefined) => {
    const before = names.get(name);
    if (before !== undefined) namesOf.get(before)?.delete(name);
    if (id === undefined) {
      names.delete(name);
      return;
    }
    names.set(name, id);
    let set = namesOf.get(id);
    if (set === undefined) namesOf.set(id, (set = new Map()));
    set.set(name, parseReference(name));
  };
  const saveNames = (fsync: boolean) => locks.run('names', () => writeJson(join(folder, 'references.json'), Object.fromEntries(names), { fsync }));
  /** All or none: what could not be written is not so in memory either. */
  const repoint = async (changed: readonly string[], id: Digest | undefined, fsync: boolean) => {
    const before = changed.map((name) => [name, names.get(name)] as const);
    for (const name of changed) point(name, id);
    try {
      // A name that is gone needs no fsync: the next journal commit brings it to the disk before the removal of its files.
      await saveNames(fsync);
    } catch (error) {
      for (const [name, was] of before) if (names.get(name) === id) point(name, was);
      throw error;
    }
  };

  for (const name of readdirSync(folder)) {
    if (name.startsWith('.tmp-')) rmSync(join(folder, name)); // a crash cut its writing short
    if (!isDigest(`sha256:${name.slice(0, -'.json'.length)}`)) continue;
    try {
      const record = JSON.parse(readFileSync(join(folder, name), 'utf8')) as ImageRecord;
      records.set(record.id, record);
    } catch (error) {
      log.warn('ignoring a damaged image record', { name, error });
    }
  }
  const kept = Object.entries(readNames(join(folder, 'references.json')));
  for (const [name, id] of kept) if (records.has(id)) point(name, id);
  if (names.size < kept.length) saveNames(true).catch((error: unknown) => log.warn('names of removed images are still on the disk', { error })); // a crash in the middle of a removal

  const missing = (name: string) => new NotFound(`No such image: ${name}`);

  /** An ambiguous prefix is no image: with `docker run a` the client then pulls `a`. */
  const byPrefix = (prefix: string): ImageRecord | undefined => {
    let found: ImageRecord | undefined;
    for (const record of records.values()) {
      if (!hexOf(record.id).startsWith(prefix)) continue;
      if (found !== undefined) return undefined;
      found = record;
    }
    return found;
  };

  const referenceOf = (name: string): Reference | undefined => {
    if (name.startsWith('sha256:')) return undefined;
    let reference: Reference;
    try {
      reference = withDefaultTag(parseReference(name));
    } catch {
      return undefined; // no reference, then perhaps an id
    }
    if (reference.digest !== undefined) {
      const { tag: _tag, ...byDigest } = reference; // name:tag@digest means the digest
      return names.has(canonical(byDigest)) ? byDigest : undefined;
    }
    return names.has(canonical(reference)) ? reference : undefined;
  };

  const store: ImageStore = {
    referenceOf,
    resolve(name) {
      if (name === '') throw missing(name);
      const exact = /^(?:sha256:)?([0-9a-f]{64})$/.exec(name)?.[1];
      if (exact !== undefined) {
        const record = records.get(`sha256:${exact}`);
        if (record !== undefined) return record;
        throw missing(`sha256:${exact}`);
      }
      const reference = referenceOf(name);
      const id = reference && names.get(canonical(reference));
      const record = id && records.get(id);
      if (record) return record;
      const prefix = /^(?:sha256:)?([0-9a-f]{1,63})$/.exec(name)?.[1];
      const found = prefix === undefined ? undefined : byPrefix(prefix);
      if (found === undefined) throw missing(familiar(withDefaultTag(parseReference(name))));
      return found;
    },
    get: (id) => records.get(id),
    list: () => (newestFirst ??= [...records.values()].sort((a, b) => createdMs(b) - createdMs(a) || (a.id < b.id ? -1 : 1))),
    referencesOf: (id) => [...(namesOf.get(id) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reference]) => reference),
    idOf: (reference) => names.get(canonical(reference)),
    view(record) {
      const references = store.referencesOf(record.id);
      return {
        id: record.id,
        config: record.config,
        chainId: topOf(record.config),
        sizeBytes: record.sizeBytes,
        repoTags: references.filter((reference) => reference.digest === undefined).map(familiar),
        repoDigests: references.filter((reference) => reference.digest !== undefined).map(familiar),
      };
    },
    async add(record) {
      return locks.run(record.id, async () => {
        const before = records.get(record.id);
        const merged: ImageRecord = before === undefined ? record : {
          ...before,
          blobs: before.blobs.map((blob, index) => record.blobs[index] ?? blob),
          manifests: [...before.manifests.filter((digest) => !record.manifests.includes(digest)), ...record.manifests],
          ...(before.parent === undefined && record.parent !== undefined && { parent: record.parent }),
        };
        await writeJson(fileOf(record.id), merged);
        records.set(record.id, merged);
        newestFirst = undefined;
        return merged;
      });
    },
    async tag(id, references, isByUser = false) {
      const record = records.get(id);
      if (record === undefined) throw missing(id);
      await repoint(references.map(canonical), id, true);
      if (!isByUser) return;
      await locks.run(id, async () => {
        const current = records.get(id);
        if (current === undefined) return; // removed meanwhile
        current.taggedAtMs = now();
        await writeJson(fileOf(id), current, { fsync: false });
      });
    },
    async untag(references) {
      await repoint(references.map(canonical), undefined, false);
    },
    async delete(id) {
      await locks.run(id, async () => {
        await rm(fileOf(id), { force: true }); // from here on it is gone: names of an image without a record are dropped at the next opening
        records.delete(id);
        newestFirst = undefined;
      });
      const left = [...(namesOf.get(id)?.keys() ?? [])];
      for (const name of left) point(name, undefined);
      namesOf.delete(id);
      if (left.length > 0) await saveNames(false).catch((error: unknown) => log.warn('names of a removed image are still on the disk', { id, error })); // a full disk must not keep anyone from removing
    },
  };
  return store;
}

function readNames(path: string): Record<string, Digest> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Digest>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

const created = new WeakMap<ImageRecord, number>(); // parsing dates is most of the work of listing thousands

export function createdMs(record: ImageRecord): number {
  let ms = created.get(record);
  if (ms === undefined) created.set(record, (ms = Date.parse(record.config.created ?? '') || 0));
  return ms;
}

/** Chain id of all layers; null without layers. */
export function topOf(config: ImageConfig): ChainId | null {
  return chainIds(config.rootfs.diff_ids).at(-1) ?? null;
}

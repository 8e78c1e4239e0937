// Writable snapshots over stacks of layers: `snapshots/KEY/{upper,work,snapshot.json}`; and the stacks themselves by chain id.
// Story: prepare -> mount -> (unmount, mount)* -> commit or remove. Stacks of images are learnt from their configurations;
// those that only a build made are kept as `chains/HEX.json`, since a chain id cannot be turned back into its layers.
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chainIds, hexOf, type ChainId, type Digest } from '../base/digest.ts';
import { writeJson } from '../base/json-file.ts';
import type { Log } from '../base/log.ts';
import type { Content } from '../content/store.ts';
import { mounts, mountOverlay, unmount } from '../kernel/mounts.ts';
import type { CommittedLayer, Snapshots } from '../needs.ts';
import { Conflict, InvalidParameter, NotFound, System } from '../wire/errors.ts';
import { changesOf, usageOf } from './changes.ts';
import { proveOverlay } from './overlay-probe.ts';
import type { Layers } from './store.ts';

export interface OverlaySnapshots extends Snapshots {
  /** Makes the chain ids of a stack (and of every stack below its top) known until the engine ends. */
  learn(diffIds: readonly Digest[]): void;
  /** Layers of a stack, lowest first. @throws NotFound */
  layersOf(chain: ChainId): readonly Digest[];
  /** Stacks that snapshots stand on, and the stacks that are kept by file. */
  roots(): { snapshots: (readonly Digest[])[]; chains: ChainId[] };
  /** True for a stack made a moment ago: whoever made it is about to use it. */
  isFresh(chain: ChainId): boolean;
  /** Forgets a stack that a build made. */
  forget(chain: ChainId): Promise<void>;
}

interface SnapshotRecord { key: string; parent: ChainId | null; diffIds: Digest[] }

const FRESH_MS = 10 * 60_000; // a container commit names its image within seconds, a build step its successor
const KEY = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

export interface SnapshotsOptions { root: string; layers: Layers; content: Content; isRootless: boolean; log: Log }

export function openSnapshots({ root, layers, content, isRootless, log }: SnapshotsOptions): OverlaySnapshots {
  const folder = join(root, 'snapshots');
  const chainFolder = join(root, 'chains');
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  mkdirSync(chainFolder, { recursive: true, mode: 0o700 });
  const records = new Map<string, SnapshotRecord>();
  const chains = new Map<ChainId, readonly Digest[]>();
  const kept = new Map<ChainId, number>(); // -> when it was made, milliseconds since the epoch
  const mounted = new Map<string, string>(); // target -> key
  // userxattr turns redirects and metacopy off by itself and is refused (EINVAL) beside options that name them (overlayfs.rst, "userxattr").
  const flags: [string, string | null][] = isRootless ? [['index', 'off'], ['userxattr', null]] : [['index', 'off'], ['redirect_dir', 'off'], ['metacopy', 'off']];
  proveOverlay(root, flags);

  const dirOf = (key: string) => join(folder, key);
  const upperOf = (key: string) => join(dirOf(key), 'upper');
  const workOf = (key: string) => join(dirOf(key), 'work');
  const recordOf = (key: string): SnapshotRecord => {
    const record = records.get(key);
    if (record === undefined) throw new NotFound(`no such snapshot: ${key}`);
    return record;
  };
  const learn = (diffIds: readonly Digest[]) => chainIds(diffIds).forEach((chain, index) => chains.set(chain, diffIds.slice(0, index + 1)));
  const layersOf = (chain: ChainId): readonly Digest[] => {
    const diffIds = chains.get(chain);
    if (diffIds === undefined || !diffIds.every((diffId) => layers.has(diffId))) throw new NotFound(`no such layer stack: ${chain}`);
    return diffIds;
  };
  // A layer that comes twice (two RUNs that change nothing) is listed where it is uppermost: overlay refuses the same folder twice
  // with ELOOP, and whatever the lower copy holds the upper one holds as well.
  const lower = (diffIds: readonly Digest[]): string[] =>
    diffIds.length === 0 ? [layers.emptyFolder] : [...new Set(diffIds.toReversed())].map((diffId) => layers.linkOf(diffId));
  const keep = async (chain: ChainId, diffIds: readonly Digest[]) => {
    learn(diffIds);
    const isNew = !kept.has(chain);
    kept.set(chain, Date.now());
    if (!isNew) return;
    await writeJson(join(chainFolder, `${hexOf(chain)}.json`), diffIds, { fsync: false });
  };
  const unmountAll = (key: string) => {
    for (const [target, mountedKey] of mounted) {
      if (mountedKey !== key) continue;
      unmount(target);
      mounted.delete(target);
    }
  };

  for (const name of readdirSync(chainFolder)) {
    const chain = `sha256:${name.slice(0, 64)}` as string as ChainId;
    try {
      learn(JSON.parse(readFileSync(join(chainFolder, name), 'utf8')) as Digest[]);
      kept.set(chain, 0);
    } catch (error) {
      log.warn('ignoring a damaged layer stack', { chain, error });
    }
  }
  for (const key of readdirSync(folder)) {
    try {
      records.set(key, JSON.parse(readFileSync(join(dirOf(key), 'snapshot.json'), 'utf8')) as SnapshotRecord);
    } catch {
      void layers.discard(dirOf(key)); // a crash between mkdir and the record: nobody knows this snapshot
    }
  }
  for (const { type, target, options } of mounts()) {
    if (type !== 'overlay') continue;
    const upper = /(?:^|,)upperdir=([^,]*)/.exec(options)?.[1] ?? '';
    const key = upper.startsWith(`${folder}/`) && upper.endsWith('/upper') ? upper.slice(folder.length + 1, -'/upper'.length) : '';
    if (records.has(key)) mounted.set(target, key);
  }

  return {
    learn,
    layersOf,
    async prepare(key, parent) {
      if (!KEY.test(key)) throw new InvalidParameter(`invalid snapshot name ${JSON.stringify(key)}`);
      if (records.has(key)) throw new Conflict(`snapshot ${key} exists already`);
      const diffIds = parent === null ? [] : [...layersOf(parent)];
      const record: SnapshotRecord = { key, parent, diffIds };
      records.set(key, record);
      try {
        await mkdir(dirOf(key), { mode: 0o711 });
        await mkdir(upperOf(key), { mode: 0o755 });
        await mkdir(workOf(key), { mode: 0o711 });
        await writeJson(join(dirOf(key), 'snapshot.json'), record, { fsync: false });
      } catch (error) {
        records.delete(key);
        await rm(dirOf(key), { recursive: true, force: true });
        throw error;
      }
    },
    async mount(key, target) {
      const record = recordOf(key);
      if (mounted.get(target) === key) return;
      await mkdir(target, { recursive: true });
      try {
        mountOverlay(target, { lower: lower(record.diffIds), upper: upperOf(key), work: workOf(key), flags });
      } catch (error) {
        throw new System(`cannot mount snapshot ${key} with its ${record.diffIds.length} layers`, { cause: error });
      }
      mounted.set(target, key);
    },
    async unmount(target) {
      unmount(target);
      mounted.delete(target);
    },
    has: (key) => records.has(key),
    paths: (key) => ({ lower: lower(recordOf(key).diffIds), upper: upperOf(key), work: workOf(key) }),
    lowerOf: (chain) => lower(layersOf(chain)),
    usage: (key) => usageOf(upperOf(recordOf(key).key)),
    changes: (key) => changesOf(upperOf(key), recordOf(key).diffIds.map((diffId) => layers.diffOf(diffId)).reverse(), isRootless ? 'user.overlay.' : 'trusted.overlay.'),
    async commit(key, { consume, signal }): Promise<CommittedLayer> {
      const record = recordOf(key);
      if (consume) unmountAll(key);
      const tree = join(dirOf(key), 'tree');
      await rm(tree, { force: true });
      const tar = content.scratch();
      await using _unfinished = { [Symbol.asyncDispose]: () => rm(tar, { force: true }) };
      const facts = await layers.pack(upperOf(key), { tar, tree }, { signal: signal ?? new AbortController().signal });
      using _layer = layers.hold(facts.diffId);
      using _blob = content.hold(facts.diffId);
      if (consume) {
        await layers.adopt(upperOf(key), tree, facts);
        await content.adopt(tar, facts.diffId);
        records.delete(key);
        await layers.discard(dirOf(key));
      } else {
        await using applying = layers.has(facts.diffId) ? undefined : await layers.apply(tar, { signal: signal ?? new AbortController().signal });
        applying?.available(facts.tarBytes, true);
        await applying?.unpacked; // a full disk is met here: neither has a name yet
        await content.adopt(tar, facts.diffId);
        await applying?.commit();
      }
      const diffIds = [...record.diffIds, facts.diffId];
      const chainId = chainIds(diffIds).at(-1) as ChainId;
      await keep(chainId, diffIds);
      return { diffId: facts.diffId, chainId, sizeBytes: facts.sizeBytes };
    },
    async remove(key) {
      if (!records.has(key)) return;
      unmountAll(key);
      records.delete(key);
      if (existsSync(dirOf(key))) await layers.discard(dirOf(key));
    },
    roots: () => ({ snapshots: [...records.values()].map((record) => record.diffIds), chains: [...kept.keys()] }),
    isFresh: (chain) => Date.now() - (kept.get(chain) ?? 0) < FRESH_MS,
    async forget(chain) {
      kept.delete(chain);
      await rm(join(chainFolder, `${hexOf(chain)}.json`), { force: true });
    },
  };
}

// One stage while it is built: its state, its layers, its history and the key of its last step. Steps are taken from the cache or run;
// either way this is the only place where a stage moves on.
import type { ChainId, Digest } from '../../base/digest.ts';
import type { CommittedLayer, ImageHistory } from '../../needs.ts';
import type { CacheStore, StepRecord } from '../cache-store.ts';
import type { Platform } from '../platform.ts';
import type { StageState } from '../state.ts';

export interface StageRun {
  state: StageState;
  chainId: ChainId | null;
  diffIds: Digest[];
  history: ImageHistory[];
  /** Key of the last step. */
  key: string;
  /** ISO time of the last step. */
  created: string;
  platform: Platform;
  /** Steps since the base image, for the inline cache. */
  records: StepRecord[];
  /** Layers of the base image. */
  baseLayers: number;
  extra: Record<string, unknown>;
}

export interface StepResult { run: StageRun; isCached: boolean; sizeBytes: number }

export interface StepInput {
  key: string;
  state: StageState;
  /** `created_by` of the history. */
  text: string;
  /** Makes the layer; null when the step touches no file. */
  execute: (() => Promise<CommittedLayer | null>) | null;
}

export interface StepContext {
  cache: CacheStore;
  noCache: boolean;
  /** True when the layers of a stack are still there. */
  hasChain: (chain: ChainId) => boolean;
  now: () => string;
}

export async function takeStep(run: StageRun, input: StepInput, { cache, noCache, hasChain, now }: StepContext): Promise<StepResult> {
  const known = noCache ? undefined : cache.find(input.key);
  if (known && (known.chainId === null || hasChain(known.chainId))) {
    cache.touch(known);
    return { run: advanced(run, input, known), isCached: true, sizeBytes: known.sizeBytes };
  }
  const layer = input.execute === null ? null : await input.execute();
  const record: StepRecord = {
    key: input.key, parent: run.key, chainId: layer?.chainId ?? run.chainId, diffId: layer?.diffId ?? null, sizeBytes: layer?.sizeBytes ?? 0,
    created: now(), text: input.text, usedAtMs: Date.now(), uses: 0,
  };
  cache.add(record);
  return { run: advanced(run, input, record), isCached: false, sizeBytes: record.sizeBytes };
}

function advanced(run: StageRun, { state, key, text }: StepInput, record: StepRecord): StageRun {
  const entry: ImageHistory = { created: record.created, created_by: text, comment: 'gantry.dockerfile.v1', ...(record.diffId === null ? { empty_layer: true } : {}) };
  return {
    ...run, state, key, created: record.created, chainId: record.chainId,
    diffIds: record.diffId === null ? run.diffIds : [...run.diffIds, record.diffId],
    history: [...run.history, entry],
    records: [...run.records, record],
  };
}

// Images as the API shows them: list, inspect, history. Shapes: Engine API v1.47, ImageSummary, ImageInspect, HistoryResponseItem.
import { dirname, join } from 'node:path';
import type { Digest } from '../base/digest.ts';
import type { OverlaySnapshots } from '../layers/snapshots.ts';
import type { Layers } from '../layers/store.ts';
import { familiar, familiarName, type Reference } from '../registry/reference.ts';
import { InvalidParameter } from '../wire/errors.ts';
import type { ImageUser } from './remove.ts';
import { createdMs, type ImageRecord, type ImageStore } from './store.ts';

export interface ShowNeeds { store: ImageStore; layers: Layers; snapshots: OverlaySnapshots; users: () => readonly ImageUser[] }

/** Filters of the image list, already parsed. Times in milliseconds since the epoch. */
export interface ImageFilters {
  dangling?: boolean;
  labels: (labels: Record<string, string> | undefined) => boolean;
  beforeMs?: number;
  sinceMs?: number;
  untilMs?: number;
  /** patterns as Go's path.Match, on `name:tag` or `name` */
  references: readonly string[];
}

/** True for an image without any tag. */
const isDangling = (references: readonly Reference[]) => !references.some((reference) => reference.tag !== undefined);

export function selectImages(store: ImageStore, filters: ImageFilters, options: { all: boolean }): { record: ImageRecord; references: Reference[] }[] {
  const parents = new Set(store.list().map((record) => record.parent).filter((id) => id !== undefined));
  const patterns = filters.references.map(globExpression);
  const selected: { record: ImageRecord; references: Reference[] }[] = [];
  for (const record of store.list()) {
    let references = store.referencesOf(record.id);
    const ms = createdMs(record);
    if (filters.beforeMs !== undefined && ms >= filters.beforeMs) continue;
    if (filters.sinceMs !== undefined && ms <= filters.sinceMs) continue;
    if (filters.untilMs !== undefined && ms >= filters.untilMs) continue;
    if (filters.dangling !== undefined && filters.dangling !== isDangling(references)) continue;
    if (!filters.labels(record.config.config?.Labels ?? undefined)) continue;
    if (patterns.length > 0) {
      references = references.filter((reference) => patterns.some((pattern) => pattern.test(familiar(reference)) || pattern.test(familiarName(reference))));
      if (references.length === 0) continue;
    }
    if (!options.all && references.length === 0 && parents.has(record.id)) continue; // an intermediate image of a build
    selected.push({ record, references });
  }
  return selected;
}

/** @param extra what costs more to find out; -1 stands for what was not asked for */
export function summary({ layers }: Pick<ShowNeeds, 'layers'>, { record, references }: { record: ImageRecord; references: Reference[] }, extra: { shared?: Map<Digest, number> | undefined; users?: readonly ImageUser[] }, apiVersion: readonly [number, number]) {
  const { shared, users } = extra;
  return {
    Containers: users === undefined ? -1 : users.filter((user) => user.imageId === record.id).length,
    Created: Math.floor(createdMs(record) / 1000),
    Id: record.id,
    Labels: record.config.config?.Labels ?? null,
    ParentId: record.parent ?? '',
    RepoDigests: references.filter((reference) => reference.digest !== undefined).map(familiar),
    RepoTags: references.filter((reference) => reference.digest === undefined).map(familiar),
    SharedSize: shared === undefined ? -1 : sharedBytes(layers, record, shared),
    Size: record.sizeBytes,
    ...(apiVersion[0] === 1 && apiVersion[1] < 44 && { VirtualSize: record.sizeBytes }),
  };
}

/** How many images use each layer. */
export function layerUse(store: ImageStore): Map<Digest, number> {
  const use = new Map<Digest, number>();
  for (const record of store.list()) for (const diffId of new Set(record.config.rootfs.diff_ids)) use.set(diffId, (use.get(diffId) ?? 0) + 1);
  return use;
}

function sharedBytes(layers: Layers, record: ImageRecord, use: Map<Digest, number>): number {
  let bytes = 0;
  for (const diffId of new Set(record.config.rootfs.diff_ids)) if ((use.get(diffId) ?? 0) > 1 && layers.has(diffId)) bytes += layers.get(diffId).sizeBytes;
  return bytes;
}

export function inspect({ store, layers }: ShowNeeds, record: ImageRecord, apiVersion: readonly [number, number]) {
  const { config } = record;
  const view = store.view(record);
  const folders = config.rootfs.diff_ids.filter((diffId) => layers.has(diffId)).map((diffId) => layers.diffOf(diffId)).reverse();
  return {
    Id: record.id,
    RepoTags: view.repoTags,
    RepoDigests: view.repoDigests,
    Parent: record.parent ?? '',
    Comment: config.comment ?? config.history?.findLast((step) => step.comment !== undefined)?.comment ?? '',
    ...(config.created !== undefined && { Created: config.created }),
    // what the step that made it ran in: records of the classic builder, gone from the API with version 1.45
    ...(apiVersion[0] === 1 && apiVersion[1] < 45 && {
      Container: typeof config['container'] === 'string' ? config['container'] : '',
      ContainerConfig: { ...EMPTY_CONFIG, ...(config['container_config'] as object | undefined) },
    }),
    DockerVersion: typeof config['docker_version'] === 'string' ? config['docker_version'] : '',
    Author: config.author ?? '',
    Config: inspectedConfig(record),
    Architecture: config.architecture,
    ...(config.variant !== undefined && { Variant: config.variant }),
    Os: config.os,
    ...(config['os.version'] !== undefined && { OsVersion: config['os.version'] }),
    Size: record.sizeBytes,
    ...(apiVersion[0] === 1 && apiVersion[1] < 44 && { VirtualSize: record.sizeBytes }),
    GraphDriver: { Name: 'overlay2', Data: overlayFolders(folders) },
    RootFS: { Type: 'layers', ...(config.rootfs.diff_ids.length > 0 && { Layers: config.rootfs.diff_ids }) },
    Metadata: { LastTagTime: record.taggedAtMs === undefined ? '0001-01-01T00:00:00Z' : new Date(record.taggedAtMs).toISOString() },
  };
}

/** The names Docker gives an overlay's folders, though nothing mounts an image by itself. @param folders uppermost first */
function overlayFolders([upper, ...lower]: readonly string[]) {
  if (upper === undefined) return null;
  const beside = (name: string) => join(dirname(upper), name);
  return { ...(lower.length > 0 && { LowerDir: lower.join(':') }), MergedDir: beside('merged'), UpperDir: upper, WorkDir: beside('work') };
}

/** Docker clients expect these fields to be there even when empty. */
const EMPTY_CONFIG = {
  Hostname: '', Domainname: '', User: '', AttachStdin: false, AttachStdout: false, AttachStderr: false, Tty: false, OpenStdin: false, StdinOnce: false,
  Env: null, Cmd: null, Image: '', Volumes: null, WorkingDir: '', Entrypoint: null, OnBuild: null, Labels: null,
};

const inspectedConfig = (record: ImageRecord) => ({ ...EMPTY_CONFIG, ...record.config.config });

/** Newest step first. Steps with a layer get that layer's size; only the newest has an image id. */
export function history({ store, layers }: ShowNeeds, record: ImageRecord) {
  const diffIds = [...record.config.rootfs.diff_ids];
  const steps = (record.config.history ?? []).map((step) => {
    const diffId = step.empty_layer === true ? undefined : diffIds.shift();
    return {
      Comment: step.comment ?? '',
      Created: Math.floor((Date.parse(step.created ?? '') || 0) / 1000),
      CreatedBy: step.created_by ?? '',
      Id: '<missing>',
      Size: diffId !== undefined && layers.has(diffId) ? layers.get(diffId).sizeBytes : 0,
      Tags: null as string[] | null,
    };
  });
  for (const diffId of diffIds) { // a configuration without history still has layers
    steps.push({ Comment: '', Created: 0, CreatedBy: '', Id: '<missing>', Size: layers.has(diffId) ? layers.get(diffId).sizeBytes : 0, Tags: null });
  }
  const newest = steps.at(-1);
  if (newest !== undefined) {
    newest.Id = record.id;
    newest.Tags = store.view(record).repoTags;
  }
  return steps.reverse();
}

/** Go's path.Match: `*` and `?` stop at slashes, `[a-z]` and `[^a-z]` classes, backslash escapes. @throws InvalidParameter with Go's words */
function globExpression(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|(\*)|(\?)|\[(\^?[^\]]+)\]|([.+^${}()|/\\[\]])/g, (_, escaped?: string, star?: string, mark?: string, set?: string, plain?: string) => {
    if (escaped !== undefined) return escaped.replace(/[^\w]/g, '\\$&');
    if (star !== undefined) return '[^/]*';
    if (mark !== undefined) return '[^/]';
    if (plain === '[' || plain === '\\') throw new InvalidParameter('syntax error in pattern');
    return set !== undefined ? `[${set}]` : `\\${plain}`;
  });
  try {
    return new RegExp(`^${source}$`);
  } catch (error) {
    throw new InvalidParameter('syntax error in pattern', { cause: error });
  }
}

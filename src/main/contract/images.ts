// Images and registries' content as the renderer may ask for them.
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';

/** Engine API, GET /images/json. */
export interface ImageRow {
  Id: string;
  ParentId: string;
  RepoTags: string[];
  RepoDigests: string[];
  /** seconds */
  Created: number;
  Size: number;
  /** -1: not known */
  SharedSize: number;
  Labels: Record<string, string> | null;
  Containers: number;
}

/** Engine API, GET /images/{name}/json. */
export interface ImageDetail {
  Id: string;
  RepoTags: string[] | null;
  RepoDigests: string[] | null;
  Parent?: string;
  Comment?: string;
  Created?: string;
  Author?: string;
  Architecture: string;
  Variant?: string;
  Os: string;
  Size: number;
  Config?: {
    User?: string;
    ExposedPorts?: Record<string, unknown> | null;
    Env?: string[] | null;
    Cmd?: string[] | null;
    Entrypoint?: string[] | null;
    Volumes?: Record<string, unknown> | null;
    WorkingDir?: string;
    Labels?: Record<string, string> | null;
    StopSignal?: string;
    Healthcheck?: { Test?: string[] } | null;
    Shell?: string[] | null;
  } | null;
  RootFS?: { Type: string; Layers?: string[] };
  [key: string]: unknown;
}

/** Engine API, GET /images/{name}/history; newest first, as the engine gives it. */
export interface HistoryStep { Id: string; Created: number; CreatedBy: string; Tags: string[] | null; Size: number; Comment: string }

/** One line of Docker's progress stream (pull, push, load, import). */
export interface Progress {
  id?: string;
  status?: string;
  /** bytes */
  current?: number;
  total?: number;
  /** free text of the engine, e.g. `Loaded image: web:1` */
  stream?: string;
  aux?: unknown;
}

/** First an address to send the archive to (POST the bytes there), then what the engine says about it. */
export type UploadProgress = { type: 'upload'; url: string } | { type: 'progress'; progress: Progress };

/**
 * Which layers the images of a host are made of. A layer is told apart by the whole stack below it (OCI image-spec, ChainID),
 * so two images share bytes exactly where they share entries of `layers`.
 */
export interface LayerMap {
  layers: { diffId: string; sizeBytes: number; createdBy: string }[];
  /** indexes into `layers`, lowest layer first */
  images: { id: string; layers: number[] }[];
}

export interface PruneResult { deleted: string[]; reclaimedBytes: number }

const hostRef = z.object({ host: z.string() });
const ref = hostRef.extend({ id: z.string().min(1) });

export const imagesContract = {
  list: oc.input(hostRef).output(type<ImageRow[]>()),
  inspect: oc.input(ref).output(type<ImageDetail>()),
  history: oc.input(ref).output(type<HistoryStep[]>()),
  layers: oc.input(hostRef).output(type<LayerMap>()),
  pull: oc.input(hostRef.extend({ reference: z.string().min(1), platform: z.string().optional(), allTags: z.boolean().optional() })).output(eventIterator(type<Progress>())),
  push: oc.input(hostRef.extend({ reference: z.string().min(1) })).output(eventIterator(type<Progress>())),
  load: oc.input(hostRef).output(eventIterator(type<UploadProgress>())),
  import: oc.input(hostRef.extend({ reference: z.string().optional(), changes: z.array(z.string()).optional(), message: z.string().optional() })).output(eventIterator(type<UploadProgress>())),
  /** Gives an address that answers one GET with the archive. */
  save: oc.input(hostRef.extend({ ids: z.array(z.string()).min(1) })).output(type<{ url: string; fileName: string }>()),
  tag: oc.input(ref.extend({ repository: z.string().min(1), tag: z.string().optional() })).output(type<void>()),
  remove: oc.input(ref.extend({ force: z.boolean().optional() })).output(type<{ Untagged?: string; Deleted?: string }[]>()),
  prune: oc.input(hostRef.extend({ all: z.boolean().optional() })).output(type<PruneResult>()),
};

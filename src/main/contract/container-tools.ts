// What the container page does besides the verbs of a container's life: processes, changes, limits, files, and recreation.
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import { createBody, type ContainerState } from './containers.ts';
import type { DockerEvent } from './system.ts';

const ref = z.object({ host: z.string(), id: z.string().min(1) });
const file = ref.extend({ path: z.string().startsWith('/') });

export interface ProcessTable { titles: string[]; rows: string[][] }

/** 0 changed, 1 added, 2 deleted (Engine API, GET /containers/{id}/changes). */
export interface FileChange { Path: string; Kind: 0 | 1 | 2 }

/** What isolates a running container, as our own engine reads it from the kernel (GET /gantry/containers/{id}/isolation). */
export interface Isolation {
  namespaces: { type: string; inode: string; isOwn: boolean }[];
  cgroups: { version: 1 | 2; controller: string; folder: string; limits: Record<string, string> }[];
  layers: { lower: string[]; upper: string; work: string } | null;
  capabilities: { effective: string; bounding: string };
  seccomp: 'off' | 'strict' | 'filter';
  noNewPrivileges: boolean;
}

/** The state machine of one container, as our own engine keeps it (GET /gantry/containers/{id}/history). */
export interface Life {
  /** states it may go to now */
  moves: ContainerState[];
  /** while a stop waits for the program to end: how long until it is killed */
  killInMs?: number;
  /** oldest first */
  history: { from: ContainerState | null; to: ContainerState; atMs: number; cause: string }[];
}

export interface FileEntry {
  name: string;
  type: 'file' | 'dir' | 'symlink' | 'other';
  sizeBytes: number;
  /** permission bits, e.g. 0o644 */
  mode: number;
  owner: string;
  uid: number;
  gid: number;
  modifiedMs: number;
  linkTarget?: string;
}

export interface Folder {
  entries: FileEntry[];
  /** the listing was cut off, because reading all of it would have meant reading every file */
  isPartial: boolean;
}

export interface FileContent {
  /** absent: not text */
  text?: string;
  sizeBytes: number;
  /** more was there than is shown */
  isClipped: boolean;
}

/** One step of a recreation; `failed` is followed by `restored` when the old container is back. */
export interface RecreateStep {
  step: 'stop' | 'rename' | 'create' | 'connect' | 'start' | 'health' | 'cleanup' | 'done' | 'failed' | 'restored';
  /** of the new container */
  id?: string;
  message?: string;
}

export const containerToolsContract = {
  top: oc.input(ref).output(type<ProcessTable>()),
  /** null where it does not run, or the engine is not ours */
  isolation: oc.input(ref).output(type<Isolation | null>()),
  /** null where the engine is not ours: its events tell some of it */
  life: oc.input(ref).output(type<Life | null>()),
  changes: oc.input(ref).output(type<FileChange[]>()),
  /** Limits and restart policy, while it runs (POST /containers/{id}/update). */
  update: oc.input(ref.extend({ changes: z.record(z.string(), z.unknown()) })).output(type<{ Warnings: string[] }>()),
  commit: oc.input(ref.extend({ repository: z.string(), tag: z.string().optional(), comment: z.string().optional(), pause: z.boolean().default(true) })).output(type<{ Id: string }>()),
  prune: oc.input(z.object({ host: z.string() })).output(type<{ deleted: string[]; reclaimedBytes: number }>()),
  /** What the engine remembers, oldest first. */
  events: oc.input(ref.extend({ sinceMs: z.number() })).output(type<DockerEvent[]>()),
  exportFiles: oc.input(ref.extend({ fileName: z.string() })).output(type<{ url: string; fileName: string }>()),
  /** Replaces a container by one made from `body`; the old one is kept until the new one runs, and is healthy if it has a check. */
  recreate: oc.input(ref.extend({ name: z.string(), body: createBody, healthTimeoutMs: z.number().int().default(60_000) })).output(eventIterator(type<RecreateStep>())),

  folder: oc.input(file).output(type<Folder>()),
  /** The beginning of a file, at most a megabyte. */
  preview: oc.input(file).output(type<FileContent>()),
  write: oc.input(file.extend({ text: z.string().max(4 << 20), mode: z.number().int().default(0o644), uid: z.number().int().min(0).default(0), gid: z.number().int().min(0).default(0) })).output(type<void>()),
  makeFolder: oc.input(file).output(type<void>()),
  rename: oc.input(file.extend({ to: z.string().startsWith('/') })).output(type<void>()),
  removeFile: oc.input(file).output(type<void>()),
  /** A file as it is, a folder as a tar archive. */
  download: oc.input(file).output(type<{ url: string; fileName: string }>()),
  /** Yields the address for the body: a tar archive that is unpacked into the folder `path`. Ends when all of it is there. */
  upload: oc.input(file).output(eventIterator(type<{ url: string }>())),
};

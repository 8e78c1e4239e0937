// Builds as the renderer may ask for them: start, follow, compare, and check a Dockerfile. Events are the builder's own
// (src/engine/build/events.ts); builds on other engines are translated into them.
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { Finding } from '../../engine/build/checks/finding.ts';
import type { BuildEvent, BuildSummary } from '../../engine/build/events.ts';

export type { BuildEvent, BuildSummary, BuildWarning, StagePlan, StepPlan } from '../../engine/build/events.ts';
export type { Finding } from '../../engine/build/checks/finding.ts';

export interface BuildRow extends BuildSummary {
  /** where the context came from, for "rebuild"; null when another client started it */
  source: BuildSource | null;
}

export type BuildSource = z.infer<typeof buildSource>;
export type BuildOptions = z.infer<typeof buildOptions>;

/** One fault of a Dockerfile; columns count from 1. */
export interface SyntaxFault { message: string; startLine: number; endLine: number; startColumn?: number; endColumn?: number }

export interface DockerfileCheck {
  faults: SyntaxFault[];
  /** Docker's build checks, and advice on size and speed */
  findings: Finding[];
  /** ARGs a person may set, with their defaults */
  args: { name: string; value: string | null }[];
  stages: { index: number; name: string | null; base: string; line: number }[];
}

export interface FolderDockerfiles { path: string; names: string[]; ignored: number; files: number; sizeBytes: number }
export interface BuildCacheEntry { id: string; kind: string; description: string; sizeBytes: number; uses: number; lastUsedAtMs: number; inUse: boolean }

const hostRef = z.object({ host: z.string() });
const ref = hostRef.extend({ id: z.string().min(1) });

const buildSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), path: z.string().min(1) }),
  z.object({ kind: z.literal('git'), url: z.string().min(1) }),
  z.object({ kind: z.literal('text'), dockerfile: z.string().min(1) }),
]);

const buildOptions = z.object({
  tags: z.array(z.string()),
  dockerfile: z.string().default('Dockerfile'),
  target: z.string().default(''),
  platform: z.string().default(''),
  args: z.record(z.string(), z.string()).default({}),
  labels: z.record(z.string(), z.string()).default({}),
  noCache: z.boolean().default(false),
  pull: z.boolean().default(false),
  network: z.enum(['default', 'host', 'none']).default('default'),
  /** values by id, for RUN --mount=type=secret; used once and kept nowhere */
  secrets: z.record(z.string(), z.string()).default({}),
});

export const buildsContract = {
  list: oc.input(hostRef).output(type<BuildRow[]>()),
  /** Runs on after the window closes its view; gives the id to follow. */
  start: oc.input(hostRef.extend({ source: buildSource, options: buildOptions })).output(type<{ id: string }>()),
  /** All events so far, then the coming ones until the build ends. */
  follow: oc.input(ref).output(eventIterator(type<BuildEvent>())),
  cancel: oc.input(ref).output(type<void>()),
  remove: oc.input(ref).output(type<void>()),
  check: oc.input(z.object({ text: z.string() })).output(type<DockerfileCheck>()),
  folder: oc.input(z.object({ path: z.string().min(1) })).output(type<FolderDockerfiles>()),
  readFile: oc.input(z.object({ path: z.string().min(1), name: z.string().min(1) })).output(type<{ text: string }>()),
  writeFile: oc.input(z.object({ path: z.string().min(1), name: z.string().min(1), text: z.string() })).output(type<void>()),
  cache: oc.input(hostRef).output(type<BuildCacheEntry[]>()),
  prune: oc.input(hostRef.extend({ all: z.boolean().optional(), id: z.string().optional() })).output(type<{ removed: number; reclaimedBytes: number }>()),
};

// What happens during a build, as values: the classic docker output, the history on disk and the window's live graph are all
// made from these. Times are milliseconds since the epoch.
import type { ErrorKind } from '../wire/errors.ts';

export interface StepPlan {
  /** From 1, in file order over the wanted stages; Docker's "Step 3/7". */
  step: number;
  stage: number;
  keyword: string;
  /** As written, continued lines joined. */
  text: string;
  startLine: number;
  endLine: number;
}

export interface StagePlan {
  index: number;
  name: string | null;
  /** Reference of the base image, `scratch`, or the stage it builds on. */
  base: string;
  platform: string;
  /** Stages it waits for. */
  needs: number[];
}

export interface BuildWarning { rule: string; message: string; startLine: number; endLine: number }

export type BuildEvent =
  | { type: 'started'; id: string; atMs: number; request: BuildSummaryRequest }
  | { type: 'context'; atMs: number; files: number; sizeBytes: number; durationMs: number }
  | { type: 'planned'; atMs: number; stages: StagePlan[]; steps: StepPlan[]; target: number; dockerfile: string; warnings: BuildWarning[] }
  | { type: 'step-started'; step: number; atMs: number }
  | { type: 'log'; step: number; atMs: number; stream: 1 | 2; text: string }
  | { type: 'progress'; step: number; atMs: number; message: unknown }
  | { type: 'step-ended'; step: number; atMs: number; state: 'cached' | 'done' | 'failed' | 'canceled'; id: string; sizeBytes: number; exitCode?: number; error?: string }
  | { type: 'ended'; atMs: number; state: 'done' | 'failed' | 'canceled'; imageId?: string; sizeBytes?: number; tags: string[]; error?: string; kind?: ErrorKind; exitCode?: number; errorLine?: number };

/** The part of a request that may be kept and shown: no secrets, no credentials. */
export interface BuildSummaryRequest {
  tags: string[];
  dockerfile: string;
  target: string;
  platform: string;
  remote: string;
  buildArgs: Record<string, string>;
  noCache: boolean;
  pull: boolean;
}

export interface BuildSummary {
  id: string;
  startedAtMs: number;
  endedAtMs: number | null;
  state: 'running' | 'done' | 'failed' | 'canceled';
  request: BuildSummaryRequest;
  /** Those that could come from the cache: FROM cannot. */
  steps: number;
  cachedSteps: number;
  imageId: string | null;
  sizeBytes: number | null;
  error: string | null;
}

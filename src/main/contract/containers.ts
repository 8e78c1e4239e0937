// Containers: rows, details, the verbs of their life, logs. Docker's names and units are kept as they are on the wire.
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export interface PortRow { IP?: string; PrivatePort: number; PublicPort?: number; Type: string }

/** Engine API, GET /containers/json. */
export interface ContainerRow {
  Id: string;
  Names: string[];
  Image: string;
  ImageID: string;
  Command: string;
  /** seconds */
  Created: number;
  State: ContainerState;
  /** e.g. `Up 3 minutes (healthy)` */
  Status: string;
  Ports: PortRow[];
  Labels: Record<string, string>;
  HostConfig?: { NetworkMode?: string };
  NetworkSettings?: { Networks?: Record<string, { IPAddress?: string; GlobalIPv6Address?: string; NetworkID?: string }> };
  Mounts?: { Type: string; Name?: string; Source?: string; Destination: string; RW?: boolean }[];
  SizeRw?: number;
  /** since when it runs, or does not run any more, by this machine's clock; as exact as `Status` is (see rpc/container-row.ts) */
  SinceMs?: number;
  /** of its last run, where `Status` tells it */
  ExitCode?: number;
  SizeRootFs?: number;
}

/** Engine API, GET /containers/{id}/json. Typed where views look; the rest is kept for the inspect tab. */
export interface ContainerDetail {
  Id: string;
  Name: string;
  Created: string;
  Path: string;
  Args: string[];
  Image: string;
  RestartCount?: number;
  State: {
    Status: ContainerState;
    Running: boolean;
    Paused: boolean;
    OOMKilled: boolean;
    Pid: number;
    ExitCode: number;
    Error: string;
    StartedAt: string;
    FinishedAt: string;
    Health?: { Status: string; FailingStreak: number; Log?: { Start: string; End: string; ExitCode: number; Output: string }[] | null };
  };
  Config: {
    Hostname: string;
    User: string;
    Env?: string[] | null;
    Cmd?: string[] | null;
    Entrypoint?: string[] | null;
    Image: string;
    WorkingDir: string;
    Tty: boolean;
    OpenStdin?: boolean;
    Labels?: Record<string, string> | null;
    ExposedPorts?: Record<string, unknown> | null;
    StopSignal?: string;
    StopTimeout?: number;
  };
  HostConfig: Record<string, unknown> & { NetworkMode?: string; RestartPolicy?: { Name: string; MaximumRetryCount?: number } };
  NetworkSettings: Record<string, unknown>;
  Mounts: { Type: string; Name?: string; Source?: string; Destination: string; Mode?: string; RW: boolean }[];
  [key: string]: unknown;
}

export interface LogLine {
  stream: 'stdout' | 'stderr';
  /** without the newline; ANSI codes are kept */
  text: string;
  /** nanoseconds since the epoch as Docker's RFC 3339 text, when timestamps were asked for */
  time?: string;
}

const ref = z.object({ host: z.string(), id: z.string().min(1) });

/** Docker's create body (POST /containers/create), passed on unchanged: the engine is the judge of it. */
export const createBody = z.record(z.string(), z.unknown());

export const containersContract = {
  list: oc.input(z.object({ host: z.string() })).output(type<ContainerRow[]>()),
  inspect: oc.input(ref).output(type<ContainerDetail>()),
  create: oc.input(z.object({ host: z.string(), name: z.string().optional(), body: createBody })).output(type<{ Id: string; Warnings: string[] }>()),
  start: oc.input(ref).output(type<void>()),
  stop: oc.input(ref.extend({ timeoutSeconds: z.number().int().optional(), signal: z.string().optional() })).output(type<void>()),
  restart: oc.input(ref.extend({ timeoutSeconds: z.number().int().optional() })).output(type<void>()),
  kill: oc.input(ref.extend({ signal: z.string().optional() })).output(type<void>()),
  pause: oc.input(ref).output(type<void>()),
  unpause: oc.input(ref).output(type<void>()),
  remove: oc.input(ref.extend({ force: z.boolean().optional(), volumes: z.boolean().optional() })).output(type<void>()),
  rename: oc.input(ref.extend({ name: z.string().min(1) })).output(type<void>()),
  /** Batches of lines; ends when the container ends, or at once without `follow`. */
  logs: oc
    .input(ref.extend({ tail: z.number().int().min(0).optional(), follow: z.boolean().optional(), timestamps: z.boolean().optional(), since: z.string().optional() }))
    .output(eventIterator(type<LogLine[]>())),
};

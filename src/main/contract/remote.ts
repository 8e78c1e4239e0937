// Remote hosts: questions a connection has for a person, how connections fare, the doctor, copies between hosts, terminals.
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { ConnectionStep } from './problems.ts';
import { hostConfig, type HostConfig } from './hosts.ts';
import type { InstallNote } from './install-texts.ts';

/** `data` of a failed connection: what the GUI translates and shows beside the message. */
export interface ProblemData { code: string; step: ConnectionStep; fix: string; params: Readonly<Record<string, string>> }

export type RemoteQuestion =
  | { kind: 'host-key'; host: string; port: number; keyType: string; fingerprint: string; art: string; authority: boolean }
  | { kind: 'passphrase'; host: string; keyFile: string; again: boolean }
  | { kind: 'password'; host: string; user: string; again: boolean }
  | { kind: 'prompts'; host: string; user: string; title: string; instructions: string; prompts: { text: string; echo: boolean }[] };
export interface PendingQuestion { id: string; hostId: string; /** whether a secret given now can outlive the app */ canKeep: boolean; question: RemoteQuestion }

export interface RemoteStatus {
  state: 'connected' | 'reconnecting' | 'closed';
  latencyMs?: number;
  receivedPerSecond: number;
  sentPerSecond: number;
  attempt: number;
  nextAttemptAtMs?: number;
  problem?: ProblemData & { message: string };
  /** The engine's socket there and how its bytes travel. */
  route?: { path: string; mode: string };
  sessions?: { open: number; limit: number; waiting: number };
}

export interface ConfigEntry { alias: string; hostName: string; user: string; port: number; through: string[]; notes: string[] }
export interface ContextEntry { name: string; description: string; endpoint: string; config?: HostConfig; why?: string }

export interface DoctorStep { step: ConnectionStep; state: 'ok' | 'failed' | 'skipped'; detail: string; ms: number; problem?: ProblemData & { message: string } }
export type DoctorEvent = { kind: 'step'; step: DoctorStep } | { kind: 'report'; text: string };

/** Progress of a copy or an installation; the last one has `done`. */
export interface RemoteProgress { phase: string; detail: string; bytes?: number; totalBytes?: number; /** layers that stayed at home, because the other side has them */ layersKept?: number; done?: boolean }

export type TerminalEvent = { kind: 'opened'; id: string } | { kind: 'data'; data: string } | { kind: 'exit'; code: number | undefined };

/** What installing the engine on a machine would do, before it is done. */
export interface InstallPlan {
  user: string;
  machine: string;
  /** `user` runs rootless under the login user; `system` needs root. */
  scope: 'user' | 'system';
  folder: string;
  socketPath: string;
  bundleBytes: number;
  installed: string | undefined;
  version: string;
  missing: string[];
  /** What the package manager there would be told; undefined when it is not known. */
  command: string | undefined;
  steps: InstallNote[];
  obstacles: InstallNote[];
}

const scope = z.enum(['user', 'system']);
const hostRef = z.object({ host: z.string() });
const fromTo = z.object({ from: z.string(), to: z.string() });

export const remoteContract = {
  /** Questions that wait for a person, now and after every change. */
  questions: oc.output(eventIterator(type<PendingQuestion[]>())),
  /** No answer: the dialog was cancelled. */
  answer: oc.input(z.object({ id: z.string(), answer: z.object({ accept: z.boolean().optional(), values: z.array(z.string()).optional(), remember: z.boolean().optional() }).optional() })).output(type<void>()),
  /** How connections of SSH hosts fare, by host id, now and after every change. */
  statuses: oc.output(eventIterator(type<Record<string, RemoteStatus>>())),
  /** `ssh://user@host:port/path` taken apart. */
  parseAddress: oc.input(z.object({ address: z.string().max(1000) })).output(type<{ hostname: string; user?: string; port?: number; socketPath?: string }>()),
  configEntries: oc.output(type<ConfigEntry[]>()),
  dockerContexts: oc.output(type<ContextEntry[]>()),
  /** Connects anew step by step and says where it stops. */
  diagnose: oc.input(z.union([hostRef, z.object({ config: hostConfig })])).output(eventIterator(type<DoctorEvent>())),
  terminal: {
    open: oc.input(hostRef.extend({ columns: z.number().int().min(1).max(1000), rows: z.number().int().min(1).max(1000) })).output(eventIterator(type<TerminalEvent>())),
    write: oc.input(z.object({ id: z.string(), data: z.string() })).output(type<void>()),
    resize: oc.input(z.object({ id: z.string(), columns: z.number().int().min(1).max(1000), rows: z.number().int().min(1).max(1000) })).output(type<void>()),
  },
  copyImage: oc.input(fromTo.extend({ reference: z.string().min(1) })).output(eventIterator(type<RemoteProgress>())),
  /** Into a new volume there. */
  copyVolume: oc.input(fromTo.extend({ volume: z.string().min(1), target: z.string().min(1) })).output(eventIterator(type<RemoteProgress>())),
  /** The original is stopped and kept. */
  migrateContainer: oc.input(fromTo.extend({ container: z.string().min(1), start: z.boolean(), volumes: z.boolean() })).output(eventIterator(type<RemoteProgress>())),
  installPlan: oc.input(hostRef.extend({ scope })).output(type<InstallPlan>()),
  /** Installs or upgrades, and starts. */
  install: oc.input(hostRef.extend({ scope })).output(eventIterator(type<RemoteProgress & { socketPath?: string }>())),
  uninstall: oc.input(hostRef.extend({ scope, deleteData: z.boolean() })).output(eventIterator(type<RemoteProgress>())),
};

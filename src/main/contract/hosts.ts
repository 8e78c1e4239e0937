// Hosts as the renderer sees them: engines that Gantry knows, and whether each one answers.
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';

export type HostKind = 'local' | 'unix' | 'tcp' | 'ssh';
export type HostState = 'idle' | 'connecting' | 'live' | 'reconnecting' | 'failed';

/** What kind of program answers at the other end. */
export interface EngineInfo {
  name: string;
  version: string;
  apiVersion: string;
  product: 'gantry' | 'docker' | 'podman' | 'other';
  os: string;
  arch: string;
}

export interface HostError {
  message: string;
  /** machine-readable, e.g. 'HostKeyUnknown', 'Unreachable'; views may show a special dialog */
  kind: string;
  data?: unknown;
}

export interface HostSummary {
  id: string;
  name: string;
  /** a Mantine colour name */
  colour: string;
  kind: HostKind;
  /** what a person would type, e.g. `ssh://me@box` or `/run/gantry/gantry.sock`; never holds a secret */
  address: string;
  state: HostState;
  /** round trip of the last ping */
  latencyMs?: number;
  engine?: EngineInfo;
  error?: HostError;
}

const common = { name: z.string().min(1).max(60), colour: z.string().max(20).default('blue') };

/** What is stored about a host. Secrets live in the secret store, keyed by host id. */
export const hostConfig = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('local'), ...common }),
  z.object({ kind: z.literal('unix'), ...common, socketPath: z.string().min(1) }),
  z.object({
    kind: z.literal('tcp'),
    ...common,
    hostname: z.string().min(1),
    port: z.number().int().min(1).max(65535),
    tls: z.object({ caPath: z.string().optional(), certPath: z.string().optional(), keyPath: z.string().optional(), verify: z.boolean().default(true) }).optional(),
  }),
  z.object({
    kind: z.literal('ssh'),
    ...common,
    hostname: z.string().min(1),
    port: z.number().int().min(1).max(65535).optional(),
    user: z.string().optional(),
    /** path of the engine's socket there; found by itself when absent */
    socketPath: z.string().optional(),
    identityFile: z.string().optional(),
    /** an alias of ~/.ssh/config whose settings apply */
    configAlias: z.string().optional(),
  }),
]);
export type HostConfig = z.infer<typeof hostConfig>;

const hostRef = z.object({ host: z.string() });

export const hostsContract = {
  /** The list now, and again after every change. */
  watch: oc.output(eventIterator(type<HostSummary[]>())),
  list: oc.output(type<HostSummary[]>()),
  config: oc.input(hostRef).output(type<HostConfig>()),
  add: oc.input(hostConfig).output(type<HostSummary>()),
  update: oc.input(hostRef.extend({ config: hostConfig })).output(type<HostSummary>()),
  remove: oc.input(hostRef).output(type<void>()),
  /** Drops the connection, if any, and connects anew. */
  reconnect: oc.input(hostRef).output(type<HostSummary>()),
  /** Tries a configuration without keeping it. */
  test: oc.input(hostConfig).output(type<EngineInfo>()),
};

// From a name to a standing SSH connection, through as many jump hosts as the configuration says.

import type { Duplex } from 'node:stream';
import { EngineError } from '../../../engine/wire/errors.ts';
import { parseSshAddress, type SshTarget } from '../ssh-target.ts';
import { createConnection, type SshConnection } from './connection.ts';
import { handshake, type HandshakeOptions } from './handshake.ts';
import { ConnectionProblem, sample } from './problem.ts';
import type { Ask, SecretStore } from './questions.ts';
import { abortable, connectTcp, type SpawnProxy } from './route.ts';

export interface OpenOptions {
  /** Apply the user's configuration to a name. */
  resolve(query: { name: string; user?: string | undefined; port?: number | undefined }): Promise<SshTarget>;
  /** Undefined when nobody can be asked. */
  ask: Ask | undefined;
  secrets: SecretStore & { keep(name: string, value: string): Promise<void> };
  spawnProxy: SpawnProxy;
  signal: AbortSignal;
  limits?: HandshakeOptions['limits'];
  channelTimeoutMs?: number | undefined;
}

const MAX_HOPS = 8;

/** Connect and log in. @throws ConnectionProblem, or the signal's reason; nothing stays open then */
export async function openSsh(target: SshTarget, options: OpenOptions, depth = 0): Promise<SshConnection> {
  if (depth > MAX_HOPS) throw new ConnectionProblem('config-invalid', { host: target.name, why: 'ProxyJump goes in circles' });
  const { stream, parents, proxyFailure } = await route(target, options, depth);
  try {
    const login = await handshake(stream, { target, ask: options.ask, secrets: options.secrets, signal: options.signal, limits: options.limits });
    return createConnection(login, target, stream, { channelTimeoutMs: options.channelTimeoutMs, parents });
  } catch (error) {
    for (const parent of parents) await parent[Symbol.asyncDispose]();
    options.signal.throwIfAborted();
    if (proxyFailure && error instanceof ConnectionProblem && error.step === 'banner') {
      const why = await abortable(proxyFailure, AbortSignal.timeout(1000)).catch(() => '');
      if (why) throw new ConnectionProblem('proxy-failed', { host: target.name, why: sample(why), command: target.proxyCommand! }, { cause: error });
    }
    throw error;
  }
}

interface Route { stream: Duplex; parents: SshConnection[]; proxyFailure?: Promise<string> }

async function route(target: SshTarget, options: OpenOptions, depth: number): Promise<Route> {
  if (target.proxyCommand !== undefined) {
    const { stream, failure } = options.spawnProxy(target.proxyCommand);
    return { stream, parents: [], proxyFailure: failure };
  }
  if (target.proxyJump.length === 0) return { stream: await connectTcp(target, options), parents: [] };

  const hops: SshTarget[] = [];
  for (const hop of target.proxyJump) hops.push(await resolveHop(hop, target, options));
  // Hops after the first are reached through the one before, whatever their own configuration says (ssh_config(5), ProxyJump).
  for (let i = 1; i < hops.length; i += 1) hops[i] = { ...hops[i]!, proxyJump: [], proxyCommand: undefined };
  const parents: SshConnection[] = [];
  try {
    parents.push(await openSsh(hops[0]!, options, depth + 1));
    for (const next of [...hops.slice(1), target]) {
      const through = parents.at(-1)!;
      const stream = await through.openTcp(next.hostName, next.port, options).catch((error: unknown) => {
        options.signal.throwIfAborted();
        throw error instanceof EngineError ? error : new ConnectionProblem('jump-failed', { hop: through.target.name, host: next.hostName, port: String(next.port) }, { cause: error });
      });
      if (next === target) return { stream, parents: parents.toReversed() };
      const login = await handshake(stream, { target: next, ask: options.ask, secrets: options.secrets, signal: options.signal, limits: options.limits });
      parents.push(createConnection(login, next, stream));
    }
    throw new Error('unreachable: the last hop returns');
  } catch (error) {
    for (const parent of parents.toReversed()) await parent[Symbol.asyncDispose]();
    throw error;
  }
}

async function resolveHop(hop: string, target: SshTarget, options: OpenOptions): Promise<SshTarget> {
  try {
    const { name, user, port } = parseSshAddress(hop);
    return await options.resolve({ name, user, port });
  } catch (error) {
    throw new ConnectionProblem('config-invalid', { host: target.name, why: `ProxyJump ${hop}: ${(error as Error).message}` }, { cause: error });
  }
}

// The byte stream to a host's sshd: straight TCP, through jump hosts, or a proxy command.

import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { connect as netConnect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SshTarget } from '../ssh-target.ts';
import { ConnectionProblem, sample } from './problem.ts';

/** A program whose stdin and stdout are the connection. `failure` gives its last words. */
export type SpawnProxy = (command: string) => { stream: Duplex; failure: Promise<string> };

/** TCP to a host. @throws ConnectionProblem of step dns or tcp */
export async function connectTcp(target: SshTarget, { signal }: { signal: AbortSignal }): Promise<Socket> {
  const seconds = String(target.connectTimeoutMs / 1000);
  const limit = AbortSignal.timeout(target.connectTimeoutMs);
  const params = { host: target.hostName, port: String(target.port), seconds };
  let addresses: LookupAddress[];
  try {
    addresses = await abortable(lookup(target.hostName, { all: true }), AbortSignal.any([signal, limit]));
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) throw new ConnectionProblem('dns-timeout', params);
    throw new ConnectionProblem('dns-not-found', params, { cause: error });
  }
  const socket = netConnect({
    host: target.hostName, port: target.port, noDelay: true, keepAlive: true,
    // Already looked up: a second look-up could give another answer, and would hide which of the two steps was slow.
    lookup: (_host, options, done) => {
      if (options.all) (done as unknown as (error: null, list: typeof addresses) => void)(null, addresses);
      else done(null, addresses[0]!.address, addresses[0]!.family);
    },
  });
  try {
    await abortable(new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    }), AbortSignal.any([signal, limit]));
    return socket;
  } catch (error) {
    socket.on('error', () => {}); // it is being given up: what it says now is of no use
    socket.destroy();
    signal.throwIfAborted();
    throw tcpProblem(error, limit.aborted, params);
  }
}

/** Wait for a promise no longer than the signal; the promise's late outcome is dropped. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function tcpProblem(error: unknown, timedOut: boolean, params: Record<string, string>): ConnectionProblem {
  const code = (error as NodeJS.ErrnoException).code ?? (error as AggregateError).errors?.[0]?.code as string | undefined;
  if (timedOut || code === 'ETIMEDOUT') return new ConnectionProblem('tcp-timeout', params, { cause: error });
  if (code === 'ECONNREFUSED') return new ConnectionProblem('tcp-refused', params, { cause: error });
  return new ConnectionProblem('tcp-unreachable', { ...params, why: sample(code ?? String(error)) }, { cause: error });
}

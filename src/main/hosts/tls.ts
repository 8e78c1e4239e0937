// Hosts on TCP, with TLS or without: the plain connector, with its failures as problems a person can act on.
// With TLS 1.3 a server says only after the handshake that it did not like the client's certificate (RFC 8446, 4.4.2.4), on
// the first read; so connecting asks the engine something at once instead of believing that the connection stands.

import { readFile } from 'node:fs/promises';
import type { HostConfig } from '../contract/hosts.ts';
import { createDockerClient } from '../docker/client.ts';
import type { Connection, HostConnector } from './connector.ts';
import { tcpConnector } from './sockets.ts';
import { ConnectionProblem, sample } from './ssh/problem.ts';

type TcpConfig = Extract<HostConfig, { kind: 'tcp' }>;

export const tlsConnector: HostConnector<'tcp'> = {
  ...tcpConnector,
  async connect(config, options) {
    for (const path of [config.tls?.caPath, config.tls?.certPath, config.tls?.keyPath]) {
      if (path !== undefined) await readFile(path).catch((error: unknown) => { throw new ConnectionProblem('config-invalid', { host: config.hostname, why: sample((error as Error).message) }, { cause: error }); });
    }
    const plain = await tcpConnector.connect(config, options).catch((error: unknown) => { throw tcpProblem(error, config); });
    const connection: Connection = {
      ...plain,
      dial: (call) => plain.dial(call).catch((error: unknown) => {
        call.signal?.throwIfAborted();
        throw tcpProblem(error, config);
      }),
    };
    await using client = createDockerClient((call) => connection.dial(call));
    await client.raw('GET', '/_ping', { signal: options.signal }).then((answer) => answer.resume(), (error: unknown) => {
      options.signal.throwIfAborted();
      throw tcpProblem(error, config);
    });
    return connection;
  },
};

/** What a failure of Node's sockets means; what is no failure of the connection stays as it is. */
export function tcpProblem(error: unknown, { hostname, port, tls }: TcpConfig): unknown {
  const cause = root(error);
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const params = { host: hostname, port: String(port), seconds: '10', why: sample(cause.message) };
  if (error instanceof ConnectionProblem) return error;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new ConnectionProblem('dns-not-found', params, { cause: error });
  if (code === 'ECONNREFUSED') return new ConnectionProblem('tcp-refused', params, { cause: error });
  if (code === 'ETIMEDOUT' || cause.name === 'TimeoutError') return new ConnectionProblem('tcp-timeout', params, { cause: error });
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return new ConnectionProblem('tcp-unreachable', params, { cause: error });
  if (tls && /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH)/.test(code)) return new ConnectionProblem('tls-failed', params, { cause: error });
  // Plain HTTP to a TLS port, or the other way round, ends without a word.
  if (code === 'ECONNRESET' || code.startsWith('HPE_')) return new ConnectionProblem('tls-failed', { ...params, why: tls ? 'the server hung up; does it speak TLS on this port?' : 'the server hung up; it may want TLS on this port' }, { cause: error });
  return error;
}

function root(error: unknown): Error {
  let at = error;
  while (at instanceof Error) {
    if (at instanceof AggregateError && at.errors[0] instanceof Error) at = at.errors[0];
    else if (at.cause instanceof Error) at = at.cause;
    else return at;
  }
  return new Error(String(at));
}

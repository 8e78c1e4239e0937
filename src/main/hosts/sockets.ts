// Hosts reached without anything in between: a unix socket, or TCP with or without TLS. Each dial is one connection.
import { readFile } from 'node:fs/promises';
import { connect as netConnect, isIP, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { HostConnector } from './connector.ts';

const CONNECT_TIMEOUT_MS = 10_000;

export const unixConnector: HostConnector<'unix'> = {
  kind: 'unix',
  address: (config) => config.socketPath,
  connect: async (config) => ({
    dial: ({ signal }) => opened(netConnect({ path: config.socketPath }), 'connect', signal),
    async [Symbol.asyncDispose]() {}, // nothing stands between two dials
  }),
};

export const tcpConnector: HostConnector<'tcp'> = {
  kind: 'tcp',
  address: (config) => `tcp://${config.hostname}:${config.port}`,
  async connect(config) {
    const at = { host: config.hostname, port: config.port };
    const tls = config.tls && {
      ...at,
      ...(isIP(config.hostname) ? {} : { servername: config.hostname }), // RFC 6066 knows no addresses there
      rejectUnauthorized: config.tls.verify,
      ...(config.tls.caPath ? { ca: await readFile(config.tls.caPath) } : {}),
      ...(config.tls.certPath ? { cert: await readFile(config.tls.certPath) } : {}),
      ...(config.tls.keyPath ? { key: await readFile(config.tls.keyPath) } : {}),
    };
    return {
      dial: ({ signal }) => (tls ? opened(tlsConnect(tls), 'secureConnect', signal) : opened(netConnect(at), 'connect', signal)),
      async [Symbol.asyncDispose]() {}, // nothing stands between two dials
    };
  },
};

/** Waits until the socket is usable. @throws the socket's own error, or a time-out after ten seconds */
export async function opened<S extends Socket>(socket: S, event: 'connect' | 'secureConnect', signal?: AbortSignal): Promise<S> {
  const limit = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  return new Promise((resolve, reject) => {
    const stop = () => {
      socket.destroy();
      reject(either.reason as Error);
    };
    either.addEventListener('abort', stop, { once: true });
    socket.once(event, () => {
      either.removeEventListener('abort', stop);
      socket.removeListener('error', reject);
      resolve(socket);
    });
    socket.once('error', (error) => {
      either.removeEventListener('abort', stop);
      reject(error);
    });
  });
}

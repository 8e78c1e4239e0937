// HTTP over dial(): Node's own http client, with sockets that come from a function instead of an address.
// http.Agent takes a socket later through the callback of createConnection (Node docs, agent.createConnection), which is what
// lets an SSH channel, a unix socket and TLS look the same. Streams that are not net.Socket lack a few setters; they get no-ops.
import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';

/** Opens one byte stream to an engine. */
export type Dial = (options: { signal?: AbortSignal }) => Promise<Duplex>;

const SETTERS = ['setKeepAlive', 'setNoDelay', 'setTimeout', 'ref', 'unref'] as const;

/** @param maxSockets parallel connections; long streams (events, logs) hold one each */
export function dialAgent(dial: Dial, maxSockets = Infinity): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets, maxFreeSockets: 8, scheduling: 'lifo' });
  agent.createConnection = (_options, callback) => {
    dial({}).then(
      (stream) => callback?.(null, withSetters(stream)),
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    );
    return undefined as unknown as Duplex; // "later", see header
  };
  return agent;
}

function withSetters(stream: Duplex): Duplex {
  const loose = stream as unknown as Record<string, unknown>;
  for (const name of SETTERS) {
    if (typeof loose[name] !== 'function') loose[name] = () => stream;
  }
  return stream;
}

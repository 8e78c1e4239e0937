// Listeners of ours on published TCP and UDP ports. They hold the port, so that no other program takes it while it is published,
// and carry what address translation cannot: IPv6 clients (::1 too) of containers that only have IPv4.
// For IPv4 the packet filter redirects before these listeners see anything; they also serve when somebody flushed it.
import { connect, createServer } from 'node:net';
import type { Log } from '../base/log.ts';
import type { PortTarget } from './firewall.ts';
import { createCarrier, type Carrier } from './relay-carrier.ts';
import { listenForDatagrams } from './relay-datagrams.ts';

export interface Relays {
  /** Opens listeners for the TCP and UDP ports of a container, all or none. @throws System-like errors with code EADDRINUSE, EACCES, EADDRNOTAVAIL */
  open(containerId: string, ports: readonly PortTarget[]): Promise<void>;
  close(containerId: string): void;
  closeAll(): void;
}

/** What listens on one port. */
export interface Listener { close(): void }

const KEEP_ALIVE_MS = 60_000; // a container that is gone without a word is noticed at last

export function createRelays(log: Log): Relays {
  const open = new Map<string, Listener[]>();
  const carrier = createCarrier(log);
  const close = (containerId: string) => {
    for (const listener of open.get(containerId) ?? []) listener.close();
    open.delete(containerId);
  };
  return {
    async open(containerId, ports) {
      const listeners = open.get(containerId) ?? [];
      open.set(containerId, listeners);
      const tried = await Promise.allSettled(ports.filter(({ protocol }) => protocol !== 'sctp').map(async (port) => {
        listeners.push(await (port.protocol === 'tcp' ? listen(port, carrier, log) : listenForDatagrams(port)));
      }));
      const failure = tried.find((one) => one.status === 'rejected');
      if (!failure) return;
      close(containerId);
      throw failure.reason;
    },
    close,
    closeAll() {
      for (const containerId of open.keys()) close(containerId);
      carrier[Symbol.dispose]();
    },
  };
}

async function listen({ hostIp, hostPort, target, port }: PortTarget, carrier: Carrier, log: Log): Promise<Listener> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    const upstream = connect({ host: target, port, allowHalfOpen: true });
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    upstream.on('connect', () => {
      for (const socket of [client, upstream]) socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
      try {
        carrier.carry(client, upstream);
      } catch (error) {
        log.warn('a connection through a published port could not be carried', { hostPort, error });
        client.destroy();
        upstream.destroy();
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: hostIp, port: hostPort, ipv6Only: true, backlog: 1024 }, resolve);
  });
  server.on('error', () => {}); // accept errors (too many files) concern one connection, not the listener
  return server;
}

// Listeners of ours on published TCP and UDP ports. They hold the port, so that no other program takes it while it is published,
// and carry what address translation cannot: IPv6 clients (::1 too) of containers that only have IPv4.
// For IPv4 the packet filter redirects before these listeners see anything; they also serve when somebody flushed it.
import { connect, createServer, type AddressInfo } from 'node:net';
import type { Log } from '../base/log.ts';
import type { PortTarget } from './firewall.ts';
import type { ParentPorts } from './parent-ports.ts';
import { MAX_HELD_DATAGRAM_PORTS } from './published-ports.ts';
import { createCarrier, type Carrier } from './relay-carrier.ts';
import { listenForDatagrams } from './relay-datagrams.ts';

export interface Relays {
  /** Opens listeners for the TCP and UDP ports of a container, all or none. @throws System-like errors with code EADDRINUSE, EACCES, EADDRNOTAVAIL */
  open(containerId: string, ports: readonly PortTarget[]): Promise<void>;
  close(containerId: string): void;
  closeAll(): void;
}

/** What listens on one port; `port` is the one it got. */
export interface Listener { port: number; close(): void }

const KEEP_ALIVE_MS = 60_000; // a container that is gone without a word is noticed at last

/** @param parent where the engine is not in the machine's own network namespace: opens the ports there */
export function createRelays(log: Log, parent?: ParentPorts): Relays {
  const open = new Map<string, Listener[]>();
  const opened = new Map<string, number[]>();
  const carrier = createCarrier(log);
  const close = (containerId: string) => {
    for (const listener of open.get(containerId) ?? []) listener.close();
    open.delete(containerId);
    const ids = opened.get(containerId) ?? [];
    opened.delete(containerId);
    if (ids.length > 0) parent?.close(ids);
  };
  const listenOn = (port: PortTarget) => (port.protocol === 'tcp' ? listen(port, carrier, log) : listenForDatagrams(port));
  return {
    async open(containerId, ports) {
      const listeners = open.get(containerId) ?? [];
      open.set(containerId, listeners);
      const holdsDatagrams = parent !== undefined || ports.filter(({ protocol }) => protocol === 'udp').length <= MAX_HELD_DATAGRAM_PORTS;
      const wanted = ports.filter(({ protocol }) => protocol === 'tcp' || (protocol === 'udp' && holdsDatagrams));
      const ways = parent ? wanted.map((port) => ({ ...port, ...childSide(port, wanted) })) : wanted.map((port) => ({ ...port, at: port }));
      const tried = await Promise.allSettled(ways.map(async ({ at }) => {
        const listener = await listenOn(at);
        listeners.push(listener);
        return listener.port;
      }));
      try {
        const childPorts = tried.map((one) => { if (one.status === 'rejected') throw one.reason; return one.value; });
        const atParent = ways.map(({ protocol, hostIp, hostPort }, index) => ({ protocol, hostIp, hostPort, childPort: childPorts[index] ?? 0 }));
        if (parent) opened.set(containerId, await parent.open(atParent));
      } catch (error) {
        close(containerId);
        throw error;
      }
    },
    close,
    closeAll() {
      for (const containerId of open.keys()) close(containerId);
      carrier[Symbol.dispose]();
    },
  };
}

/** Where we listen for what rootlesskit passes on: the same port where that is 127.0.0.1's, one of its own otherwise. */
function childSide(port: PortTarget, all: readonly PortTarget[]): { at: PortTarget } {
  const isReached = ['0.0.0.0', '127.0.0.1'].includes(port.hostIp);
  const hasSibling = all.some((other) => other.hostIp === '0.0.0.0' && other.protocol === port.protocol && other.hostPort === port.hostPort);
  if (isReached || (port.hostIp === '::' && hasSibling)) return { at: port };
  return { at: { ...port, hostIp: '127.0.0.1', hostPort: 0 } };
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
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

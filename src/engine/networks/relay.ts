// Listeners of ours on published TCP ports. They hold the port, so that no other program takes it while it is published,
// and carry what address translation cannot: IPv6 clients (::1 too) of containers that only have IPv4.
// For IPv4 the packet filter redirects before these listeners see a connection; they also serve when somebody flushed it.
import { connect, createServer, type Server } from 'node:net';
import type { PortTarget } from './firewall.ts';

export interface Relays {
  /** Opens listeners for the TCP ports of a container. @throws System-like errors with code EADDRINUSE, EACCES, EADDRNOTAVAIL */
  open(containerId: string, ports: readonly PortTarget[]): Promise<void>;
  close(containerId: string): void;
  closeAll(): void;
}

export function createRelays(): Relays {
  const open = new Map<string, Server[]>();
  const close = (containerId: string) => {
    for (const server of open.get(containerId) ?? []) server.close();
    open.delete(containerId);
  };
  return {
    async open(containerId, ports) {
      const servers = open.get(containerId) ?? [];
      open.set(containerId, servers);
      try {
        await Promise.all(ports.filter(({ protocol }) => protocol === 'tcp').map(async (port) => { servers.push(await listen(port)); }));
      } catch (error) {
        close(containerId);
        throw error;
      }
    },
    close,
    closeAll() {
      for (const containerId of open.keys()) close(containerId);
    },
  };
}

async function listen({ hostIp, hostPort, target, port }: PortTarget): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    const upstream = connect({ host: target, port, allowHalfOpen: true }, () => {
      client.pipe(upstream);
      upstream.pipe(client);
    });
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: hostIp, port: hostPort, ipv6Only: true, backlog: 1024 }, resolve);
  });
  server.on('error', () => {}); // accept errors (too many files) concern one connection, not the listener
  return server;
}

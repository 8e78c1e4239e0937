// A published UDP port that we serve ourselves. Every client gets a socket of its own towards the container, so that answers find
// their way back; after a while of silence it goes.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { PortTarget } from './firewall.ts';
import type { Listener } from './relay.ts';

interface Flow { socket: Socket; lastMs: number }

const SILENCE_MS = 90_000;
const LOOK_MS = 15_000;
const MAX_FLOWS = 1024; // of one port; the one that was silent longest makes room

/** @throws errors with code EADDRINUSE, EACCES, EADDRNOTAVAIL */
export async function listenForDatagrams({ hostIp, hostPort, target, port }: PortTarget): Promise<Listener> {
  const flows = new Map<string, Flow>();
  const server = createSocket(isIPv6(hostIp) ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' });
  let timer: NodeJS.Timeout | undefined;
  const end = (key: string) => {
    const flow = flows.get(key);
    flows.delete(key);
    flow?.socket.close();
    if (flows.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
  const begin = (key: string, from: RemoteInfo): Flow => {
    if (flows.size >= MAX_FLOWS) end([...flows].toSorted(([, one], [, other]) => one.lastMs - other.lastMs)[0]?.[0] ?? '');
    const flow: Flow = { socket: createSocket(isIPv6(target) ? 'udp6' : 'udp4'), lastMs: 0 };
    flows.set(key, flow);
    flow.socket.on('error', () => { if (flows.get(key) === flow) end(key); }); // nobody listens there, or not yet: the next datagram tries again
    flow.socket.on('message', (answer) => {
      flow.lastMs = Date.now();
      server.send(answer, from.port, from.address, () => {}); // a client that left needs no answer
    });
    flow.socket.connect(port, target);
    timer ??= setInterval(() => {
      for (const [name, { lastMs }] of flows) if (Date.now() - lastMs > SILENCE_MS) end(name);
    }, LOOK_MS).unref();
    return flow;
  };
  server.on('message', (message, from) => {
    const key = `${from.address} ${from.port}`;
    const flow = flows.get(key) ?? begin(key, from);
    flow.lastMs = Date.now();
    const send = () => flow.socket.send(message, () => {});
    try {
      flow.socket.remoteAddress();
      send();
    } catch {
      flow.socket.once('connect', send); // not connected yet
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.bind({ address: hostIp, port: hostPort, exclusive: true }, resolve);
  });
  server.on('error', () => {}); // an unreachable client concerns that client only
  server.unref();
  return {
    port: server.address().port,
    close() {
      for (const key of flows.keys()) end(key);
      server.close();
    },
  };
}

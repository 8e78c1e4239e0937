// The name server of user-defined networks: 127.0.0.11:53 inside each container, as Docker has it, because images rely on it.
// The sockets are made inside the container's namespace on a high port; one rule there sends port 53 to it, so that the
// container may itself listen on port 53. The rule outlives the engine, the sockets are made again when it comes back.
import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server, type Socket as TcpSocket } from 'node:net';
import type { Log } from '../base/log.ts';
import { listenInside } from '../kernel/netns-sockets.ts';
import { applyRulesIn } from '../tools/nft.ts';
import { NAME_SERVER } from './container-files.ts';
import { RCODE, readQuestion, writeResponse, type Question } from './dns-wire.ts';
import { askByTcp, askByUdp } from './dns-forward.ts';
import { answerLocally, rotate, type NamesWorld } from './names.ts';
import type { Sandbox } from './record.ts';

export interface NameService {
  /** Serves names in the sandbox's namespace. */
  open(sandbox: Sandbox): Promise<void>;
  /** After a restart of the engine: the rule is there already. */
  reopen(sandbox: Sandbox): void;
  close(containerId: string): void;
  closeAll(): void;
}

const PORT = 61053; // above the ephemeral ports, so that no connection of the container ever gets it by chance
const TTL_SECONDS = 5; // a restarted container may have another address
const UDP_BYTES = 512; // without EDNS (RFC 1035 4.2.1); longer answers are asked for again by TCP
const MAX_TCP_CLIENTS = 64;

const REDIRECT = `table ip gantry {
  chain names {
    type nat hook output priority -100;
    ip daddr ${NAME_SERVER} udp dport 53 dnat to ${NAME_SERVER}:${PORT}
    ip daddr ${NAME_SERVER} tcp dport 53 dnat to ${NAME_SERVER}:${PORT}
  }
}
`;

export function createNameService(world: NamesWorld & { isInternal(networkId: string): boolean }, log: Log): NameService {
  const servers = new Map<string, { udp: Socket; tcp: Server }>();
  const turns = new Map<number, number>(); // by type, because clients ask for A and AAAA in turn

  const answer = async (message: Buffer, sandbox: Sandbox, isUdp: boolean): Promise<Buffer | undefined> => {
    const question = readQuestion(message);
    if (!question) return undefined;
    const limit = isUdp ? { limitBytes: UDP_BYTES } : {};
    const local = question.class === 1 ? answerLocally(question, sandbox, world) : undefined;
    if (local) {
      const turn = turns.get(question.type) ?? 0;
      turns.set(question.type, turn + 1);
      return writeResponse(question, rotate(local, turn), { ttlSeconds: TTL_SECONDS, ...limit });
    }
    return await forward(message, question, sandbox, isUdp) ?? writeResponse(question, [], { rcode: RCODE.serverFailure, ttlSeconds: 0 });
  };
  const forward = async (message: Buffer, question: Question, sandbox: Sandbox, isUdp: boolean): Promise<Buffer | undefined> => {
    if (sandbox.endpoints.every(({ networkId }) => world.isInternal(networkId))) return undefined;
    for (const server of sandbox.resolvers ?? []) {
      try {
        return await (isUdp ? askByUdp : askByTcp)(server, message);
      } catch (error) {
        log.debug('a resolver did not answer', { server, name: question.name, error });
      }
    }
    return undefined;
  };
  const listen = (sandbox: Sandbox) => {
    const fds = listenInside(sandbox.netns ?? '', NAME_SERVER, PORT);
    const udp = createSocket('udp4');
    const report = (error: unknown) => log.warn('the name server of a container failed', { container: sandbox.containerName, error });
    udp.on('error', report);
    udp.on('message', (message, from) => {
      answer(message, sandbox, true).then((response) => response && udp.send(response, from.port, from.address, () => {}), report); // a client that left needs no answer
    });
    udp.bind({ fd: fds.udp, exclusive: true });
    const tcp = createServer((client) => serveTcp(client, (message) => answer(message, sandbox, false)));
    tcp.maxConnections = MAX_TCP_CLIENTS;
    tcp.on('error', report);
    tcp.listen({ fd: fds.tcp });
    udp.unref();
    tcp.unref();
    servers.set(sandbox.containerId, { udp, tcp });
  };
  const close = (containerId: string) => {
    const found = servers.get(containerId);
    servers.delete(containerId);
    found?.udp.close();
    found?.tcp.close();
  };
  return {
    async open(sandbox) {
      if (servers.has(sandbox.containerId)) return;
      listen(sandbox);
      await applyRulesIn(sandbox.netns ?? '', REDIRECT, { log });
    },
    reopen: (sandbox) => { if (!servers.has(sandbox.containerId)) listen(sandbox); },
    close,
    closeAll: () => { for (const containerId of servers.keys()) close(containerId); },
  };
}

/** Messages over TCP carry their length in two bytes (RFC 1035 4.2.2). */
function serveTcp(client: TcpSocket, answer: (message: Buffer) => Promise<Buffer | undefined>): void {
  let pending: Buffer = Buffer.alloc(0);
  client.setTimeout(10_000, () => client.destroy());
  client.on('error', () => client.destroy());
  client.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const message = pending.subarray(2, end);
      pending = pending.subarray(end);
      answer(message).then((response) => {
        if (!response) return client.destroy();
        const length = Buffer.alloc(2);
        length.writeUInt16BE(response.length, 0);
        return client.write(Buffer.concat([length, response]));
      }, () => client.destroy());
    }
  });
}

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, expect, test } from 'vitest';
import { silentLog } from '../base/log.ts';
import type { PortTarget } from './firewall.ts';
import { createRelays } from './relay.ts';

const relays = createRelays(silentLog);
const done = new DisposableStack();
const BYTES = 5_000_000;

afterEach(() => relays.close('box'));
afterAll(() => {
  relays.closeAll();
  done.dispose();
});

const published = (protocol: 'tcp' | 'udp', port: number, hostPort: number): PortTarget => ({ protocol, port, hostPort, hostIp: '::1', target: '127.0.0.1' });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '::1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Answers with all it got once the client has ended. */
async function mirror(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => socket.end(Buffer.concat(chunks)));
  }).listen(0, '127.0.0.1');
  done.defer(() => server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('an IPv6 client reaches a program that only has IPv4: every byte, and the end of each side by itself', async () => {
  const hostPort = await freePort();
  await relays.open('box', [published('tcp', await mirror(), hostPort)]);
  const sent = Buffer.alloc(BYTES, 'gantry ');
  const answers = await Promise.all(Array.from({ length: 5 }, async () => {
    const client = connect({ host: '::1', port: hostPort, allowHalfOpen: true });
    client.end(sent);
    const chunks: Buffer[] = [];
    for await (const chunk of client) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }));
  expect(answers.every((answer) => answer.equals(sent))).toBe(true);
});

test('a client is let go where nobody listens in the container', async () => {
  const hostPort = await freePort();
  await relays.open('box', [published('tcp', await freePort(), hostPort)]);
  const client = connect({ host: '::1', port: hostPort });
  client.on('error', () => {}); // reset or closed, both say it
  await once(client, 'close');
});

test('a port that is taken is refused whole, and the others are free again', async () => {
  const [first, second] = [await freePort(), await freePort()];
  const holder = createServer().listen(second, '::1');
  await once(holder, 'listening');
  await expect(relays.open('box', [published('tcp', 80, first), published('tcp', 80, second)])).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const again = createServer().listen(first, '::1');
  await once(again, 'listening');
  again.close();
  holder.close();
});

test('datagrams go there and back, each client\'s to that client', async () => {
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('message', (message, from) => server.send(`re: ${String(message)}`, from.port, from.address));
  const hostPort = await freePort();
  await relays.open('box', [published('udp', server.address().port, hostPort)]);
  const ask = async (text: string) => {
    const client = createSocket('udp6');
    client.send(text, hostPort, '::1');
    const [answer] = await once(client, 'message') as [Buffer];
    client.close();
    return String(answer);
  };
  expect(await Promise.all(['a', 'b', 'c'].map(ask))).toEqual(['re: a', 're: b', 're: c']);
  server.close();
});

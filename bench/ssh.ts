// How fast a host over SSH is, on a loopback sshd, beside what OpenSSH's own client and a plain socket reach at that moment.
//   node bench/ssh.ts
// Round trips are counted, not guessed: a relay in front of sshd holds every packet for DELAY_MS each way, so a time divided
// by 2 * DELAY_MS is a number of round trips. Both streams, a log and a saved image, are compared with `ssh host cat`.

import { spawn } from 'node:child_process';
import { chmodSync, closeSync, openSync, truncateSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { createDockerClient, type DockerClient } from '../src/main/docker/client.ts';
import { engineInfo } from '../src/main/docker/version.ts';
import { findEngine } from '../src/main/hosts/ssh/engine-route.ts';
import { createLogSource } from '../src/main/logs/source.ts';
import { makeHome, open, serve } from '../test/ssh/fixture.ts';
import { makeKey, startSshd } from '../test/ssh/sshd.ts';

const DELAY_MS = 200;
const BIG = 256 * 1024 * 1024;
const RUNS = 5;

const home = makeHome();
const key = makeKey(home.path, 'key');
const sshd = await startSshd({ authorized: [key.publicKey] });
chmodSync(home.path, 0o755);
const connectTo = (port: number): void => home.config(`Host box\n HostName 127.0.0.1\n Port ${port}\n User root\n IdentityFile ${key.path}\n StrictHostKeyChecking accept-new\n`);

const rows = JSON.stringify(Array.from({ length: 100 }, (_, index) => ({ Id: String(index).repeat(20), Names: [`/c${index}`], Labels: { a: 'x'.repeat(400) } })));
const block = Buffer.alloc(1 << 20, 'x');
/** Docker's frames (stdout) of lines with time stamps, as `GET /containers/x/logs?timestamps=1` sends them. */
const logBlock = Buffer.concat(Array.from({ length: 6000 }, () => frame(`2026-11-28T12:00:00.000000000Z ${'y'.repeat(120)}\n`)));
await using engine = await serve(home.path, (request, response) => {
  if (request.url === '/version') return void response.end('{"Version":"1","ApiVersion":"1.47"}');
  if (request.url?.includes('/json') && request.url.includes('/big')) return void response.end('{"Id":"big","Config":{"Tty":false},"State":{"Running":false}}');
  const part = request.url?.includes('/logs') ? logBlock : request.url?.startsWith('/images/') ? block : undefined;
  if (!part) return void response.end(rows);
  let left = BIG;
  const more = (): void => {
    while (left > 0) {
      left -= part.length;
      if (!response.write(part)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
});

await roundTrips();
await standing();
await streams();
await sshd[Symbol.asyncDispose]();
home[Symbol.dispose]();

async function roundTrips(): Promise<void> {
  await using relay = await startRelay(sshd.port);
  connectTo(relay.port);
  await using connection = await open(home, { name: 'box' });
  let beganMs = performance.now();
  const route = await findEngine(connection, { socketPath: engine.path });
  await using client = createDockerClient((call) => route.dial(call));
  // As a host of the app does it: what the engine is, and the first list, side by side.
  await Promise.all([engineInfo(client), client.json('GET', '/containers/json')]);
  report('first list of 100, after the connection stands', (performance.now() - beganMs) / (2 * DELAY_MS), 'round trips', '<= 3');
  beganMs = performance.now();
  await client.json('GET', '/containers/json');
  report('a request on a standing connection', (performance.now() - beganMs) / (2 * DELAY_MS), 'round trips', '<= 1');
}

async function standing(): Promise<void> {
  connectTo(sshd.port);
  const cold = async (): Promise<void> => {
    await using connection = await open(home, { name: 'box' });
    const route = await findEngine(connection, { socketPath: engine.path });
    await using client = createDockerClient((call) => route.dial(call));
    await client.json('GET', '/containers/json');
  };
  report('first list of 100, cold', await median(cold) * 1000, 'ms', '<= 1200');
  await using connection = await open(home, { name: 'box' });
  const route = await findEngine(connection, { socketPath: engine.path });
  await using client = createDockerClient((call) => route.dial(call));
  await using local = createDockerClient(async () => connect(engine.path));
  const list = (from: DockerClient) => async (): Promise<void> => void await from.json('GET', '/containers/json');
  await Promise.all(Array.from({ length: 8 }, list(client)));
  const localMs = await median(list(local), 101) * 1000;
  const remoteMs = await median(list(client), 101) * 1000;
  report('a request, local socket', localMs, 'ms');
  report('a request, over ssh', remoteMs, 'ms', 'local + 1 round trip');
  report('one round trip inside the connection', await median(async () => void await connection.roundTripMs(), 31) * 1000, 'ms');
  report('200 requests at once', await median(async () => void await Promise.all(Array.from({ length: 200 }, list(client))), 3) * 1000, 'ms', 'none fails');
}

async function streams(): Promise<void> {
  connectTo(sshd.port);
  const file = join(home.path, 'big');
  closeSync(openSync(file, 'w'));
  truncateSync(file, BIG);
  const cat = (cipher: string) => (): Promise<void> => new Promise((resolve) => {
    const child = spawn('sh', ['-c', `ssh -i ${key.path} ${cipher} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -p ${sshd.port} root@127.0.0.1 cat ${file} > /dev/null`], { stdio: 'ignore' });
    child.once('exit', () => resolve());
  });
  await using connection = await open(home, { name: 'box' });
  const route = await findEngine(connection, { socketPath: engine.path });
  await using client = createDockerClient((call) => route.dial(call));
  const save = async (): Promise<void> => { for await (const _chunk of await client.raw('GET', '/images/get')); };
  const log = async (): Promise<void> => { for await (const _record of createLogSource(client, 'big', 0).history(new AbortController().signal)); };
  const takes: Record<string, number[]> = { cat: [], gcm: [], save: [], log: [] };
  // In turns, so that a busy moment of the machine falls on all of them.
  for (let run = 0; run < RUNS; run += 1) {
    for (const [name, work] of [['cat', cat('')], ['gcm', cat('-c aes128-gcm@openssh.com')], ['save', save], ['log', log]] as const) takes[name]!.push(await seconds(work));
  }
  const rate = (name: string): number => BIG / 1e6 / takes[name]!.toSorted((a, b) => a - b)[RUNS >> 1]!;
  report('ssh host cat (its own choice of cipher)', rate('cat'), 'MB/s');
  report('ssh host cat (aes128-gcm)', rate('gcm'), 'MB/s');
  report('save stream', rate('save'), 'MB/s', `>= 80 %: ${Math.round(rate('save') / rate('cat') * 100)} %`);
  report('log stream', rate('log'), 'MB/s', `>= 80 %: ${Math.round(rate('log') / rate('cat') * 100)} %`);
}

function frame(text: string): Buffer {
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(text.length, 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** A relay that holds every packet for DELAY_MS. */
async function startRelay(port: number): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const pass = (from: Socket, to: Socket): void => {
    sockets.add(from.setNoDelay());
    from.on('data', (chunk) => setTimeout(() => to.write(chunk), DELAY_MS));
    from.on('close', () => to.destroy()).on('error', () => to.destroy());
  };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function median(work: () => Promise<void>, runs = RUNS): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < runs; i += 1) times.push(await seconds(work));
  return times.toSorted((a, b) => a - b)[runs >> 1]!;
}

function report(what: string, value: number, unit: string, bar = ''): void {
  process.stdout.write(`${what.padEnd(52)} ${value.toFixed(value < 20 ? 2 : 0).padStart(8)} ${unit}${bar && `   (${bar})`}\n`);
}

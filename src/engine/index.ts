// The door of the engine: `startEngine(options)` opens it and serves the Docker Engine API on a unix socket.
import { chmod, chown, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { whenIdle } from './api/idle.ts';
import { createRouter, type Router } from './api/router.ts';
import { createApiServer } from './api/server.ts';
import { API_VERSION, ENGINE_VERSION } from './api/version.ts';
import { openEngine, type EngineOptions } from './engine.ts';
import { giveMemoryBack } from './kernel/memory.ts';
import { System, Unavailable } from './wire/errors.ts';
import { makeFolder } from './wire/make-folder.ts';

export interface StartOptions extends EngineOptions {
  /** path of the unix socket */
  socketPath: string;
}

/**
 * Starts the engine; resolves when it accepts connections. Dispose stops serving and leaves containers running.
 * @throws Unavailable when a live engine already answers on the socket or holds the data root
 */
export async function startEngine(options: StartOptions): Promise<AsyncDisposable> {
  await using undo = new AsyncDisposableStack();
  const engine = undo.use(await openEngine(options));
  const router: Router = createRouter(engine.routes);
  const server = createApiServer(router, {
    'Api-Version': API_VERSION,
    'Docker-Experimental': 'false',
    Ostype: 'linux',
    Server: `Gantry/${ENGINE_VERSION} (linux)`,
  }, options.log);
  const touched = whenIdle(giveMemoryBack, { afterMs: 1500, minRequests: 50 });
  server.on('request', touched);
  server.on('upgrade', touched);
  await freeSocket(options.socketPath);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new System(`cannot listen on ${options.socketPath}`, { cause: error })));
    server.listen({ path: options.socketPath, backlog: 1024 }, resolve);
  });
  // An upgraded connection (attach, exec) is no longer counted by the HTTP server, yet `close` waits for it: for a terminal, forever.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  undo.defer(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  await grantGroup(options.socketPath);
  const stack = undo.move();
  return { [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Removes a socket that a dead engine left. @throws Unavailable when somebody answers on it */
async function freeSocket(path: string): Promise<void> {
  await makeFolder(dirname(path)).catch((error: unknown) => {
    throw new System(`the folder of the socket ${path} cannot be made: choose another with --socket`, { cause: error });
  });
  const answers = await new Promise<boolean>((resolve) => {
    const probe = connect(path, () => { probe.destroy(); resolve(true); });
    probe.on('error', () => resolve(false)); // nobody listens, or no such file
  });
  if (answers) throw new Unavailable(`an engine already answers on ${path}: stop it or choose another with --socket`);
  await rm(path, { force: true });
}

/** 0660, group `gantry` when the machine has one. */
async function grantGroup(path: string): Promise<void> {
  await chmod(path, 0o660);
  if (process.getuid?.() !== 0) return;
  const groups = await readFile('/etc/group', 'utf8').catch(() => ''); // no group file, no group
  const gid = /^gantry:[^:]*:(\d+):/m.exec(groups)?.[1];
  if (gid !== undefined) await chown(path, 0, Number(gid));
}

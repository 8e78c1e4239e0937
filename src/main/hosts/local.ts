// The engine of this machine: found when it already runs, started as a child when it does not, left running when we go.
// The child prints `ready PATH` on stdout once it accepts connections (design, section 5). It is detached with its log in a file,
// so closing the app, or killing it, leaves the engine and its containers alone.
import { open } from 'node:fs/promises';
import { connect as netConnect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EngineError } from '../../engine/wire/errors.ts';
import { makeFolder } from '../../engine/wire/make-folder.ts';
import { spawnChild } from '../processes.ts';
import type { HostConnector } from './connector.ts';
import { opened } from './sockets.ts';

export interface LocalEngine {
  dataRoot: string;
  runRoot: string;
  socketPath: string;
  /** an engine that somebody else runs; it is never started by us */
  foreign: boolean;
  /** argv that starts the daemon, without its own options */
  command: string[];
  env: NodeJS.ProcessEnv;
}

export interface LocalConnector extends HostConnector<'local'> {
  /** Ends the engine if this app started it; containers would go on, but nobody serves them. An engine that was found is left alone. */
  stopStarted(): void;
}

const START_TIMEOUT_MS = 20_000;

/** @throws Unavailable with the end of the engine's own output when it does not come up */
export function localConnector(engine: LocalEngine): LocalConnector {
  let starting: Promise<void> | undefined;
  let pid: number | undefined;
  const ensure = () => (starting ??= startEngine(engine).then((started) => void (pid = started)).finally(() => (starting = undefined)));
  const dial = async (signal?: AbortSignal) => {
    try {
      return await opened(netConnect({ path: engine.socketPath }), 'connect', signal);
    } catch (error) {
      if (engine.foreign || signal?.aborted || !isNobodyThere(error)) throw error;
      await ensure();
      return opened(netConnect({ path: engine.socketPath }), 'connect', signal);
    }
  };
  return {
    stopStarted() {
      if (pid === undefined) return;
      try {
        process.kill(pid, 'SIGTERM');
      } catch {
        // it ended by itself
      }
      pid = undefined;
    },
    kind: 'local',
    address: () => engine.socketPath,
    connect: async () => ({
      dial: ({ signal }) => dial(signal),
      async [Symbol.asyncDispose]() {}, // the engine stays
    }),
  };
}

function isNobodyThere(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}

/** @returns the engine's process id */
async function startEngine(engine: LocalEngine): Promise<number | undefined> {
  const logPath = join(engine.dataRoot, 'engine.log');
  await Promise.all([makeFolder(engine.dataRoot, 0o711), makeFolder(engine.runRoot, 0o711)]).catch((error: unknown) => {
    throw new EngineError('Unavailable', 'the folders of the engine cannot be made: choose others with --data-root and --run-root', { cause: error });
  });
  await using log = await open(logPath, 'a', 0o600);
  const sizeBefore = (await log.stat()).size;
  const [file, ...args] = engine.command;
  const child = spawnChild(file as string, [...args, '--data-root', engine.dataRoot, '--run-root', engine.runRoot, '--socket', engine.socketPath], {
    env: engine.env,
    detached: true,
    stderr: log.fd,
  });
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', (error) => reject(new EngineError('Unavailable', `cannot start the engine ${file}`, { cause: error })));
    child.once('exit', (code, signal) => {
      lastLines(logPath, sizeBefore).then((text) => reject(new EngineError('Unavailable', text || `the engine ended with ${signal ?? `code ${code}`}`)), reject);
    });
    setTimeout(() => reject(new EngineError('Unavailable', `the engine did not become ready in ${START_TIMEOUT_MS / 1000} s; its log is ${logPath}`)), START_TIMEOUT_MS).unref();
  });
  const ready = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('ready ')) resolve();
    });
  });
  try {
    await Promise.race([ready, failed]);
    return child.pid;
  } finally {
    failed.catch(() => {}); // after `ready` its end shows as a broken connection
    child.stdin.destroy();
    child.stdout.destroy();
    child.unref();
  }
}

/** What a failed engine said last: messages of its structured log, or its plain words. */
async function lastLines(path: string, from: number): Promise<string> {
  await using log = await open(path, 'r');
  const { size } = await log.stat();
  const start = Math.max(from, size - 4096);
  const { buffer, bytesRead } = await log.read(Buffer.alloc(size - start), 0, size - start, start);
  const lines = buffer.toString('utf8', 0, bytesRead).trim().split('\n').slice(-3);
  return lines.map(messageOf).filter(Boolean).join('; ');
}

function messageOf(line: string): string {
  try {
    return (JSON.parse(line) as { message?: string }).message ?? line;
  } catch {
    return line; // not every line is structured
  }
}

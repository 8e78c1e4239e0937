// Starts external programs for the engine: argv in, result out. The only importer of child_process in the engine.
// A failure carries the program's last words, because its exit code alone helps nobody.
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import type { Log } from '../base/log.ts';
import { System } from '../wire/errors.ts';

/** A program that could not be started, or ended otherwise than with 0. */
export class ToolError extends System {
  readonly argv: readonly string[];
  /** null when it could not be started or was ended by a signal */
  readonly exitCode: number | null;
  /** the last 4 KiB it wrote to stderr */
  readonly stderrTail: string;
  constructor(argv: readonly string[], exitCode: number | null, stderrTail: string, options?: ErrorOptions) {
    const last = stderrTail.trim();
    super(`${argv[0] ?? ''}: ${last || (exitCode === null ? 'could not run to its end' : `exit code ${exitCode}`)}`, options);
    this.name = 'ToolError';
    this.argv = argv;
    this.exitCode = exitCode;
    this.stderrTail = last;
  }
}

export interface RunOptions {
  /** whole input; without it stdin is empty */
  input?: string | Uint8Array;
  /** abort kills the program with SIGKILL and rejects with the signal's reason */
  signal?: AbortSignal | undefined;
  cwd?: string;
  /** whole environment; the default is the engine's own */
  env?: NodeJS.ProcessEnv;
  /** exit codes that are no failure; default [0] */
  accept?: readonly number[];
  log?: Log | undefined;
  /** the program puts itself in the background, maybe with our pipes still open: its first process's exit is the end */
  leavesDaemon?: boolean;
}

export interface RunResult { exitCode: number; stdout: string; stderr: string }

const TAIL_BYTES = 4096;

/**
 * Runs a program to its end and collects its output as UTF-8.
 * @throws ToolError when it cannot be started, is killed, or its exit code is not accepted
 */
export async function run(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<RunResult> {
  options.signal?.throwIfAborted();
  const startedMs = performance.now();
  const child = startTool(argv, {
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.env !== undefined && { env: options.env }),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin?.on('error', () => {}); // EPIPE: a program that ends without reading says why on stderr
  child.stdin?.end(options.input);
  const abort = () => child.kill('SIGKILL');
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    const exitCode = await ended(child, argv, options.leavesDaemon ? 'exit' : 'close');
    const words = Buffer.concat(stderr).toString();
    options.log?.debug('ran', { argv, exitCode, ms: Math.round(performance.now() - startedMs) });
    if (exitCode === null || !(options.accept ?? [0]).includes(exitCode)) {
      options.signal?.throwIfAborted();
      throw new ToolError(argv, exitCode, words.slice(-TAIL_BYTES));
    }
    return { exitCode, stdout: Buffer.concat(stdout).toString(), stderr: words };
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

/** Starts a program and hands it over: for pipes, supervisors and servers. Await `ended` or listen to it yourself. */
export function startTool(argv: readonly [string, ...string[]], options: SpawnOptions = {}): ChildProcess {
  return spawn(argv[0], argv.slice(1), options);
}

/**
 * The exit code once the program ended and its pipes closed (`close`), or only that it ended (`exit`); null when a signal ended it.
 * @throws ToolError when it could not be started
 */
export function ended(child: ChildProcess, argv: readonly string[] = child.spawnargs, event: 'close' | 'exit' = 'close'): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new ToolError(argv, null, '', { cause: error })));
    child.once(event, (code: number | null) => resolve(code));
  });
}

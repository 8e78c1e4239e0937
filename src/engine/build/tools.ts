// The external programs of a build (tar, cp, git, xz, bzip2) as pipes: argv in, streams and exit out.
import type { Readable, Writable } from 'node:stream';
import { ended, startTool } from '../tools/run.ts';
import { System } from '../wire/errors.ts';

export interface StartedTool {
  stdin: Writable;
  stdout: Readable;
  /** Resolves when the program has ended; -1: by a signal. `stderr` is its last part. */
  exited: Promise<{ exitCode: number; stderr: string }>;
}

/** Abort kills the program. */
export type StartTool = (argv: readonly [string, ...string[]], options: { cwd?: string; signal?: AbortSignal }) => StartedTool;

const TAIL_CHARACTERS = 4096;

export const startProgram: StartTool = (argv, { cwd, signal }) => {
  signal?.throwIfAborted();
  const child = startTool(argv, { stdio: ['pipe', 'pipe', 'pipe'], ...(cwd === undefined ? {} : { cwd }) });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new System(`${argv[0]} could not be started`);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-TAIL_CHARACTERS)));
  stdin.on('error', () => {}); // EPIPE: a program that ends without reading says why on stderr
  const abort = () => void child.kill('SIGKILL');
  signal?.addEventListener('abort', abort, { once: true });
  const exited = ended(child, argv)
    .then((exitCode) => ({ exitCode: exitCode ?? -1, stderr }))
    .finally(() => signal?.removeEventListener('abort', abort));
  exited.catch(() => {}); // who awaits it hears of it; a caller that failed before must not crash the engine
  return { stdin, stdout, exited };
};

/** Runs a program to its end and gives its output. @throws System with the last words of a failing one */
export async function output(start: StartTool, argv: readonly [string, ...string[]], options: { cwd?: string; signal?: AbortSignal } = {}): Promise<string> {
  const tool = start(argv, options);
  tool.stdin.end();
  const chunks: Buffer[] = [];
  for await (const chunk of tool.stdout) chunks.push(chunk as Buffer);
  const { exitCode, stderr } = await tool.exited;
  options.signal?.throwIfAborted();
  if (exitCode !== 0) throw new System(`${argv[0]} failed (exit code ${exitCode}): ${stderr.trim().split('\n').slice(-3).join(' ')}`);
  return Buffer.concat(chunks).toString('utf8');
}

// The only place of main that starts programs.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface SpawnOptions { env?: NodeJS.ProcessEnv; cwd?: string; detached?: boolean; stderr?: 'inherit' | 'ignore' | 'pipe' | number }

/** A child with its stdin and stdout as pipes. `detached` children outlive us. */
export function spawnChild(file: string, args: string[], options: SpawnOptions = {}): ChildProcessByStdio<Writable, Readable, Readable | null> {
  return spawn(file, args, {
    stdio: ['pipe', 'pipe', options.stderr ?? 'inherit'],
    ...(options.env ? { env: options.env } : {}),
    ...(options.cwd ? { cwd: options.cwd } : {}),
    detached: options.detached ?? false,
  }) as ChildProcessByStdio<Writable, Readable, Readable | null>;
}

/** Starts a program and forgets it: its end and its output are nobody's business. Resolves to false when there is no such program. */
export function spawnForgotten(file: string, args: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

// The external programs a build needs, as one function to start one: argv in, streams and exit out. engine.ts gives it.
import type { Readable, Writable } from 'node:stream';
import { System } from '../wire/errors.ts';

export interface StartedTool {
  stdin: Writable;
  stdout: Readable;
  /** Resolves when the program has ended; `stderr` is its last part. */
  exited: Promise<{ exitCode: number; stderr: string }>;
}

/** Abort kills the program. */
export type StartTool = (argv: readonly string[], options: { cwd?: string; env?: Record<string, string>; signal?: AbortSignal }) => StartedTool;

/** Runs a program to its end and gives its output. @throws System with the last words of a failing one */
export async function output(start: StartTool, argv: readonly string[], options: { cwd?: string; env?: Record<string, string>; signal?: AbortSignal } = {}): Promise<string> {
  const tool = start(argv, options);
  tool.stdin.end();
  const chunks: Buffer[] = [];
  for await (const chunk of tool.stdout) chunks.push(chunk as Buffer);
  const { exitCode, stderr } = await tool.exited;
  options.signal?.throwIfAborted();
  if (exitCode !== 0) throw new System(`${argv[0]} ${argv[1] ?? ''} failed (exit code ${exitCode}): ${stderr.trim().split('\n').slice(-3).join(' ')}`);
  return Buffer.concat(chunks).toString('utf8');
}

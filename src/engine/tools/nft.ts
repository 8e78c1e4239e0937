// nft(8): one transaction per call, applied as a whole or not at all.
import { type ChildProcess } from 'node:child_process';
import { run, startTool, type RunOptions } from './run.ts';

/** @throws ToolError with what nft says */
export async function applyRules(rules: string, options: Pick<RunOptions, 'signal' | 'log'> = {}): Promise<void> {
  await run(['nft', '-f', '-'], { ...options, input: rules });
}

/** The same inside the namespace bound to `netns`. */
export async function applyRulesIn(netns: string, rules: string, options: Pick<RunOptions, 'signal' | 'log'> = {}): Promise<void> {
  await run(['nsenter', `--net=${netns}`, 'nft', '-f', '-'], { ...options, input: rules });
}

/** Whether the chain is there and has rules. */
export async function hasRules(table: string, chain: string): Promise<boolean> {
  const { exitCode, stdout } = await run(['nft', 'list', 'chain', 'inet', table, chain], { accept: [0, 1] });
  return exitCode === 0 && stdout.split('\n').length > 4;
}

/** A running `nft monitor` that prints a line whenever something is taken out of any table. */
export function watchRemovals(): ChildProcess {
  return startTool(['nft', 'monitor', 'destroy'], { stdio: ['ignore', 'pipe', 'ignore'] });
}

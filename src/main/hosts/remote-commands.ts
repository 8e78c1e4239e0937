// Shell commands on a remote machine that must succeed, sent on stdin to `sh -s`: the login shell never parses them.

import { Unavailable } from '../../engine/wire/errors.ts';
import type { Places } from './remote-engine-plan.ts';
import type { SshConnection } from './ssh/connection.ts';
import { ConnectionProblem, sample } from './ssh/problem.ts';

/** Whether a command ends with 0. */
export async function succeeds(connection: SshConnection, command: string, signal: AbortSignal | undefined): Promise<boolean> {
  return (await connection.run('sh -s', { input: `${command}\n`, signal })).code === 0;
}

/** @throws disk-full, or Unavailable with the script's own words */
export async function must(connection: SshConnection, script: string, places: Places, signal: AbortSignal | undefined): Promise<void> {
  // A shell's commands give no error codes, only words: in English by LC_ALL.
  const { code, stderr } = await connection.run('sh -s', { input: `export LC_ALL=C\n${script}`, signal });
  if (code === 0) return;
  if (/no space left|disk quota exceeded/i.test(stderr)) throw new ConnectionProblem('disk-full', { host: connection.target.name, path: places.folder });
  throw new Unavailable(sample(stderr, 400));
}

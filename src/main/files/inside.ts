// Runs a small program in a running container and gives what it wrote: how folders are listed and files renamed, because the
// Docker API has no calls for that.
import { System } from '../../engine/wire/errors.ts';
import { readFrames } from '../../engine/wire/frames.ts';
import type { DockerClient } from '../docker/client.ts';

export interface Ran { exitCode: number; stdout: string; stderr: string }

/** @throws System when the program is not in the container or fails and `mayFail` is not set */
export async function runInside(client: DockerClient, id: string, command: string[], { signal, mayFail = false }: { signal?: AbortSignal | undefined; mayFail?: boolean } = {}): Promise<Ran> {
  const made = await client.json<{ Id: string }>('POST', `/containers/${encodeURIComponent(id)}/exec`, { json: { AttachStdout: true, AttachStderr: true, Cmd: command, User: '0' }, signal });
  const { stream } = await client.upgrade('POST', `/exec/${made.Id}/start`, { json: { Detach: false, Tty: false }, signal });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  for await (const frame of readFrames(stream)) (frame.stream === 2 ? err : out).push(Buffer.from(frame.payload));
  const { ExitCode } = await client.json<{ ExitCode: number | null }>('GET', `/exec/${made.Id}/json`, { signal });
  const ran = { exitCode: ExitCode ?? 0, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') };
  if (ran.exitCode !== 0 && !mayFail) throw new System(ran.stderr.trim() || `${command[0]} ended with ${ran.exitCode}`);
  return ran;
}

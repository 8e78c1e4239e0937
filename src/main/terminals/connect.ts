// The three ways into a container, each as one connection: exec (a new process), attach (the main process), and a debug container
// that joins the namespaces of one that has no shell.
import type { Duplex } from 'node:stream';
import { InvalidParameter } from '../../engine/wire/errors.ts';
import type { ContainerDetail } from '../contract/containers.ts';
import type { DockerClient } from '../docker/client.ts';

export interface Size { columns: number; rows: number }

export interface TerminalConnection {
  stream: Duplex;
  /** false: the bytes come as frames of stdout and stderr */
  isTty: boolean;
  resize(size: Size): Promise<void>;
  /** After the end of the stream; undefined when nobody knows. */
  exitCode(): Promise<number | undefined>;
  /** Ends what the session started, not what it only looked at. */
  kill(): Promise<void>;
}

/** bash where there is one, else sh: asked inside the container, in one exec. */
const BEST_SHELL = ['/bin/sh', '-c', 'command -v bash >/dev/null 2>&1 && exec bash; exec sh'];

export async function connectExec(client: DockerClient, container: string, options: { command: string[]; user: string; workingDir: string; size: Size; signal: AbortSignal }): Promise<TerminalConnection> {
  const { command, user, workingDir, size, signal } = options;
  const made = await client.json<{ Id: string }>('POST', `/containers/${encodeURIComponent(container)}/exec`, {
    json: {
      AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: true,
      Cmd: command.length > 0 ? command : BEST_SHELL,
      Env: ['TERM=xterm-256color'],
      ...(user ? { User: user } : {}),
      ...(workingDir ? { WorkingDir: workingDir } : {}),
      ConsoleSize: [size.rows, size.columns],
    },
    signal,
  });
  const { stream } = await client.upgrade('POST', `/exec/${made.Id}/start`, { json: { Detach: false, Tty: true, ConsoleSize: [size.rows, size.columns] }, signal });
  return {
    stream,
    isTty: true,
    resize: ({ columns, rows }) => client.json<void>('POST', `/exec/${made.Id}/resize`, { query: { h: rows, w: columns } }),
    exitCode: async () => (await client.json<{ ExitCode: number | null }>('GET', `/exec/${made.Id}/json`)).ExitCode ?? undefined,
    // There is no call to end an exec: its shell ends when its terminal hangs up.
    kill: async () => void stream.destroy(),
  };
}

export async function connectAttach(client: DockerClient, container: string, { signal }: { signal: AbortSignal }): Promise<TerminalConnection> {
  const path = `/containers/${encodeURIComponent(container)}`;
  const detail = await client.json<ContainerDetail>('GET', `${path}/json`, { signal });
  const { stream } = await client.upgrade('POST', `${path}/attach`, { query: { stream: true, stdin: detail.Config.OpenStdin ?? false, stdout: true, stderr: true, logs: false }, signal });
  return {
    stream,
    isTty: detail.Config.Tty,
    resize: async ({ columns, rows }) => {
      if (detail.Config.Tty) await client.json<void>('POST', `${path}/resize`, { query: { h: rows, w: columns } });
    },
    exitCode: async () => {
      const now = await client.json<ContainerDetail>('GET', `${path}/json`);
      return now.State.Running ? undefined : now.State.ExitCode;
    },
    kill: async () => void stream.destroy(),
  };
}

/** The container's files are at /proc/1/root of the debug shell, its processes and network are its own. */
export async function connectDebug(client: DockerClient, container: string, options: { image: string | undefined; command: string[]; signal: AbortSignal }): Promise<TerminalConnection> {
  const { image, command, signal } = options;
  if (!image) throw new InvalidParameter('choose an image that has a shell');
  const target = await client.json<ContainerDetail>('GET', `/containers/${encodeURIComponent(container)}/json`, { signal });
  const joined = `container:${target.Id}`;
  const made = await client.json<{ Id: string }>('POST', '/containers/create', {
    json: {
      Image: image, Tty: true, OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true, AttachStderr: true,
      Entrypoint: [], Cmd: command.length > 0 ? command : ['sh'],
      Env: ['TERM=xterm-256color'],
      Labels: { 'io.gantry.debug-of': target.Id },
      HostConfig: { AutoRemove: true, PidMode: joined, NetworkMode: joined, CapAdd: ['SYS_PTRACE'] },
    },
    signal,
  });
  const remove = () => client.json<void>('DELETE', `/containers/${made.Id}`, { query: { force: true } });
  try {
    const connection = await connectAttach(client, made.Id, { signal });
    await client.json<void>('POST', `/containers/${made.Id}/start`, { signal });
    return { ...connection, exitCode: async () => undefined, kill: remove };
  } catch (error) {
    await remove().catch(() => {}); // the first failure is the one to tell
    throw error;
  }
}

// conmon, the supervisor of one container: it outlives the engine, writes the log and, at the end, the exit file.
// It tells the container's pid, or what the runtime said, as one JSON line on the pipe named by _OCI_SYNCPIPE (conmon.c, write_sync_fd).
import type { Readable } from 'node:stream';
import { System } from '../wire/errors.ts';
import type { OciRuntime } from './oci-runtime.ts';
import { startTool } from './run.ts';

export interface ConmonOptions {
  path: string;
  runtime: OciRuntime;
  id: string;
  bundle: string;
  pidFile: string;
  conmonPidFile: string;
  /** `k8s-file:PATH` or `passthrough` */
  log: string;
  exitDir: string;
  persistDir: string;
  socketDir: string;
  tty: boolean;
  stdin: boolean;
  leaveStdinOpen: boolean;
  /** file descriptors for the container's stdout and stderr, with the log `passthrough` */
  output?: [stdout: number, stderr: number];
}

/** Starts conmon, which runs the runtime's `create`. @returns the container's pid. @throws System with the runtime's words */
export async function createUnderConmon(options: ConmonOptions): Promise<number> {
  const { runtime } = options;
  const argv: [string, ...string[]] = [
    options.path, '--api-version', '1', '-c', options.id, '-u', options.id, '-r', runtime.path, '-b', options.bundle,
    '-p', options.pidFile, '-P', options.conmonPidFile, '-l', options.log, '--exit-dir', options.exitDir, '--persist-dir', options.persistDir,
    '--socket-dir-path', options.socketDir, '--log-level', 'error', '--no-sync-log',
    ...(options.tty ? ['-t'] : []), ...(options.stdin ? ['-i'] : []), ...(options.leaveStdinOpen ? ['--leave-stdin-open'] : []),
    ...(runtime.systemdCgroup ? ['-s'] : []),
    ...runtime.globals.filter((word) => word !== '--systemd-cgroup').flatMap((word) => ['--runtime-arg', word]),
  ];
  const [stdout, stderr]: readonly ['ignore' | number, 'ignore' | number] = options.output ?? ['ignore', 'ignore'];
  const child = startTool(argv, { stdio: ['ignore', stdout, stderr, 'pipe'], env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', TZ: 'UTC0', _OCI_SYNCPIPE: '3', ...runtime.env }, cwd: options.bundle, detached: true });
  const failed = new Promise<never>((_, reject) => child.once('error', (error) => reject(new System(`cannot start ${options.path}: install conmon`, { cause: error }))));
  const report = child.stdio[3] as Readable;
  try {
    const line = await Promise.race([firstLine(report), failed]);
    return pidOf(line);
  } finally {
    report.destroy();
    child.unref();
  }
}

function pidOf(line: string): number {
  if (line === '') throw new System('conmon ended without a word');
  const { pid, data, message } = JSON.parse(line) as { pid?: number; data?: number; message?: string };
  const value = pid ?? data ?? -1;
  if (value <= 0) throw new System((message ?? `conmon: failed with ${value}`).trim());
  return value;
}

/** Up to the first newline, or all there is. */
async function firstLine(source: Readable): Promise<string> {
  let text = '';
  for await (const chunk of source) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] as string;
}

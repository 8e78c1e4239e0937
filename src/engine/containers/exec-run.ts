// Runs the process of an exec. Its specification goes to the runtime as a file, its exit code is the runtime's own; without a pid file
// the process was never started and the runtime's words say why.
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeEnd, makePipe, readEnd, writeEnd } from '../kernel/pipe.ts';
import { receiveFd } from '../kernel/receive-fd.ts';
import { setWindowSize } from '../kernel/terminal.ts';
import { execContainer } from '../tools/oci-runtime.ts';
import { ended } from '../tools/run.ts';
import { System } from '../wire/errors.ts';
import type { Exec } from './exec.ts';
import type { Parts } from './parts.ts';
import { readInRoot } from './root-files.ts';
import { processSpec, type OciProcess } from './spec/process.ts';
import { resolveUser } from './spec/user.ts';

export interface RunningExec {
  stdin: Writable | undefined;
  /** [stream, output]; with a terminal there is only stdout */
  outputs: [stream: 1 | 2, output: Readable][];
  resize(rows: number, columns: number): void;
  kill(): void;
  /** exit code; 126 and 127 with `failure` when the process could not be started */
  done: Promise<{ exitCode: number; failure?: string }>;
}

/** @throws InvalidParameter for an unknown user, System */
export async function runExec(parts: Parts, exec: Exec, options: { attachStdin: boolean; size?: readonly number[] | null | undefined }): Promise<RunningExec> {
  const folder = parts.folders.run(exec.container.id);
  const file = (kind: string) => join(folder, `exec-${exec.id.slice(0, 16)}.${kind}`);
  writeFileSync(file('json'), JSON.stringify(specOf(parts, exec)), { mode: 0o600 });
  const flags = ['--process', file('json'), '--pid-file', file('pid')];
  const tidy = () => {
    for (const kind of ['json', 'pid', 'log']) rmSync(file(kind), { force: true });
  };
  try {
    return exec.body.Tty ? await withTerminal(parts, exec, flags, options, tidy, file) : withPipes(parts, exec, flags, options, tidy, file);
  } catch (error) {
    tidy();
    throw error;
  }
}

/** Resolves when the runtime says that the process runs, or that it has ended. */
export async function execStarted(parts: Parts, exec: Exec, { done }: RunningExec): Promise<undefined> {
  const folder = parts.folders.run(exec.container.id);
  const file = `exec-${exec.id.slice(0, 16)}.pid`;
  const seen = Promise.withResolvers<void>();
  const watcher = watch(folder, (_event, name) => { if (name === file) seen.resolve(); });
  try {
    if (!existsSync(join(folder, file))) await Promise.race([seen.promise, done]);
  } finally {
    watcher.close();
  }
}

function specOf(parts: Parts, { container, body }: Exec): OciProcess {
  const { record } = container;
  const root = `/proc/${record.pid}/root`;
  const named = new Set((body.Env ?? []).map((entry) => entry.split('=', 1)[0]));
  return processSpec({
    args: body.Cmd ?? [],
    env: [...(record.config.Env ?? []).filter((entry) => !named.has(entry.split('=', 1)[0])), ...(body.Env ?? [])],
    cwd: body.WorkingDir || record.config.WorkingDir || '',
    tty: body.Tty === true,
    user: resolveUser(body.User || record.config.User || '', readInRoot(root, '/etc/passwd'), readInRoot(root, '/etc/group'), record.hostConfig.GroupAdd ?? []),
    hostname: record.config.Hostname ?? '',
    hostConfig: { ...record.hostConfig, ConsoleSize: body.ConsoleSize ?? null, Privileged: record.hostConfig.Privileged === true || body.Privileged === true },
    facts: parts.machine.facts,
  });
}

function withPipes(parts: Parts, exec: Exec, flags: string[], options: { attachStdin: boolean }, tidy: () => void, file: (kind: string) => string): RunningExec {
  const stdin = options.attachStdin ? makePipe() : undefined;
  const stdout = makePipe();
  const stderr = makePipe();
  const child = execContainer(parts.machine.runtime, exec.container.id, file('log'), flags, [stdin?.readFd ?? 'ignore', stdout.writeFd, stderr.writeFd]);
  if (stdin) closeEnd(stdin.readFd);
  closeEnd(stdout.writeFd);
  closeEnd(stderr.writeFd);
  const [out, err] = [readEnd(stdout), readEnd(stderr)];
  return {
    stdin: stdin && writeEnd(stdin),
    outputs: [[1, out], [2, err]],
    resize() {},
    kill: () => killExec(file('pid'), child),
    done: ended(child).then((code) => outcome(exec, code, tidy, file)),
  };
}

async function withTerminal(parts: Parts, exec: Exec, flags: string[], options: { attachStdin: boolean; size?: readonly number[] | null | undefined }, tidy: () => void, file: (kind: string) => string): Promise<RunningExec> {
  const path = join(parts.folders.sockets, exec.id.slice(0, 16));
  const arrived = Promise.withResolvers<number>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
    void (async () => {
      try {
        for (let tries = 0; tries < 1000; tries++) {
          const found = receiveFd(fd);
          if (found !== undefined) return arrived.resolve(found);
          await sleep(1);
        }
        arrived.reject(new System('the runtime sent no terminal'));
      } catch (error) {
        arrived.reject(error as Error);
      } finally {
        socket.destroy();
      }
    })();
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  try {
    const child = execContainer(parts.machine.runtime, exec.container.id, file('log'), [...flags, '--tty', '--console-socket', path], ['ignore', 'ignore', 'ignore']);
    const code = ended(child);
    const fd = await Promise.race([arrived.promise, code.then(() => undefined)]);
    const done = code.then((value) => outcome(exec, value, tidy, file));
    if (fd === undefined) return { stdin: undefined, outputs: [], resize() {}, kill() {}, done };
    const terminal = new ReadStream(fd);
    const [rows = 0, columns = 0] = options.size ?? [];
    if (rows > 0 && columns > 0) setWindowSize(fd, rows, columns);
    return {
      stdin: options.attachStdin ? (terminal as unknown as Writable) : undefined,
      outputs: [[1, terminal]],
      resize: (height, width) => { if (!terminal.destroyed) setWindowSize(fd, height, width); },
      kill: () => killExec(file('pid'), child),
      done,
    };
  } finally {
    server.close();
    rmSync(path, { force: true });
  }
}

/** Ends the process itself; the runtime, which waits for it, ends then. Killing only the runtime would leave the process behind. */
function killExec(pidFile: string, runtime: ChildProcess): void {
  const pid = Number(textOf(pidFile) ?? 0);
  try {
    if (pid > 0) process.kill(pid, 'SIGKILL');
    else runtime.kill('SIGKILL'); // not started yet
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has just ended
  }
}

function outcome(exec: Exec, code: number | null, tidy: () => void, file: (kind: string) => string): { exitCode: number; failure?: string } {
  const words = textOf(file('log')) ?? '';
  // The runtime writes the pid when the process was started.
  const pid = textOf(file('pid'));
  tidy();
  if (pid !== undefined) {
    exec.pid = Number(pid);
    return { exitCode: code ?? 137 };
  }
  const command = JSON.stringify(exec.body.Cmd?.[0] ?? '');
  const { exitCode, reason } = execRefusal(words, command);
  return { exitCode, failure: `OCI runtime exec failed: exec failed: unable to start container process: ${reason}: unknown` };
}

/** What the runtime's words mean, in docker's: the CLI looks for them. 127: there is no such program; 126: it cannot be run. */
function execRefusal(words: string, command: string): { exitCode: 126 | 127; reason: string } {
  if (/executable file .*not found|exec.*no such file|no such file.*exec/i.test(words)) return { exitCode: 127, reason: `exec: ${command}: executable file not found in $PATH` };
  if (/(exec|executable).*(permission denied|not permitted)|exec format/i.test(words)) return { exitCode: 126, reason: `exec: ${command}: permission denied` };
  return { exitCode: 126, reason: words.trim() };
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

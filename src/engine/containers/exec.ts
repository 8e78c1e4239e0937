// POST /containers/{id}/exec and /exec/{id}/start: a second process in a running container. It is a child of the engine under the
// runtime's `exec`, with real pipes or, with a terminal, the pty whose master the runtime hands over.
import { randomId } from '../base/ids.ts';
import { Conflict, InvalidParameter, NotFound } from '../wire/errors.ts';
import { checkExecShape } from './body-shape.ts';
import type { Container } from './container.ts';
import { parseDetachKeys } from './detach-keys.ts';
import { publish, type Parts } from './parts.ts';
import { isUp } from './record.ts';
import type { RunningExec } from './exec-run.ts';

export interface ExecBody {
  AttachStdin?: boolean;
  AttachStdout?: boolean;
  AttachStderr?: boolean;
  ConsoleSize?: number[] | null;
  DetachKeys?: string;
  Tty?: boolean;
  Env?: string[] | null;
  Cmd?: string[] | null;
  Privileged?: boolean;
  User?: string;
  WorkingDir?: string;
}

export interface Exec {
  id: string;
  container: Container;
  body: ExecBody;
  state: 'created' | 'running' | 'ended';
  exitCode: number | null;
  pid: number;
  run: RunningExec | undefined;
  /** asked for before its terminal was there */
  size?: readonly [rows: number, columns: number];
}

/** As docker's events have it: a command without arguments is followed by a space. */
export const commandOf = ({ Cmd }: Pick<ExecBody, 'Cmd'>): string => `${Cmd?.[0] ?? ''} ${(Cmd ?? []).slice(1).join(' ')}`;

/** Ended execs are kept this long for `docker exec`, which asks for the exit code afterwards. */
const KEEP_MS = 5 * 60_000;

export class Execs {
  readonly #byId = new Map<string, Exec>();

  /** @throws NotFound; Conflict when its container has stopped since */
  find(id: string): Exec {
    const exec = this.#byId.get(id);
    if (!exec) throw new NotFound(`No such exec instance: ${id}`);
    return exec;
  }

  /** @throws Conflict when the container does not run or is paused, InvalidParameter without a command */
  create(parts: Parts, container: Container, body: ExecBody | undefined): Exec {
    requireRunning(container);
    checkExecShape(body);
    if (!body?.Cmd?.length) throw new InvalidParameter('No exec command specified');
    for (const entry of body.Env ?? []) if (entry === '' || entry.startsWith('=')) throw new InvalidParameter(`invalid environment variable: ${entry}`);
    if (body.DetachKeys) parseDetachKeys(body.DetachKeys);
    const exec: Exec = { id: randomId(), container, body, state: 'created', exitCode: null, pid: 0, run: undefined };
    this.#byId.set(exec.id, exec);
    container.execs.add(exec.id);
    publish(parts, container, `exec_create: ${commandOf(body)}`, { execID: exec.id });
    return exec;
  }

  /** Forgets it after a while. */
  ended(parts: Parts, exec: Exec, exitCode: number): void {
    exec.state = 'ended';
    exec.exitCode = exitCode;
    exec.run = undefined;
    exec.container.execs.delete(exec.id);
    publish(parts, exec.container, 'exec_die', { execID: exec.id, exitCode: String(exitCode) });
    setTimeout(() => this.#byId.delete(exec.id), KEEP_MS).unref();
  }
}

/** @throws Conflict in docker's words */
export function requireRunning({ record }: Container): void {
  if (record.state === 'paused') throw new Conflict(`container ${record.id} is paused, unpause the container before exec`);
  if (record.state === 'restarting') throw new Conflict(`container ${record.id} is restarting, wait until the container is running`);
  if (!isUp(record)) throw new Conflict(`container ${record.id} is not running`);
}

/** GET /exec/{id}/json */
export function inspectExec({ id, container, body, state, exitCode, pid }: Exec): Record<string, unknown> {
  const [entrypoint = '', ...args] = body.Cmd ?? [];
  return {
    ID: id, Running: state === 'running', ExitCode: exitCode,
    ProcessConfig: { tty: body.Tty ?? false, entrypoint, arguments: args, privileged: body.Privileged ?? false, ...(body.User && { user: body.User }) },
    OpenStdin: body.AttachStdin ?? false, OpenStderr: body.AttachStderr ?? false, OpenStdout: body.AttachStdout ?? false,
    CanRemove: state === 'ended', ContainerID: container.id, DetachKeys: '', Pid: pid,
  };
}

// The OCI runtime: crun, else runc, whichever a real run shows to work here. argv in, typed results out.
// crun 1.8 refuses a cgroup v1 machine that keeps controllers in the v2 tree; the probe says so and the caller may free them.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import type { Log } from '../base/log.ts';
import { Unavailable } from '../wire/errors.ts';
import { ToolError, run, startTool } from './run.ts';

export interface OciRuntime {
  name: 'crun' | 'runc';
  /** absolute path */
  path: string;
  version: string;
  /** where it keeps its state, one folder a container */
  stateRoot: string;
  /** flags that come before every command */
  globals: readonly string[];
  systemdCgroup: boolean;
  /** what it needs besides PATH where its supervisor starts it: the way to a user's service manager */
  env: Readonly<Record<string, string>>;
}

const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/bin', '/sbin'];

/** Tries crun, then runc. `freeControllers` is asked once when crun meets a hybrid cgroup tree. @throws Unavailable when none works */
export async function findRuntime(options: { runRoot: string; environment: Readonly<Record<string, string | undefined>>; systemdCgroup: boolean; rootless: boolean; /** control groups are not ours to make: limits cannot be kept */ withoutCgroups: boolean; freeControllers: () => boolean; log: Log }): Promise<OciRuntime> {
  const problems: string[] = [];
  for (const name of ['crun', 'runc'] as const) {
    const stateRoot = join(options.runRoot, name);
    await mkdir(stateRoot, { recursive: true, mode: 0o700 });
    const found = await firstThatRuns(name);
    if (!found) {
      problems.push(`${name}: not installed`);
      continue;
    }
    const globals = ['--root', stateRoot, ...(options.systemdCgroup ? ['--systemd-cgroup'] : []), ...(options.rootless && name === 'runc' ? ['--rootless', 'true'] : []), ...(options.withoutCgroups && name === 'crun' ? ['--cgroup-manager', 'disabled'] : [])];
    const runtime: OciRuntime = { name, ...found, stateRoot, globals, systemdCgroup: options.systemdCgroup, env: options.systemdCgroup && options.rootless ? busOf(options.environment) : {} };
    for (let freed = false; ; freed = true) {
      const problem = await trial(runtime, options.runRoot, options.rootless);
      if (problem === undefined) return runtime;
      if (!freed && /hybrid mode/.test(problem) && options.freeControllers()) continue;
      options.log.info('runtime does not work here', { name, problem });
      problems.push(`${name}: ${problem}`);
      break;
    }
  }
  throw new Unavailable(`no container runtime works here: install crun or runc (${problems.join('; ')})`);
}

function busOf(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = ['XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];
  return Object.fromEntries(names.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])));
}

async function firstThatRuns(name: string): Promise<{ path: string; version: string } | undefined> {
  for (const folder of FOLDERS) {
    try {
      const { stdout } = await run([`${folder}/${name}`, '--version']);
      return { path: `${folder}/${name}`, version: /version (\S+)/.exec(stdout)?.[1] ?? '' };
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** Creates and deletes a container whose process is never started. @returns what went wrong, or undefined */
async function trial(runtime: OciRuntime, runRoot: string, rootless: boolean): Promise<string | undefined> {
  const bundle = await mkdtemp(join(runRoot, 'probe-'));
  const id = bundle.slice(bundle.lastIndexOf('/') + 1);
  try {
    await mkdir(join(bundle, 'rootfs'));
    await writeFile(join(bundle, 'config.json'), JSON.stringify({
      ociVersion: '1.0.2',
      process: { user: { uid: 0, gid: 0 }, args: ['/probe'], cwd: '/' },
      root: { path: 'rootfs' },
      mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
      linux: { namespaces: [{ type: 'mount' }, { type: 'pid' }, { type: 'network' }], ...(rootless && !runtime.systemdCgroup ? {} : { cgroupsPath: runtime.systemdCgroup ? `${rootless ? 'user' : 'system'}.slice:gantry:${id}` : `/gantry/${id}` }) },
    }));
    // There is no /probe: a runtime that gets as far as looking for it has set everything else up.
    await run([runtime.path, ...runtime.globals, 'run', '--bundle', bundle, id], { signal: AbortSignal.timeout(10_000) });
    return undefined;
  } catch (error) {
    if (error instanceof ToolError && /not found|no such file/i.test(error.stderrTail) && /probe/.test(error.stderrTail)) return undefined;
    return error instanceof ToolError ? error.stderrTail || error.message : String(error);
  } finally {
    await run([runtime.path, ...runtime.globals, 'delete', '--force', id], { accept: [0, 1] }).catch(() => {}); // usually there is nothing left of it
    await rm(bundle, { recursive: true, force: true });
  }
}

const argvOf = (runtime: OciRuntime, ...words: string[]): [string, ...string[]] => [runtime.path, ...runtime.globals, ...words];

export async function startContainer(runtime: OciRuntime, id: string): Promise<void> {
  await run(argvOf(runtime, 'start', id));
}

/** Removes what the runtime keeps of a container; kills it first. A container it does not know is fine. */
export async function deleteContainer(runtime: OciRuntime, id: string): Promise<void> {
  await run(argvOf(runtime, 'delete', '--force', id), { accept: [0, 1] });
}

/** `running`, `created`, `stopped`, `paused`, or undefined when the runtime does not know it. */
export async function containerState(runtime: OciRuntime, id: string): Promise<{ status: string; pid: number } | undefined> {
  const { exitCode, stdout } = await run(argvOf(runtime, 'state', id), { accept: [0, 1] });
  if (exitCode !== 0) return undefined;
  const state = JSON.parse(stdout) as { status: string; pid: number };
  return { status: state.status, pid: state.pid };
}

/** @param file where the resources are written for the runtime; not standard input, which it would open again by name */
export async function updateContainer(runtime: OciRuntime, id: string, resources: unknown, file: string): Promise<void> {
  await writeFile(file, JSON.stringify(resources));
  try {
    await run(argvOf(runtime, 'update', '--resources', file, id));
  } finally {
    await rm(file, { force: true });
  }
}

/** `exec` as a child of ours; its pipes are the process's own. */
export function execContainer(runtime: OciRuntime, id: string, log: string, flags: readonly string[], stdio: SpawnOptions['stdio']): ChildProcess {
  return startTool(argvOf(runtime, '--log', log, 'exec', ...flags, id), { stdio, detached: true });
}

/** `run` in the foreground, without a supervisor. */
export function runContainer(runtime: OciRuntime, id: string, bundle: string): ChildProcess {
  return startTool(argvOf(runtime, 'run', '--bundle', bundle, id), { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
}

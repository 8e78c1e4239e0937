// What this machine lets containers have: runtime, supervisor, cgroups, limits. Found once when the engine opens.
import { existsSync, mkdirSync, readFileSync, readdirSync, statfsSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import { mount } from '../kernel/mounts.ts';
import { isInUserNamespace } from '../kernel/user-namespace.ts';
import { findRuntime, type OciRuntime } from '../tools/oci-runtime.ts';
import { Unavailable } from '../wire/errors.ts';
import type { SpecFacts } from './spec/spec.ts';

export interface Machine {
  runtime: OciRuntime;
  conmonPath: string;
  facts: SpecFacts;
  cgroupDriver: 'cgroupfs' | 'systemd';
  /** folder of the service manager that makes our scopes: '' for the system's, `/user.slice/…/user@1000.service` for a user's */
  cgroupBase: string;
  bootId: string;
}

const CGROUP_ROOT = '/sys/fs/cgroup';
const CGROUP2_MAGIC = 0x63677270;
const CAP_SYS_RESOURCE = 24n;

/** @throws Unavailable when no runtime or no conmon works here */
export async function probeMachine(options: { runRoot: string; log: Log; environment: Readonly<Record<string, string | undefined>> }): Promise<Machine> {
  const rootless = isInUserNamespace();
  const cgroupVersion = statfsSync(CGROUP_ROOT, { bigint: false }).type === CGROUP2_MAGIC ? 2 : 1;
  const mayUseSystemd = cgroupVersion === 2 && existsSync('/run/systemd/system') && (!rootless || hasUserBus(options.environment));
  const find = (systemdCgroup: boolean): Promise<OciRuntime> => findRuntime({ runRoot: options.runRoot, environment: options.environment, systemdCgroup, rootless, withoutCgroups: rootless && !systemdCgroup, freeControllers: () => !rootless && freeControllers(options.log), log: options.log });
  // An ordinary user's control groups are made by the user's service manager, or by nobody: then containers run without limits.
  const runtime = await find(mayUseSystemd).catch((error: unknown) => {
    if (!rootless || !mayUseSystemd) throw error;
    options.log.warn('the user\'s service manager makes no control groups: containers run without limits', { error });
    return find(false);
  });
  const systemd = runtime.systemdCgroup;
  const conmonPath = ['/usr/bin/conmon', '/usr/libexec/podman/conmon', '/usr/local/bin/conmon'].find((path) => existsSync(path));
  if (!conmonPath) throw new Unavailable('conmon is not installed: install the package conmon');
  const status = text('/proc/self/status');
  const bounding = BigInt(`0x${/^CapBnd:\s*(\w+)/m.exec(status)?.[1] ?? '0'}`);
  const effective = BigInt(`0x${/^CapEff:\s*(\w+)/m.exec(status)?.[1] ?? '0'}`);
  return {
    runtime,
    conmonPath,
    cgroupDriver: systemd ? 'systemd' : 'cgroupfs',
    cgroupBase: systemd && rootless ? userManagerCgroup() : '',
    bootId: text('/proc/sys/kernel/random/boot_id').trim(),
    facts: {
      machine: process.arch,
      kernel: release(),
      initPath: ['/usr/bin/tini-static', '/usr/libexec/docker/docker-init', '/usr/bin/docker-init', '/usr/bin/tini'].find((path) => existsSync(path)),
      boundingCaps: bounding,
      hardLimits: hardLimits(),
      mayRaiseLimits: !rootless && ((effective >> CAP_SYS_RESOURCE) & 1n) === 1n,
      rootless,
      cgroupVersion,
      blockWeight: cgroupVersion === 2 || ['blkio.weight', 'blkio.bfq.weight'].some((file) => existsSync(`${CGROUP_ROOT}/blkio/${file}`)),
      swap: cgroupVersion === 2 || existsSync(`${CGROUP_ROOT}/memory/memory.memsw.limit_in_bytes`),
    },
  };
}

const text = (path: string): string => readFileSync(path, 'utf8');

/** Where crun and runc look for the user's service manager (sd_bus_default_user(3)). */
function hasUserBus(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment['DBUS_SESSION_BUS_ADDRESS'] !== undefined || existsSync(join(environment['XDG_RUNTIME_DIR'] ?? '/', 'bus'));
}

/** By the user's id outside of our user namespace (user_namespaces(7), uid_map). */
function userManagerCgroup(): string {
  const uid = /^\s*0\s+(\d+)/m.exec(text('/proc/self/uid_map'))?.[1] ?? '0';
  return `/user.slice/user-${uid}.slice/user@${uid}.service`;
}

/**
 * On a "hybrid" machine the v2 tree keeps the controllers that nobody mounted as v1. crun then refuses to work, although nothing
 * uses them; mounting each of them as v1, as Debian's cgroupfs-mount does, takes them out of the v2 tree.
 */
function freeControllers(log: Log): boolean {
  const tree = join(CGROUP_ROOT, 'unified');
  if (!existsSync(join(tree, 'cgroup.controllers')) || text(join(tree, 'cgroup.subtree_control')).trim() !== '') return false;
  let freed = false;
  for (const name of text(join(tree, 'cgroup.controllers')).trim().split(/\s+/).filter(Boolean)) {
    const target = join(CGROUP_ROOT, name);
    try {
      mkdirSync(target, { recursive: true });
      mount('cgroup', target, 'cgroup', 0, name);
      freed = true;
      log.info('mounted a cgroup v1 controller that crun needs out of the v2 tree', { name });
    } catch (error) {
      log.warn('cannot mount a cgroup v1 controller', { name, error });
    }
  }
  return freed;
}

/** proc_pid_limits(5), by the names `--ulimit` uses. */
function hardLimits(): Map<string, number> {
  const names: Record<string, string> = {
    'Max cpu time': 'cpu', 'Max file size': 'fsize', 'Max data size': 'data', 'Max stack size': 'stack', 'Max core file size': 'core', 'Max resident set': 'rss',
    'Max processes': 'nproc', 'Max open files': 'nofile', 'Max locked memory': 'memlock', 'Max file locks': 'locks', 'Max pending signals': 'sigpending',
    'Max msgqueue size': 'msgqueue', 'Max nice priority': 'nice', 'Max realtime priority': 'rtprio', 'Max realtime timeout': 'rttime',
  };
  const out = new Map<string, number>();
  for (const line of text('/proc/self/limits').split('\n')) {
    const match = /^(Max [a-z ]+?)\s{2,}(\S+)\s+(\S+)/.exec(line);
    const name = match && names[match[1] as string];
    if (name && match[3] !== 'unlimited') out.set(name, Number(match[3]));
  }
  return out;
}

/** CPUs the machine has, for checks of `--cpus` and `--cpuset-cpus`. */
export function onlineCpus(): number {
  return readdirSync('/sys/devices/system/cpu').filter((name) => /^cpu\d+$/.test(name)).length;
}

/** Memory nodes the machine has, for checks of `--cpuset-mems`; a kernel without NUMA has one. */
export function onlineMemoryNodes(): number {
  const folder = '/sys/devices/system/node';
  return existsSync(folder) ? readdirSync(folder).filter((name) => /^node\d+$/.test(name)).length : 1;
}

/** The part of /info that depends on the runtime. */
export function runtimeFacts({ runtime, cgroupDriver, facts }: Machine): Record<string, unknown> {
  return {
    CgroupDriver: cgroupDriver,
    DefaultRuntime: runtime.name,
    Runtimes: { [runtime.name]: { path: runtime.path } },
    RuncCommit: { ID: runtime.version, Expected: runtime.version },
    // no containerd, and an init whose version nobody asks for
    ContainerdCommit: { ID: '', Expected: '' },
    InitCommit: { ID: '', Expected: '' },
    InitBinary: facts.initPath ?? '',
    SecurityOptions: ['name=seccomp,profile=builtin', ...(facts.rootless ? ['name=rootless'] : []), ...(facts.cgroupVersion === 2 ? ['name=cgroupns'] : [])],
    SwapLimit: facts.swap,
    NCPU: onlineCpus(),
  };
}

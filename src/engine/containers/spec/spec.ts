// From a container's record to the OCI runtime's config.json: one pure function, put together from one file a concern.
// (Device nodes and block device numbers are looked up in /dev; everything else comes in as facts.)
import { existsSync } from 'node:fs';
import type { ContainerConfig, HostConfig } from '@docker/node-sdk';
import type { OciMount } from '../../needs.ts';
import { deviceSpec } from './devices.ts';
import { mountSpec, type MountFacts } from './mounts.ts';
import { MASKED_PATHS, READONLY_PATHS } from './paths.ts';
import { processSpec, type ProcessFacts } from './process.ts';
import { resourceSpec, type ResourceFacts } from './resources.ts';
import { capabilitySet } from './capabilities.ts';
import { defaultSeccomp, parseSeccompProfile, type Seccomp } from './seccomp.ts';
import type { ResolvedUser } from './user.ts';

export interface SpecFacts extends ProcessFacts, ResourceFacts, MountFacts {
  /** Node's process.arch */
  machine: string;
  kernel: string;
  /** tini, when it is installed */
  initPath: string | undefined;
}

/** Namespaces: a path to join, 'new', or 'host'. */
export interface NamespaceWish { net: string; ipc: string; pid: string; uts: string; cgroup: string }

export interface SpecInput {
  id: string;
  config: ContainerConfig;
  hostConfig: HostConfig;
  /** entrypoint and command together */
  args: string[];
  user: ResolvedUser;
  rootfs: string;
  mounts: readonly OciMount[];
  /** a folder on the host with a tmpfs for /dev/shm; undefined: an own one */
  shmSource?: string | undefined;
  namespaces: NamespaceWish;
  cgroupsPath: string;
  facts: SpecFacts;
}

export interface OciSpec {
  ociVersion: string;
  process: ReturnType<typeof processSpec>;
  root: { path: string; readonly: boolean };
  hostname?: string;
  mounts: OciMount[];
  annotations?: Record<string, string>;
  linux: Record<string, unknown> & { seccomp?: Seccomp };
}

/** Where tini is put in a container with `Init`. */
export const INIT_TARGET = '/sbin/docker-init';

/** @throws InvalidParameter, System for wishes that cannot be met */
export function containerSpec(input: SpecInput): OciSpec {
  const { config, hostConfig, facts, namespaces } = input;
  const withInit = hostConfig.Init === true && facts.initPath !== undefined;
  const devices = deviceSpec(hostConfig, facts.rootless);
  const seccomp = seccompOf(hostConfig, facts);
  const hostname = config.Hostname ?? '';
  const mounts = mountSpec(hostConfig, [
    ...input.mounts,
    ...(withInit ? [{ destination: INIT_TARGET, type: 'bind', source: facts.initPath as string, options: ['bind', 'ro'] }] : []),
  ], { ...facts, hostMqueue: namespaces.ipc === 'host' && existsSync('/dev/mqueue'), shmSource: input.shmSource });
  return {
    ociVersion: '1.0.2',
    process: processSpec({
      args: withInit ? [INIT_TARGET, '--', ...input.args] : input.args,
      env: config.Env ?? [],
      cwd: config.WorkingDir ?? '',
      tty: config.Tty === true,
      user: input.user,
      hostname,
      hostConfig,
      facts,
    }),
    root: { path: input.rootfs, readonly: hostConfig.ReadonlyRootfs === true },
    ...(namespaces.uts === 'new' && hostname !== '' && { hostname }),
    mounts,
    linux: {
      resources: resourceSpec(hostConfig, facts, devices.rules),
      cgroupsPath: input.cgroupsPath,
      namespaces: namespaceList(namespaces),
      devices: devices.devices,
      sysctl: { ...(namespaces.net === 'new' || namespaces.net.startsWith('/') ? defaultNetSysctls(facts.rootless) : {}), ...(namespaces.uts === 'new' && config.Domainname ? { 'kernel.domainname': config.Domainname } : {}), ...hostConfig.Sysctls },
      maskedPaths: hostConfig.Privileged ? [] : (hostConfig.MaskedPaths ?? MASKED_PATHS),
      readonlyPaths: hostConfig.Privileged ? [] : (hostConfig.ReadonlyPaths ?? READONLY_PATHS),
      ...rootPropagation(input.mounts, hostConfig.Privileged === true),
      ...(seccomp && { seccomp }),
    },
  };
}

/** A mount can only pass on what the root above it passes on. */
function rootPropagation(mounts: readonly OciMount[], isPrivileged: boolean): { rootfsPropagation?: string } {
  const asks = (...words: string[]) => mounts.some(({ options }) => (options ?? []).some((option) => words.includes(option)));
  if (asks('shared', 'rshared')) return { rootfsPropagation: 'shared' };
  if (asks('slave', 'rslave')) return { rootfsPropagation: 'rslave' };
  return isPrivileged ? {} : { rootfsPropagation: 'private' };
}

/** Docker's defaults since 20.10: low ports and ping need no capability inside. */
const defaultNetSysctls = (rootless: boolean): Record<string, string> =>
  ({ 'net.ipv4.ip_unprivileged_port_start': '0', ...(!rootless && { 'net.ipv4.ping_group_range': '0 2147483647' }) });

function namespaceList(wish: NamespaceWish): { type: string; path?: string }[] {
  const entry = (type: string, value: string) => (value === 'host' ? [] : value === 'new' ? [{ type }] : [{ type, path: value }]);
  return [{ type: 'mount' }, ...entry('network', wish.net), ...entry('ipc', wish.ipc), ...entry('pid', wish.pid), ...entry('uts', wish.uts), ...entry('cgroup', wish.cgroup)];
}

function seccompOf(host: HostConfig, facts: SpecFacts): Seccomp | undefined {
  const option = (host.SecurityOpt ?? []).map((text) => /^seccomp[=:]([\s\S]*)$/.exec(text)?.[1]).findLast((value) => value !== undefined);
  if (option === 'unconfined' || (host.Privileged && option === undefined)) return undefined;
  const capabilities = capabilitySet(host, facts.boundingCaps);
  if (option === undefined || option === 'builtin' || option === 'default') return defaultSeccomp(capabilities, facts.machine);
  return parseSeccompProfile(option, capabilities, facts.machine, facts.kernel);
}

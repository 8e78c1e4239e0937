// The process of a container or of an exec: arguments, environment, user, capabilities, limits (runtime-spec v1.2, config.md, "Process").
import type { HostConfig } from '@docker/node-sdk';
import { capabilitySet } from './capabilities.ts';
import type { ResolvedUser } from './user.ts';

export interface OciProcess {
  terminal: boolean;
  consoleSize?: { height: number; width: number };
  user: { uid: number; gid: number; additionalGids?: number[] };
  args: string[];
  env: string[];
  cwd: string;
  capabilities: Record<'bounding' | 'effective' | 'permitted' | 'inheritable' | 'ambient', string[]>;
  rlimits?: { type: string; hard: number; soft: number }[];
  noNewPrivileges: boolean;
  oomScoreAdj?: number;
  apparmorProfile?: string;
}

export interface ProcessInput {
  args: string[];
  /** explicit environment; PATH, HOSTNAME, TERM and HOME are put in when missing */
  env: readonly string[];
  cwd: string;
  tty: boolean;
  user: ResolvedUser;
  hostname: string;
  hostConfig: HostConfig;
  facts: ProcessFacts;
}

/** What the engine itself may give on. */
export interface ProcessFacts {
  /** CapBnd of the engine */
  boundingCaps: bigint;
  /** the engine's hard limit by ulimit name, e.g. nofile; absent: no limit known */
  hardLimits: ReadonlyMap<string, number>;
  /** the engine may raise limits */
  mayRaiseLimits: boolean;
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function processSpec(input: ProcessInput): OciProcess {
  const { hostConfig, user, facts } = input;
  const caps = capabilitySet(hostConfig, facts.boundingCaps);
  // A user other than root keeps capabilities in the bounding set only, as execve(2) would leave them.
  const held = user.uid === 0 ? caps : [];
  const size = hostConfig.ConsoleSize;
  return {
    terminal: input.tty,
    ...(input.tty && size && (size[0] || size[1]) && { consoleSize: { height: size[0] ?? 0, width: size[1] ?? 0 } }),
    user: { uid: user.uid, gid: user.gid, additionalGids: [...new Set([user.gid, ...user.groups])] },
    args: input.args,
    env: environment(input),
    cwd: input.cwd || '/',
    capabilities: { bounding: caps, effective: held, permitted: held, inheritable: [], ambient: [] },
    ...limits(hostConfig, facts),
    noNewPrivileges: (hostConfig.SecurityOpt ?? []).some((option) => /^no-new-privileges([:=]true)?$/.test(option)),
    ...(hostConfig.OomScoreAdj !== undefined && { oomScoreAdj: hostConfig.OomScoreAdj }),
  };
}

function environment({ env, tty, hostname, user }: ProcessInput): string[] {
  const has = (name: string) => env.some((entry) => entry.startsWith(`${name}=`));
  return [
    ...(has('PATH') ? [] : [`PATH=${DEFAULT_PATH}`]),
    ...(has('HOSTNAME') || hostname === '' ? [] : [`HOSTNAME=${hostname}`]),
    ...(tty && !has('TERM') ? ['TERM=xterm'] : []),
    ...env.filter((entry) => entry.includes('=')), // a bare name says that the image's value is not wanted
    ...(has('HOME') ? [] : [`HOME=${user.home}`]),
  ];
}

/** A limit above the engine's own hard limit is cut to it where the engine lacks CAP_SYS_RESOURCE: raising would fail. */
function limits(hostConfig: HostConfig, facts: ProcessFacts): Pick<OciProcess, 'rlimits'> {
  if (!hostConfig.Ulimits?.length) return {};
  return {
    rlimits: hostConfig.Ulimits.map(({ Name, Soft, Hard }) => {
      const top = facts.mayRaiseLimits ? Infinity : (facts.hardLimits.get(Name ?? '') ?? Infinity);
      const clamp = (value: number | undefined) => {
        const wished = value === undefined || value === -1 ? Infinity : value;
        const given = Math.min(wished, top);
        return given === Infinity ? 18446744073709552000 : given; // RLIM_INFINITY, 2^64-1 as JSON can say it
      };
      return { type: `RLIMIT_${(Name ?? '').toUpperCase()}`, soft: clamp(Soft), hard: clamp(Hard ?? Soft) };
    }),
  };
}

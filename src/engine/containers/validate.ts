// What a create body may ask for, checked before anything is made. Messages are Docker's where a user would look them up.
import { isIP } from 'node:net';
import { posix } from 'node:path';
import type { ContainerConfig, HostConfig } from '@docker/node-sdk';
import { InvalidParameter, NotImplemented } from '../wire/errors.ts';
import { onlineMemoryNodes } from './machine.ts';
import { signalNumber } from './process.ts';
import { capabilitySet } from './spec/capabilities.ts';
import { parseRule } from './spec/devices.ts';
import { parseSeccompProfile } from './spec/seccomp.ts';
import type { SpecFacts } from './spec/spec.ts';

const MIN_MEMORY_BYTES = 6 * 1024 * 1024;
const ULIMITS = new Set(['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc', 'rss', 'rtprio', 'rttime', 'sigpending', 'stack']);
/** What the kernel takes, see kernel/sched/sched.h. */
const MAX_CPU_SHARES = 262_144;
/** Options that every container's runtime could be tricked with: only the engine itself may set them. */
const OWN_ANNOTATION = /^run\.oci\./;

const refuse = (message: string): never => {
  throw new InvalidParameter(message);
};

/** @throws InvalidParameter, NotImplemented */
export function validateCreate(config: ContainerConfig, host: HostConfig, facts: SpecFacts, cpus: number): void {
  for (const entry of host.ExtraHosts ?? []) checkExtraHost(entry);
  for (const entry of config.Env ?? []) if (entry === '' || entry.startsWith('=')) refuse(`invalid environment variable: ${entry}`);
  if (config.WorkingDir && !posix.isAbsolute(config.WorkingDir)) refuse(`the working directory '${config.WorkingDir}' is invalid, it needs to be an absolute path`);
  if (config.StopSignal) signalNumber(config.StopSignal);
  if (config.Hostname && (config.Hostname.length > 63 || !/^[a-zA-Z0-9]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?$/.test(config.Hostname))) refuse(`invalid hostname format: ${config.Hostname}`);
  validateHealth(config);
  validateHost(host, facts, cpus);
  capabilitySet(host, facts.boundingCaps);
}

function checkExtraHost(entry: string): void {
  const [, name, address = ''] = /^([^:=]+)[:=](.+)$/.exec(entry) ?? [];
  if (name === undefined) refuse(`bad format for add-host: ${JSON.stringify(entry)}`);
  if (address !== 'host-gateway' && isIP(address.replace(/^\[(.*)\]$/, '$1')) === 0) refuse(`invalid IP address in add-host: ${JSON.stringify(address)}`);
}

function validateHealth(config: ContainerConfig): void {
  const check = config.Healthcheck;
  if (!check) return;
  const kind = check.Test?.[0];
  if (kind !== undefined && !['', 'NONE', 'CMD', 'CMD-SHELL'].includes(kind)) refuse(`unknown type ${JSON.stringify(kind)} in healthcheck: NONE, CMD or CMD-SHELL is needed`);
  for (const [name, value] of [['Interval', check.Interval], ['Timeout', check.Timeout], ['StartPeriod', check.StartPeriod], ['StartInterval', check.StartInterval]] as const) {
    if (value && value < 1_000_000) refuse(`${name} in Healthcheck cannot be less than 1ms`);
  }
  if ((check.Retries ?? 0) < 0) refuse('Retries in Healthcheck cannot be negative');
}

function validateHost(host: HostConfig, facts: SpecFacts, cpus: number): void {
  validateMemory(host);
  if ((host.NanoCpus ?? 0) < 0 || (host.NanoCpus ?? 0) > cpus * 1e9) refuse(`range of CPUs is from 0.01 to ${cpus}.00, as there are only ${cpus} CPUs available`);
  if (host.NanoCpus && (host.CpuPeriod || host.CpuQuota)) refuse(`conflicting options: Nano CPUs and CPU ${host.CpuPeriod ? 'Period' : 'Quota'} cannot both be set`);
  if (host.CpuPeriod && (host.CpuPeriod < 1000 || host.CpuPeriod > 1_000_000)) refuse('CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)');
  if (host.CpuQuota && host.CpuQuota > 0 && host.CpuQuota < 1000) refuse('CPU cfs quota can not be less than 1ms (i.e. 1000)');
  validateCpuSet('cpus', host.CpusetCpus, cpus);
  validateCpuSet('mems', host.CpusetMems, onlineMemoryNodes());
  if ((host.CpuShares ?? 0) < 0 || (host.CpuShares ?? 0) > MAX_CPU_SHARES) refuse(`invalid CPU shares ${host.CpuShares}: from 2 to ${MAX_CPU_SHARES} are possible`);
  if (host.BlkioWeight && (host.BlkioWeight < 10 || host.BlkioWeight > 1000)) refuse('range of blkio weight is from 10 to 1000');
  if (host.OomScoreAdj !== undefined && (host.OomScoreAdj < -1000 || host.OomScoreAdj > 1000)) refuse(`invalid value ${host.OomScoreAdj}, range for oom score adj is [-1000, 1000]`);
  if ((host.ShmSize ?? 0) < 0) refuse('SHM size can not be less than 0');
  for (const limit of host.Ulimits ?? []) {
    if (!ULIMITS.has(limit.Name ?? '')) refuse(`invalid ulimit type: ${limit.Name}`);
    if (limit.Hard !== undefined && limit.Hard !== -1 && limit.Soft !== undefined && limit.Soft > limit.Hard) refuse(`ulimit soft limit must be less than or equal to hard limit: ${limit.Soft} > ${limit.Hard}`);
  }
  for (const rule of host.DeviceCgroupRules ?? []) parseRule(rule);
  if (host.DeviceRequests?.length) throw new NotImplemented('could not select device driver with capabilities: device requests (--gpus) are not supported');
  if (host.StorageOpt && Object.keys(host.StorageOpt).length > 0) refuse('--storage-opt is not supported: layers of this engine have no size of their own');
  validateRestart(host);
  validateModes(host);
  validateSecurity(host, facts);
  if (Object.hasOwn(host.Annotations ?? {}, '')) refuse('invalid Annotations: the empty string is not permitted as an annotation key');
  for (const name of Object.keys(host.Annotations ?? {})) if (OWN_ANNOTATION.test(name)) refuse(`the annotation ${name} is reserved for the engine`);
  const log = host.LogConfig;
  if (log?.Type && !['json-file', 'local', 'none'].includes(log.Type)) refuse(`logger: no log driver named '${log.Type}' is registered`);
  for (const [key, value] of Object.entries(log?.Config ?? {})) {
    if (log?.Type === 'none' || !['max-size', 'max-file', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag', 'mode', 'max-buffer-size'].includes(key)) refuse(`unknown log opt '${key}' for ${log?.Type || 'json-file'} log driver`);
    if (key === 'max-size' && logBytes(value) === undefined) refuse(`invalid value for max-size: ${value}`);
    if (key === 'mode' && !['blocking', 'non-blocking'].includes(value)) refuse(`logger: logging mode not supported: ${value}`);
    if (key === 'max-file' && !(Number.isInteger(Number(value)) && Number(value) >= 1)) refuse('max-file cannot be less than 1');
  }
}

function validateMemory(host: HostConfig): void {
  const { Memory = 0, MemorySwap = 0, MemoryReservation = 0, MemorySwappiness } = host;
  if (Memory < 0 || (Memory > 0 && Memory < MIN_MEMORY_BYTES)) refuse('Minimum memory limit allowed is 6MB');
  if (MemorySwap > 0 && Memory === 0) refuse('You should always set the Memory limit when using Memoryswap limit, see usage');
  if (MemorySwap > 0 && MemorySwap < Memory) refuse('Minimum memoryswap limit should be larger than memory limit, see usage');
  if (MemoryReservation > 0 && MemoryReservation < MIN_MEMORY_BYTES) refuse('Minimum memory reservation allowed is 6MB');
  if (Memory > 0 && MemoryReservation > Memory) refuse('Minimum memory limit can not be less than memory reservation limit, see usage');
  if (MemorySwappiness != null && (MemorySwappiness < -1 || MemorySwappiness > 100)) refuse(`Invalid value: ${MemorySwappiness}, valid memory swappiness range is 0-100`);
}

function validateCpuSet(what: 'cpus' | 'mems', list: string | undefined, available: number): void {
  if (!list) return;
  const numbers = list.split(',').flatMap((part) => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    const [first, last] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [Number.NaN, Number.NaN];
    return first <= last ? [first, last] : [Number.NaN];
  });
  if (numbers.some(Number.isNaN)) refuse(`Invalid value ${list} for cpuset ${what}: invalid format: ${list}`);
  if (Math.max(...numbers) >= available) refuse(`Requested ${what === 'cpus' ? 'CPUs' : 'memory nodes'} are not available - requested ${list}, available: ${available === 1 ? '0' : `0-${available - 1}`}`);
}

export function validateRestart(host: HostConfig): void {
  const { Name = '', MaximumRetryCount = 0 } = host.RestartPolicy ?? {};
  if (!['', 'no', 'always', 'unless-stopped', 'on-failure'].includes(Name)) refuse(`invalid restart policy: unknown policy '${Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`);
  if (MaximumRetryCount < 0) refuse('invalid restart policy: maximum retry count cannot be negative');
  if (MaximumRetryCount > 0 && Name !== 'on-failure') refuse("invalid restart policy: maximum retry count can only be used with 'on-failure'");
  if (host.AutoRemove && Name !== '' && Name !== 'no') refuse("can't create 'AutoRemove' container with restart policy");
}

function validateModes(host: HostConfig): void {
  if (host.PidMode && !/^(host|private|container:.+)$/.test(host.PidMode)) refuse(`invalid PID mode: ${host.PidMode}`);
  if (host.IpcMode && !/^(none|host|private|shareable|container:.+)$/.test(host.IpcMode)) refuse(`invalid IPC mode: ${host.IpcMode}`);
  if (host.UTSMode && host.UTSMode !== 'host') refuse(`invalid UTS mode: ${host.UTSMode}`);
  if (host.UsernsMode && host.UsernsMode !== 'host') refuse(`invalid USER mode: ${host.UsernsMode}`);
  if (host.CgroupnsMode && !['host', 'private'].includes(host.CgroupnsMode)) refuse(`invalid cgroup namespace mode: ${host.CgroupnsMode}`);
  if (host.Isolation && host.Isolation !== 'default') refuse(`invalid isolation: ${JSON.stringify(host.Isolation)} - linux only supports 'default'`);
  if (host.Runtime && !['crun', 'runc', 'io.containerd.runc.v2'].includes(host.Runtime)) refuse(`unknown or invalid runtime name: ${host.Runtime}`);
  for (const name of Object.keys(host.Sysctls ?? {})) if (!/^(kernel\.(msg|sem|shm)|fs\.mqueue\.|net\.)/.test(name)) refuse(`sysctl '${name}' is not allowed`);
}

function validateSecurity(host: HostConfig, facts: SpecFacts): void {
  for (const option of host.SecurityOpt ?? []) {
    if (!/[=:]/.test(option) && option !== 'no-new-privileges') refuse(`invalid --security-opt 1: ${JSON.stringify(option)}`);
    const [, name = option, value = ''] = /^([a-z-]+)[=:]([\s\S]*)$/.exec(option) ?? [];
    if (name === 'no-new-privileges' && ['', 'true', 'false'].includes(value)) continue;
    if (name === 'label' || name === 'apparmor' || (name === 'systempaths' && value === 'unconfined') || name === 'writable-cgroups') continue;
    if (name === 'seccomp') {
      if (!['unconfined', 'builtin', 'default'].includes(value)) parseSeccompProfile(value, [], facts.machine, facts.kernel);
      continue;
    }
    refuse(`invalid --security-opt 2: ${JSON.stringify(option)}`);
  }
}

/** `10m`, `1g`, `500k`, `1024`; undefined when it is none of these. */
export function logBytes(value: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?)i?b?$/i.exec(value ?? '');
  if (!match) return undefined;
  return Math.floor(Number(match[1]) * { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(match[2] as string).toLowerCase() as '' | 'k' | 'm' | 'g']);
}

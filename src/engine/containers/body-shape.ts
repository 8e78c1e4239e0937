// The types of a create or update body's fields. JSON may hold anything where a client is wrong; checked once here, the rest of the
// engine can trust the types. Fields: Docker Engine API v1.47, ContainerConfig and HostConfig.
import { InvalidParameter } from '../wire/errors.ts';

type Kind = 'string' | 'boolean' | 'integer' | 'strings' | 'words' | 'string map' | 'object map' | 'objects' | 'object';

/** `words` are a list of strings or, as in Dockerfiles and Docker's StrSlice, one string. */
const KINDS: Record<Kind, { needed: string; holds(value: unknown): boolean }> = {
  string: { needed: 'a string', holds: (value) => typeof value === 'string' },
  boolean: { needed: 'true or false', holds: (value) => typeof value === 'boolean' },
  integer: { needed: 'a whole number', holds: Number.isInteger },
  strings: { needed: 'an array of strings', holds: isStrings },
  words: { needed: 'an array of strings without NUL', holds: (value) => (typeof value === 'string' || isStrings(value)) && ![value].flat().some((word) => String(word).includes('\0')) },
  'string map': { needed: 'an object of strings', holds: (value) => isObject(value) && Object.values(value).every((item) => typeof item === 'string') },
  'object map': { needed: 'an object of objects', holds: (value) => isObject(value) && Object.values(value).every((item) => item === null || typeof item === 'object') },
  objects: { needed: 'an array of objects', holds: (value) => Array.isArray(value) && value.every(isObject) },
  object: { needed: 'an object', holds: isObject },
};

const CONFIG: Partial<Record<Kind, string>> = {
  string: 'Hostname Domainname User Image WorkingDir MacAddress StopSignal',
  boolean: 'AttachStdin AttachStdout AttachStderr Tty OpenStdin StdinOnce NetworkDisabled',
  integer: 'StopTimeout',
  strings: 'Env OnBuild Shell',
  words: 'Cmd Entrypoint',
  'string map': 'Labels',
  'object map': 'ExposedPorts Volumes',
  object: 'Healthcheck HostConfig NetworkingConfig',
};

const HOST: Partial<Record<Kind, string>> = {
  string: 'NetworkMode VolumeDriver Cgroup CgroupParent CgroupnsMode IpcMode PidMode UTSMode UsernsMode Runtime Isolation ContainerIDFile CpusetCpus CpusetMems',
  boolean: 'AutoRemove Privileged PublishAllPorts ReadonlyRootfs OomKillDisable Init',
  integer: 'Memory MemorySwap MemoryReservation MemorySwappiness NanoCpus CpuShares CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime PidsLimit BlkioWeight OomScoreAdj ShmSize',
  strings: 'Binds VolumesFrom Dns DnsOptions DnsSearch ExtraHosts GroupAdd Links SecurityOpt DeviceCgroupRules MaskedPaths ReadonlyPaths',
  words: 'CapAdd CapDrop',
  'string map': 'Tmpfs Sysctls StorageOpt Annotations',
  'object map': 'PortBindings',
  objects: 'Devices Ulimits Mounts DeviceRequests BlkioWeightDevice BlkioDeviceReadBps BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps',
  object: 'RestartPolicy LogConfig',
};

const EXEC: Partial<Record<Kind, string>> = {
  string: 'DetachKeys User WorkingDir',
  boolean: 'AttachStdin AttachStdout AttachStderr Tty Privileged',
  strings: 'Env Cmd',
};

const LOG: Partial<Record<Kind, string>> = { string: 'Type', 'string map': 'Config' };
const RESTART: Partial<Record<Kind, string>> = { string: 'Name', integer: 'MaximumRetryCount' };
const HEALTH: Partial<Record<Kind, string>> = { strings: 'Test', integer: 'Interval Timeout StartPeriod StartInterval Retries' };

/** @throws InvalidParameter naming the first field of a wrong type */
export function checkHostShape(host: unknown): void {
  check('', host, HOST);
  const { LogConfig, RestartPolicy } = (host ?? {}) as Record<string, unknown>;
  check('LogConfig.', LogConfig, LOG);
  check('RestartPolicy.', RestartPolicy, RESTART);
}

/** The body of a create, without its HostConfig. @throws InvalidParameter: no body, or a field of a wrong type */
export function checkConfigShape(body: unknown): void {
  if (!isObject(body) || Object.keys(body).every((key) => key === 'HostConfig' || key === 'NetworkingConfig')) throw new InvalidParameter('config cannot be empty in order to create a container');
  check('', body, CONFIG);
  check('Healthcheck.', body['Healthcheck'], HEALTH);
}

/** @throws InvalidParameter naming the first field of a wrong type */
export const checkExecShape = (body: unknown): void => check('', body, EXEC);

/** Docker's StrSlice: one string stands for a list of one. */
export const words = (value: string | string[] | null | undefined): string[] | undefined => (value == null ? undefined : [value].flat());

function check(path: string, holder: unknown, fields: Partial<Record<Kind, string>>): void {
  if (holder == null) return;
  if (!isObject(holder)) throw new InvalidParameter(`invalid ${path || 'body'}: an object is needed`);
  for (const [kind, names] of Object.entries(fields) as [Kind, string][]) {
    for (const name of names.split(' ')) {
      const value = holder[name];
      if (value != null && !KINDS[kind].holds(value)) throw new InvalidParameter(`invalid ${path}${name}: ${KINDS[kind].needed} is needed`);
    }
  }
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// The types of a create or update body's fields. JSON may hold anything where a client is wrong; checked once here, the rest of the
// engine can trust the types. Fields: Docker Engine API v1.47, ContainerConfig and HostConfig.
import { checkFields, isObject, type Kind } from '../base/shape.ts';
import { InvalidParameter } from '../wire/errors.ts';

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
  checkFields('', host, HOST);
  const { LogConfig, RestartPolicy } = (host ?? {}) as Record<string, unknown>;
  checkFields('LogConfig.', LogConfig, LOG);
  checkFields('RestartPolicy.', RestartPolicy, RESTART);
}

/** The body of a create, without its HostConfig. @throws InvalidParameter: no body, or a field of a wrong type */
export function checkConfigShape(body: unknown): void {
  if (!isObject(body) || Object.keys(body).every((key) => key === 'HostConfig' || key === 'NetworkingConfig')) throw new InvalidParameter('config cannot be empty in order to create a container');
  checkFields('', body, CONFIG);
  checkFields('Healthcheck.', body['Healthcheck'], HEALTH);
}

/** @throws InvalidParameter naming the first field of a wrong type */
export const checkExecShape = (body: unknown): void => checkFields('', body, EXEC);

/** Docker's StrSlice: one string stands for a list of one. */
export const words = (value: string | string[] | null | undefined): string[] | undefined => (value == null ? undefined : [value].flat());

// A create body laid over the image's configuration, with Docker's defaults: what the record keeps and inspect shows. Pure.
import { posix } from 'node:path';
import type { ContainerConfig, DeviceMapping, HostConfig, ResourcesUlimitsInner } from '@docker/node-sdk';
import { MASKED_PATHS, READONLY_PATHS } from './spec/paths.ts';

const DEFAULT_SHM_BYTES = 64 * 1024 * 1024;

/** The caller's values win; environment, labels, ports and volumes are united; an own entrypoint drops the image's command. */
export function mergeConfig(wish: ContainerConfig, image: ContainerConfig | undefined, id: string, hostMode: { hostNetwork: boolean; hostname: string }): ContainerConfig {
  const base = image ?? {};
  const named = new Set((wish.Env ?? []).map((entry) => entry.split('=', 1)[0]));
  const ownEntrypoint = wish.Entrypoint != null && !(wish.Entrypoint.length === 1 && wish.Entrypoint[0] === '');
  const clearsEntrypoint = wish.Entrypoint?.length === 1 && wish.Entrypoint[0] === '';
  const entrypoint = ownEntrypoint ? wish.Entrypoint : clearsEntrypoint ? undefined : base.Entrypoint;
  const command = wish.Cmd?.length ? wish.Cmd : ownEntrypoint || clearsEntrypoint ? wish.Cmd : base.Cmd;
  const health = mergeHealth(wish.Healthcheck, base.Healthcheck);
  const ports = { ...base.ExposedPorts, ...wish.ExposedPorts };
  const volumes = { ...base.Volumes, ...wish.Volumes };
  return {
    Hostname: wish.Hostname || (hostMode.hostNetwork ? hostMode.hostname : id.slice(0, 12)),
    Domainname: wish.Domainname ?? '',
    User: wish.User || base.User || '',
    AttachStdin: wish.AttachStdin ?? false,
    AttachStdout: wish.AttachStdout ?? false,
    AttachStderr: wish.AttachStderr ?? false,
    ...(Object.keys(ports).length > 0 && { ExposedPorts: ports }),
    Tty: wish.Tty ?? false,
    OpenStdin: wish.OpenStdin ?? false,
    StdinOnce: wish.StdinOnce ?? false,
    // `NAME` without `=` takes the variable away (docker run -e NAME where NAME is unset).
    Env: [...(base.Env ?? []).filter((entry) => !named.has(entry.split('=', 1)[0])), ...(wish.Env ?? [])],
    Cmd: (command ?? null) as string[],
    ...(health && { Healthcheck: health }),
    Image: wish.Image ?? '',
    Volumes: (Object.keys(volumes).length > 0 ? volumes : null) as Record<string, unknown>,
    WorkingDir: cleanPath(wish.WorkingDir || base.WorkingDir || ''),
    Entrypoint: (entrypoint?.length ? entrypoint : null) as string[],
    ...(wish.NetworkDisabled && { NetworkDisabled: true }),
    ...(wish.MacAddress && { MacAddress: wish.MacAddress }),
    OnBuild: null,
    Labels: { ...base.Labels, ...wish.Labels },
    ...((wish.StopSignal ?? base.StopSignal) && { StopSignal: wish.StopSignal || base.StopSignal || null }),
    ...(wish.StopTimeout != null && { StopTimeout: wish.StopTimeout }),
    ...((wish.Shell ?? base.Shell) && { Shell: wish.Shell ?? base.Shell ?? null }),
  };
}

const cleanPath = (path: string): string => (path === '' ? '' : posix.normalize(path).replace(/(.)\/$/, '$1'));

function mergeHealth(wish: ContainerConfig['Healthcheck'], image: ContainerConfig['Healthcheck']): ContainerConfig['Healthcheck'] {
  if (!wish) return image;
  if (!image) return wish;
  return {
    ...image,
    ...Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== 0 && value != null)),
    Test: (wish.Test?.length ? wish.Test : image.Test) ?? [],
  };
}

/** Fields that clients read without asking whether they are there. */
export function mergeHostConfig(wish: HostConfig, facts: { runtime: string; cgroupVersion: 1 | 2 }): HostConfig {
  return {
    ...wish,
    Binds: (wish.Binds ?? null) as string[],
    ContainerIDFile: wish.ContainerIDFile ?? '',
    LogConfig: { Type: (wish.LogConfig?.Type || 'json-file') as 'json-file', Config: wish.LogConfig?.Config ?? {} },
    NetworkMode: wish.NetworkMode || 'default',
    PortBindings: wish.PortBindings ?? {},
    RestartPolicy: { Name: wish.RestartPolicy?.Name || 'no', MaximumRetryCount: wish.RestartPolicy?.MaximumRetryCount ?? 0 },
    AutoRemove: wish.AutoRemove ?? false,
    VolumesFrom: (wish.VolumesFrom ?? null) as string[],
    CapAdd: (wish.CapAdd ?? null) as string[],
    CapDrop: (wish.CapDrop ?? null) as string[],
    CgroupnsMode: wish.CgroupnsMode || (facts.cgroupVersion === 2 && !wish.Privileged ? 'private' : 'host'),
    Dns: wish.Dns ?? [],
    DnsOptions: wish.DnsOptions ?? [],
    DnsSearch: wish.DnsSearch ?? [],
    ExtraHosts: (wish.ExtraHosts ?? null) as string[],
    GroupAdd: (wish.GroupAdd ?? null) as string[],
    IpcMode: wish.IpcMode || 'private',
    Links: null as unknown as string[],
    OomScoreAdj: wish.OomScoreAdj ?? 0,
    PidMode: wish.PidMode ?? '',
    Privileged: wish.Privileged ?? false,
    PublishAllPorts: wish.PublishAllPorts ?? false,
    ReadonlyRootfs: wish.ReadonlyRootfs ?? false,
    SecurityOpt: (wish.SecurityOpt ?? null) as string[],
    UTSMode: wish.UTSMode ?? '',
    UsernsMode: wish.UsernsMode ?? '',
    ShmSize: wish.ShmSize || DEFAULT_SHM_BYTES,
    Runtime: wish.Runtime || facts.runtime,
    Isolation: wish.Isolation ?? '',
    CpuShares: wish.CpuShares ?? 0,
    Memory: wish.Memory ?? 0,
    // Without a wish there is as much swap as memory, and the number holds both.
    MemorySwap: wish.MemorySwap || 2 * (wish.Memory ?? 0),
    MemoryReservation: wish.MemoryReservation ?? 0,
    MemorySwappiness: (wish.MemorySwappiness ?? null) as number,
    OomKillDisable: wish.OomKillDisable ?? false,
    PidsLimit: wish.PidsLimit ?? null,
    BlkioWeight: wish.BlkioWeight ?? 0,
    CpuPeriod: wish.CpuPeriod ?? 0,
    CpuQuota: wish.CpuQuota ?? 0,
    CpusetCpus: wish.CpusetCpus ?? '',
    CpusetMems: wish.CpusetMems ?? '',
    Devices: (wish.Devices ?? null) as DeviceMapping[],
    DeviceCgroupRules: (wish.DeviceCgroupRules ?? null) as string[],
    Ulimits: (wish.Ulimits ?? null) as ResourcesUlimitsInner[],
    ConsoleSize: wish.ConsoleSize ?? [0, 0],
    VolumeDriver: wish.VolumeDriver ?? '',
    NanoCpus: wish.NanoCpus ?? 0,
    CgroupParent: wish.CgroupParent ?? '',
    MaskedPaths: (wish.Privileged ? null : (wish.MaskedPaths ?? MASKED_PATHS)) as string[],
    ReadonlyPaths: (wish.Privileged ? null : (wish.ReadonlyPaths ?? READONLY_PATHS)) as string[],
  };
}

// Limits of a container: Docker's HostConfig as OCI `linux.resources` (runtime-spec v1.2, config-linux.md, "Control groups").
// The runtime turns cpu shares and blkio weight into their cgroup v2 forms; swap is memory + swap in both.
import { statSync } from 'node:fs';
import type { HostConfig, ThrottleDevice } from '@docker/node-sdk';
import { InvalidParameter } from '../../wire/errors.ts';
import type { DeviceRule } from './devices.ts';

/** Docker's NanoCpus are a quota of this period. */
const CPU_PERIOD_US = 100_000;

export interface OciResources {
  devices?: DeviceRule[];
  memory?: { limit?: number; reservation?: number; swap?: number; swappiness?: number; disableOOMKiller?: boolean };
  cpu?: { shares?: number; quota?: number; period?: number; realtimeRuntime?: number; realtimePeriod?: number; cpus?: string; mems?: string };
  pids?: { limit: number };
  blockIO?: Record<string, unknown>;
}

/** What differs between machines. */
export interface ResourceFacts { cgroupVersion: 1 | 2; /** swap can be limited */ swap: boolean; /** the kernel has weights for block devices */ blockWeight: boolean }

export function resourceSpec(host: HostConfig, facts: ResourceFacts, devices?: DeviceRule[]): OciResources {
  const memory: OciResources['memory'] = {};
  if (host.Memory) memory.limit = host.Memory;
  if (host.MemoryReservation) memory.reservation = host.MemoryReservation;
  if (facts.swap && host.Memory) memory.swap = host.MemorySwap || host.Memory * 2;
  if (facts.cgroupVersion === 1 && host.MemorySwappiness != null && host.MemorySwappiness >= 0) memory.swappiness = host.MemorySwappiness;
  if (facts.cgroupVersion === 1 && host.OomKillDisable) memory.disableOOMKiller = true;
  const cpu: OciResources['cpu'] = {};
  if (host.CpuShares) cpu.shares = host.CpuShares;
  if (host.NanoCpus) {
    cpu.period = CPU_PERIOD_US;
    cpu.quota = Math.round((host.NanoCpus * CPU_PERIOD_US) / 1e9);
  }
  if (host.CpuPeriod) cpu.period = host.CpuPeriod;
  if (host.CpuQuota && host.CpuQuota > 0) cpu.quota = host.CpuQuota;
  if (host.CpuRealtimePeriod) cpu.realtimePeriod = host.CpuRealtimePeriod;
  if (host.CpuRealtimeRuntime) cpu.realtimeRuntime = host.CpuRealtimeRuntime;
  if (host.CpusetCpus) cpu.cpus = host.CpusetCpus;
  if (host.CpusetMems) cpu.mems = host.CpusetMems;
  const blockIO = blockSpec(facts.blockWeight ? host : { ...host, BlkioWeight: 0, BlkioWeightDevice: [] });
  const pids = host.PidsLimit && host.PidsLimit > 0 ? { limit: host.PidsLimit } : undefined; // a new group has no limit
  return {
    ...(devices && { devices }),
    ...(Object.keys(memory).length > 0 && { memory }),
    ...(Object.keys(cpu).length > 0 && { cpu }),
    ...(pids && { pids }),
    ...(Object.keys(blockIO).length > 0 && { blockIO }),
  };
}

/** What a create or update tells of limits that this kernel cannot keep. */
export function discardedLimits({ BlkioWeight, BlkioWeightDevice, Memory, NanoCpus, CpuQuota, CpuPeriod, CpuShares, CpusetCpus, PidsLimit }: HostConfig, { blockWeight, cgroupVersion, rootless }: ResourceFacts & { rootless: boolean }): string[] {
  const hasNoGroups = rootless && cgroupVersion === 1;
  const isAsked = Boolean(BlkioWeight) || (BlkioWeightDevice?.length ?? 0) > 0;
  const missing: [isAsked: boolean, words: string][] = [
    [Boolean(Memory), 'Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded.'],
    [Boolean(CpuShares), 'Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded.'],
    [Boolean(NanoCpus) || Boolean(CpuQuota) || Boolean(CpuPeriod), 'Your kernel does not support CPU CFS scheduler or the cgroup is not mounted. Quota and period discarded.'],
    [Boolean(CpusetCpus), 'Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.'],
    [(PidsLimit ?? 0) > 0, 'Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded.'],
  ];
  const discarded = hasNoGroups ? missing.flatMap(([isWished, words]) => (isWished ? [words] : [])) : [];
  return isAsked && !blockWeight ? [...discarded, 'Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.'] : discarded;
}

function blockSpec(host: HostConfig): Record<string, unknown> {
  const throttle = (devices: readonly ThrottleDevice[] | undefined) => (devices ?? []).map(({ Path, Rate }) => ({ ...numbersOf(Path ?? ''), rate: Rate ?? 0 }));
  const out: Record<string, unknown> = {};
  if (host.BlkioWeight) out['weight'] = host.BlkioWeight;
  if (host.BlkioWeightDevice?.length) out['weightDevice'] = host.BlkioWeightDevice.map(({ Path, Weight }) => ({ ...numbersOf(Path ?? ''), weight: Weight }));
  if (host.BlkioDeviceReadBps?.length) out['throttleReadBpsDevice'] = throttle(host.BlkioDeviceReadBps);
  if (host.BlkioDeviceWriteBps?.length) out['throttleWriteBpsDevice'] = throttle(host.BlkioDeviceWriteBps);
  if (host.BlkioDeviceReadIOps?.length) out['throttleReadIOPSDevice'] = throttle(host.BlkioDeviceReadIOps);
  if (host.BlkioDeviceWriteIOps?.length) out['throttleWriteIOPSDevice'] = throttle(host.BlkioDeviceWriteIOps);
  return out;
}

function numbersOf(path: string): { major: number; minor: number } {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new InvalidParameter(`no such device: ${path}`);
  return { major: (stat.rdev >> 8) & 0xfff, minor: (stat.rdev & 0xff) | ((stat.rdev >> 12) & 0xfff00) };
}

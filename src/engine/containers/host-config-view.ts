// HostConfig as an inspect shows it: clients read its fields without asking whether they are there (Engine API v1.47, HostConfig).
import type { HostConfig } from '@docker/node-sdk';

/** Fields a create body may leave out, with what dockerd shows for them. */
const UNSET = {
  BlkioWeightDevice: null, BlkioDeviceReadBps: null, BlkioDeviceWriteBps: null, BlkioDeviceReadIOps: null, BlkioDeviceWriteIOps: null,
  Cgroup: '', CpuCount: 0, CpuPercent: 0, CpuRealtimePeriod: 0, CpuRealtimeRuntime: 0, DeviceRequests: null, IOMaximumIOps: 0, IOMaximumBandwidth: 0,
};
/** Gone from the API with version 1.42. */
const UNSET_BEFORE_1_42 = { KernelMemory: 0, KernelMemoryTCP: 0 };

export function viewHostConfig(hostConfig: HostConfig, apiVersion: readonly [number, number]): HostConfig {
  return {
    ...(apiVersion[0] === 1 && apiVersion[1] < 42 && UNSET_BEFORE_1_42),
    ...(UNSET as unknown as HostConfig),
    ...hostConfig,
    PortBindings: completeBindings(hostConfig.PortBindings ?? {}),
  };
}

/** A binding to every address has an empty one, never none. */
const completeBindings = (ports: NonNullable<HostConfig['PortBindings']>): NonNullable<HostConfig['PortBindings']> =>
  Object.fromEntries(Object.entries(ports).map(([port, bindings]) => [port, bindings?.map(({ HostIp, HostPort }) => ({ HostIp: HostIp ?? '', HostPort: HostPort ?? '' })) ?? null]));

// GET /containers/{id}/json: Docker's view of a record (Engine API v1.47, ContainerInspectResponse).
import type { ContainerInspectResponse } from '@docker/node-sdk';
import { join } from 'node:path';
import type { Container } from './container.ts';
import { networked } from './create.ts';
import { viewHostConfig } from './host-config-view.ts';
import { logPath } from './output-of.ts';
import type { Parts } from './parts.ts';
import { isUp, type ContainerRecord } from './record.ts';

const NEVER = '0001-01-01T00:00:00Z';

export const rfc3339 = (atMs: number): string => (atMs === 0 ? NEVER : new Date(atMs).toISOString().replace('Z', '000000Z'));

export async function inspectContainer(parts: Parts, container: Container, options: { size: boolean; apiVersion: readonly [number, number] }): Promise<ContainerInspectResponse> {
  const { record } = container;
  const size = options.size ? await sizeOf(parts, record) : undefined;
  const file = (name: string) => join(parts.folders.data(record.id), name);
  return {
    Id: record.id,
    Created: rfc3339(record.createdAtMs),
    Path: record.args[0] ?? '',
    Args: record.args.slice(1),
    State: stateOf(record) as unknown as NonNullable<ContainerInspectResponse['State']>,
    Image: record.imageId,
    ResolvConfPath: file('resolv.conf'),
    HostnamePath: file('hostname'),
    HostsPath: file('hosts'),
    LogPath: record.hostConfig.LogConfig?.Type === 'none' ? '' : logPath(parts, record),
    Name: `/${record.name}`,
    RestartCount: record.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: container.execs.size > 0 ? [...container.execs] : null,
    HostConfig: viewHostConfig(record.hostConfig, options.apiVersion),
    GraphDriver: graphDriver(parts, record),
    ...size,
    Mounts: record.mounts,
    Config: record.config,
    NetworkSettings: parts.networks?.settings(networked(parts, record)) ?? plainNetwork(record),
  };
}

function stateOf(record: ContainerRecord) {
  return {
    Status: record.state,
    Running: isUp(record) || record.state === 'restarting',
    Paused: record.state === 'paused',
    Restarting: record.state === 'restarting',
    OOMKilled: record.oomKilled,
    Dead: record.state === 'dead',
    Pid: record.pid,
    ExitCode: record.exitCode,
    Error: record.error,
    StartedAt: rfc3339(record.startedAtMs),
    FinishedAt: rfc3339(record.finishedAtMs),
    ...(record.health && { Health: { Status: record.health.status, FailingStreak: record.health.failingStreak, Log: record.health.log } }),
  };
}

/** Bytes of the writable layer, and of everything together. */
export async function sizeOf(parts: Parts, record: ContainerRecord): Promise<{ SizeRw: number; SizeRootFs: number }> {
  const { sizeBytes } = await parts.snapshots.usage(record.id);
  let imageBytes = 0;
  try {
    imageBytes = parts.images.resolve(record.imageId).sizeBytes;
  } catch {
    // removed by force while the container kept its layers
  }
  return { SizeRw: sizeBytes, SizeRootFs: imageBytes + sizeBytes };
}

function graphDriver(parts: Parts, record: ContainerRecord): NonNullable<ContainerInspectResponse['GraphDriver']> {
  if (!parts.snapshots.has(record.id)) return { Name: 'overlay2', Data: {} };
  const { lower, upper, work } = parts.snapshots.paths(record.id);
  return { Name: 'overlay2', Data: { LowerDir: lower.join(':'), MergedDir: parts.folders.rootfs(record.id), UpperDir: upper, WorkDir: work } };
}

/** Networks none and host, when there is no network part. */
function plainNetwork({ hostConfig }: ContainerRecord): NonNullable<ContainerInspectResponse['NetworkSettings']> {
  const mode = hostConfig.NetworkMode ?? 'none';
  return { Ports: {}, Networks: mode.startsWith('container:') ? {} : { [mode]: { NetworkID: '', EndpointID: '', Gateway: '', IPAddress: '', IPPrefixLen: 0 } } } as NonNullable<ContainerInspectResponse['NetworkSettings']>;
}

// The engine as a whole: what it is, what it uses, and the live feed that keeps every list current.
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';
import type { EngineInfo } from './hosts.ts';
import type { ContainerRow } from './containers.ts';
import type { ImageRow } from './images.ts';

/** Engine API, GET /events. */
export interface DockerEvent {
  Type: string;
  Action: string;
  Actor: { ID: string; Attributes: Record<string, string> };
  time: number;
  timeNano: number;
}

/** One object changed: its new row, or null when it is gone. `kind` names the list. */
export type RowPatch =
  | { kind: 'containers'; id: string; row: ContainerRow | null }
  | { kind: 'images'; id: string; row: ImageRow | null }
  | { kind: 'volumes' | 'networks'; id: string; row: Record<string, unknown> | null };

export type LiveMessage =
  /** `resync`: events may have been missed, lists must be read again once */
  | { type: 'state'; state: 'connecting' | 'live' | 'reconnecting'; resync: boolean; error?: string }
  | { type: 'event'; event: DockerEvent }
  | { type: 'patch'; patches: RowPatch[] };

/** Engine API, GET /info: the fields the renderer shows. */
export interface SystemInfo {
  ID: string;
  Name: string;
  Containers: number;
  ContainersRunning: number;
  ContainersPaused: number;
  ContainersStopped: number;
  Images: number;
  Driver: string;
  NCPU: number;
  MemTotal: number;
  OperatingSystem: string;
  KernelVersion: string;
  Architecture: string;
  ServerVersion: string;
  CgroupVersion?: string;
  CgroupDriver?: string;
  DefaultRuntime?: string;
  DockerRootDir?: string;
  SecurityOptions?: string[];
  Warnings?: string[] | null;
}

export interface DiskUsage {
  images: { count: number; active: number; sizeBytes: number; reclaimableBytes: number };
  containers: { count: number; active: number; sizeBytes: number; reclaimableBytes: number };
  volumes: { count: number; active: number; sizeBytes: number; reclaimableBytes: number };
  buildCache: { count: number; active: number; sizeBytes: number; reclaimableBytes: number };
}

/** One sample of all running containers of a host together. */
export interface LoadSample {
  atMs: number;
  /** 100 = one core busy */
  cpuPercent: number;
  memoryBytes: number;
  rxBytesPerSecond: number;
  txBytesPerSecond: number;
  running: number;
}

const hostRef = z.object({ host: z.string() });

export const systemContract = {
  engine: oc.input(hostRef).output(type<EngineInfo>()),
  info: oc.input(hostRef).output(type<SystemInfo>()),
  diskUsage: oc.input(hostRef).output(type<DiskUsage>()),
  /** Never ends by itself: reconnects, and says so. */
  live: oc.input(hostRef).output(eventIterator(type<LiveMessage>())),
  /** Events of the last seconds, oldest first. */
  recentEvents: oc.input(hostRef.extend({ seconds: z.number().int().min(1).max(86_400) })).output(type<DockerEvent[]>()),
  /** One sample a second. */
  load: oc.input(hostRef).output(eventIterator(type<LoadSample>())),
};

// Volumes, their backups and schedules as the renderer may ask for them.
import { eventIterator, oc, type } from '@orpc/contract';
import { z } from 'zod';

/** Engine API, GET /volumes. */
export interface VolumeRow {
  Name: string;
  Driver: string;
  Mountpoint: string;
  CreatedAt?: string;
  Labels?: Record<string, string> | null;
  Options?: Record<string, string> | null;
  Scope: string;
  Status?: Record<string, unknown>;
}

/** Bytes on disk by volume name; -1: the engine does not know. */
export type VolumeSizes = Record<string, number>;

/** How running containers that use the volume are treated while it is read. */
export const BACKUP_MODES = ['live', 'pause', 'stop'] as const;
export type BackupMode = (typeof BACKUP_MODES)[number];

export interface BackupEntry {
  /** host/volume/time, unique */
  id: string;
  host: string;
  volume: string;
  createdAtMs: number;
  /** `partial`: an interrupted one, only good for removal */
  state: 'whole' | 'partial';
  /** compressed */
  sizeBytes: number;
  /** bytes of the tar stream inside */
  contentBytes: number;
  /** of the compressed file */
  sha256: string;
  mode: BackupMode;
  path: string;
}

export interface BackupSchedule {
  host: string;
  volume: string;
  everyHours: number;
  /** older ones of this schedule's volume are removed */
  keep: number;
  mode: BackupMode;
  lastAtMs?: number;
  lastError?: string;
}

/** The last one has `done`. */
export interface VolumeProgress { phase: 'prepare' | 'read' | 'write' | 'check' | 'done'; bytes?: number; totalBytes?: number; done?: boolean; detail?: string }

const hostRef = z.object({ host: z.string() });
const ref = hostRef.extend({ name: z.string().min(1) });
const backupRef = z.object({ id: z.string().min(1) });
const mode = z.enum(BACKUP_MODES);

export const volumesContract = {
  list: oc.input(hostRef).output(type<VolumeRow[]>()),
  inspect: oc.input(ref).output(type<VolumeRow>()),
  sizes: oc.input(hostRef).output(type<VolumeSizes>()),
  create: oc.input(hostRef.extend({
    name: z.string().optional(), driver: z.string().optional(), options: z.record(z.string(), z.string()).optional(), labels: z.record(z.string(), z.string()).optional(),
    /** encrypted volumes of Gantry: kept in the secret store, never in the volume's options */
    key: z.string().min(1).optional(),
  })).output(type<VolumeRow>()),
  remove: oc.input(ref.extend({ force: z.boolean().optional() })).output(type<void>()),
  prune: oc.input(hostRef.extend({ all: z.boolean() })).output(type<{ deleted: string[]; reclaimedBytes: number }>()),
  unlock: oc.input(ref.extend({ key: z.string().min(1).optional() })).output(type<void>()),
  lock: oc.input(ref).output(type<void>()),
  clone: oc.input(ref.extend({ target: z.string().min(1) })).output(eventIterator(type<VolumeProgress>())),
  backup: oc.input(ref.extend({ mode })).output(eventIterator(type<VolumeProgress>())),
  /** Into a new volume, or in place of what an existing one holds. */
  restore: oc.input(backupRef.extend({ host: z.string(), target: z.string().min(1), replace: z.boolean() })).output(eventIterator(type<VolumeProgress>())),
  /** Lends a container through which the files can be seen, for as long as the stream is held. */
  files: oc.input(ref).output(eventIterator(type<{ container: string; path: string }>())),
  /** Volumes that an interrupted clone or restore left half filled. */
  incomplete: oc.input(hostRef).output(type<string[]>()),
  /** Newest first. */
  backups: oc.input(z.object({ host: z.string().optional(), volume: z.string().optional() })).output(type<BackupEntry[]>()),
  /** Reads the file again and compares its checksum. */
  verify: oc.input(backupRef).output(type<{ matches: boolean }>()),
  removeBackup: oc.input(backupRef).output(type<void>()),
  schedules: oc.output(type<BackupSchedule[]>()),
  saveSchedule: oc.input(ref.extend({ everyHours: z.number().min(1).max(24 * 366), keep: z.number().int().min(1).max(1000), mode })).output(type<void>()),
  removeSchedule: oc.input(ref).output(type<void>()),
};

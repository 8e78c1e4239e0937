// A volume as the views need it: its row, its host, who uses it, when it was backed up. Pure.
import type { ContainerRow } from '../../main/contract/containers.ts';
import type { BackupEntry, BackupSchedule, VolumeRow } from '../../main/contract/volumes.ts';
import type { HostRow } from '../queries.ts';

export interface Volume extends HostRow<VolumeRow> {
  users: HostRow<ContainerRow>[];
  /** undefined: not known (yet) */
  sizeBytes?: number;
  lastBackup?: BackupEntry;
  schedule?: BackupSchedule;
  isIncomplete: boolean;
}

export interface VolumeFacts {
  sizes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  backups: readonly BackupEntry[];
  schedules: readonly BackupSchedule[];
  incomplete: Readonly<Record<string, readonly string[]>>;
}

export function withFacts(volumes: HostRow<VolumeRow>[], containers: HostRow<ContainerRow>[], facts: VolumeFacts): Volume[] {
  const users = new Map<string, HostRow<ContainerRow>[]>();
  for (const item of containers) {
    if (item.row.Labels?.['gantry.volume-access'] !== undefined) continue; // the app's own way in, not a user
    for (const { Type, Name } of item.row.Mounts ?? []) {
      if (Type !== 'volume' || !Name) continue;
      const key = `${item.host.id} ${Name}`;
      users.set(key, [...(users.get(key) ?? []), item]);
    }
  }
  return volumes.map((item) => {
    const { host, row } = item;
    const isOf = (one: { host: string; volume: string }) => one.host === host.id && one.volume === row.Name;
    const size = facts.sizes[host.id]?.[row.Name] ?? -1;
    const lastBackup = facts.backups.find((entry) => isOf(entry) && entry.state === 'whole'); // newest first
    const schedule = facts.schedules.find(isOf);
    return {
      ...item, users: users.get(`${host.id} ${row.Name}`) ?? [], isIncomplete: facts.incomplete[host.id]?.includes(row.Name) ?? false,
      ...(size >= 0 && { sizeBytes: size }), ...(lastBackup && { lastBackup }), ...(schedule && { schedule }),
    };
  });
}

export const isAnonymous = (row: VolumeRow): boolean => 'com.docker.volume.anonymous' in (row.Labels ?? {}) || /^[0-9a-f]{64}$/.test(row.Name);
export const shownName = (row: VolumeRow): string => (/^[0-9a-f]{64}$/.test(row.Name) ? row.Name.slice(0, 12) : row.Name);
export const isEncrypted = (row: VolumeRow): boolean => Boolean(row.Options?.['encryption']);
export const isLocked = (row: VolumeRow): boolean => isEncrypted(row) && row.Status?.['unlocked'] === false;

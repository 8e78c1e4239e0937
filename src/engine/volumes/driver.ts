// What a volume driver can do; the local one and every plugin implement it.

export interface VolumeRecord {
  name: string;
  driver: string;
  /** RFC 3339 */
  createdAt: string;
  labels: Record<string, string>;
  options: Record<string, string>;
}

export interface VolumeDriver {
  name: string;
  scope: 'local' | 'global';
  /** @throws InvalidParameter for options it does not know */
  create(record: VolumeRecord): Promise<void>;
  /** Data and all. */
  remove(record: VolumeRecord): Promise<void>;
  /** The folder to mount; calls are counted by `user`, a second call of the same user changes nothing. */
  mount(record: VolumeRecord, user: string): Promise<string>;
  unmount(record: VolumeRecord, user: string): Promise<void>;
  /** Where the data is or will be. */
  path(record: VolumeRecord): string;
  /** Driver's own facts for inspect. */
  status?(record: VolumeRecord): Record<string, unknown> | undefined;
}

/** What anonymous volumes are known by (Engine API v1.43). */
export const ANONYMOUS_LABEL = 'com.docker.volume.anonymous';

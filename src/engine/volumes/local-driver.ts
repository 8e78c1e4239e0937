// The local driver: a folder per volume in the data root; with options type, o and device something mounted there while used
// (nfs, cifs, tmpfs, bind, btrfs: whatever mount(8) can); with `encryption` a gocryptfs on top of the folder.
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Log } from '../base/log.ts';
import { mounts, unmount } from '../kernel/mounts.ts';
import { InvalidParameter } from '../wire/errors.ts';
import type { VolumeDriver, VolumeRecord } from './driver.ts';
import type { Encryption } from './encryption.ts';
import { mountOptions } from './option-mount.ts';

export interface LocalDriver extends VolumeDriver {
  /** Takes down mounts that no running container of `users` needs. */
  reconcile(records: readonly VolumeRecord[], usersOf: (name: string) => readonly string[]): void;
  /** Exchanges the volume's content for what `fill` writes into an empty folder; when that fails, the old content stays. */
  replace(record: VolumeRecord, fill: (folder: string) => Promise<void>): Promise<void>;
}

const OPTIONS = ['type', 'o', 'device', 'encryption', 'keyfile'];
const TRASH = '.trash-';
const FRESH = '_data.new';
const FORMER = '_data.old';

export async function openLocalDriver(folder: string, encryption: Encryption, log: Log): Promise<LocalDriver> {
  await mkdir(folder, { recursive: true, mode: 0o701 });
  const users = new Map<string, Set<string>>();
  const path = ({ name }: VolumeRecord) => join(folder, name, '_data');
  for (const name of (await readdir(folder)).filter((entry) => entry.startsWith(TRASH))) {
    rm(join(folder, name), { recursive: true, force: true }).catch((error: unknown) => log.warn('a removed volume left data behind', { name, error }));
  }
  for (const name of await readdir(folder)) await settleReplacement(join(folder, name));
  return {
    name: 'local',
    scope: 'local',
    path,
    async create(record) {
      checkOptions(record);
      await mkdir(path(record), { recursive: true, mode: 0o755 });
      if (record.options['encryption']) {
        try {
          await encryption.prepare(record, join(folder, record.name));
        } catch (error) {
          await rm(join(folder, record.name), { recursive: true, force: true });
          throw error;
        }
      }
    },
    async remove(record) {
      if (isMounted(path(record))) unmount(path(record));
      const trash = join(folder, `${TRASH}${randomBytes(6).toString('hex')}`);
      await rename(join(folder, record.name), trash).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error; // somebody removed the folder: then it is gone as wished
      });
      rm(trash, { recursive: true, force: true }).catch((error: unknown) => log.warn('a removed volume left data behind', { trash, error }));
      encryption.forget(record.name);
    },
    async mount(record, user) {
      const target = path(record);
      const current = users.get(record.name) ?? new Set();
      await encryption.reviveIfDead(target);
      if (!isMounted(target)) {
        await mkdir(target, { recursive: true, mode: 0o755 });
        if (record.options['encryption']) await encryption.mount(record, join(folder, record.name));
        else if (record.options['device'] || record.options['type']) await mountOptions(record, target);
      }
      users.set(record.name, current.add(user));
      return target;
    },
    async unmount(record, user) {
      const current = users.get(record.name);
      current?.delete(user);
      if ((current?.size ?? 0) > 0) return;
      users.delete(record.name);
      if (isMounted(path(record))) unmount(path(record));
    },
    status: (record) => (record.options['encryption'] ? { encryption: record.options['encryption'], unlocked: encryption.hasKey(record) } : undefined),
    async replace(record, fill) {
      const home = join(folder, record.name);
      const fresh = join(home, FRESH);
      await mkdir(fresh, { mode: 0o755 });
      try {
        await fill(fresh);
        await rename(path(record), join(home, FORMER));
        await rename(fresh, path(record));
      } finally {
        await settleReplacement(home);
      }
    },
    reconcile(records, usersOf) {
      for (const record of records) {
        const current = usersOf(record.name);
        if (current.length > 0) users.set(record.name, new Set(current));
        else if (isMounted(path(record))) unmount(path(record));
      }
    },
  };
}

/** After a replacement, or one that a crash ended: the volume has either its former or its whole new content. */
async function settleReplacement(home: string): Promise<void> {
  const inside = await readdir(home);
  if (inside.includes(FORMER) && !inside.includes('_data')) await rename(join(home, FORMER), join(home, '_data'));
  for (const name of [FORMER, FRESH]) await rm(join(home, name), { recursive: true, force: true });
}

function checkOptions({ name, options }: VolumeRecord): void {
  const invalid = (reason: string) => new InvalidParameter(`create ${name}: ${reason}`);
  const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key));
  if (unknown !== undefined) throw invalid(`invalid option: ${JSON.stringify(unknown)}`);
  if (options['encryption']) {
    if (options['encryption'] !== 'gocryptfs') throw invalid(`invalid option encryption=${options['encryption']}: only gocryptfs is known`);
    if (options['type'] || options['device'] || options['o']) throw invalid('invalid option encryption: it cannot be combined with type, o and device');
    return;
  }
  if (options['keyfile']) throw invalid('invalid option keyfile: it needs encryption=gocryptfs');
  if ((options['type'] || options['o']) && !options['device']) throw invalid('missing required option: "device"');
  if (options['device'] && !options['type'] && !/(^|,)r?bind(,|$)/.test(options['o'] ?? '')) throw invalid('missing required option: "type"');
}

function isMounted(target: string): boolean {
  return mounts().some((mounted) => mounted.target === target);
}

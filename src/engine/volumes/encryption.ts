// Volumes whose data is encrypted at rest by gocryptfs. The key never touches our disk: it comes from a key file the user names,
// or is handed over by the desktop (which keeps it in its secret store) and held in memory until the engine stops or it is locked.
// gocryptfs(1): exit code 12 wrong password, 22 password empty; without a terminal the password is read from stdin.
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { unmount } from '../kernel/mounts.ts';
import { run, ToolError } from '../tools/run.ts';
import { Conflict, Forbidden, InvalidParameter, Unavailable } from '../wire/errors.ts';
import type { VolumeRecord } from './driver.ts';

export interface Encryption {
  /** Makes the encrypted folder; with no key yet this happens at the first unlock. */
  prepare(record: VolumeRecord, folder: string): Promise<void>;
  /** @throws Forbidden without or with a wrong key, Unavailable without gocryptfs */
  mount(record: VolumeRecord, folder: string): Promise<void>;
  /** Keeps the key when it fits. @throws Forbidden when it does not */
  unlock(record: VolumeRecord, folder: string, key: string): Promise<void>;
  forget(name: string): void;
  hasKey(record: VolumeRecord): boolean;
  /** A gocryptfs that died leaves a mount that answers nothing (ENOTCONN): take it away. */
  reviveIfDead(target: string): Promise<void>;
}

const WRONG_KEY = 12;

export function createEncryption(): Encryption {
  const keys = new Map<string, string>();
  const cipherOf = (folder: string) => join(folder, '_encrypted');
  const keyOf = async (record: VolumeRecord): Promise<string | undefined> => {
    const file = record.options['keyfile'];
    if (!file) return keys.get(record.name);
    return (await readFile(file, 'utf8').catch((error: unknown) => {
      throw new InvalidParameter(`cannot read the key file ${file} of volume ${record.name}`, { cause: error });
    })).replace(/\r?\n$/, '');
  };
  const init = async (record: VolumeRecord, folder: string, key: string) => {
    await mkdir(cipherOf(folder), { recursive: true, mode: 0o700 });
    await gocryptfs(record.name, ['-init', '-quiet', '--', cipherOf(folder)], key);
  };
  const isMade = (folder: string) => stat(join(cipherOf(folder), 'gocryptfs.conf')).then(() => true, () => false);
  return {
    async prepare(record, folder) {
      const key = await keyOf(record);
      if (key === '') throw new InvalidParameter(`the key of volume ${record.name} is empty`);
      if (key !== undefined) await init(record, folder, key);
    },
    async mount(record, folder) {
      const key = await keyOf(record);
      if (key === undefined || !(await isMade(folder))) throw new Forbidden(`volume ${record.name} is locked: unlock it first`);
      await gocryptfs(record.name, ['-quiet', '-allow_other', '--', cipherOf(folder), join(folder, '_data')], key);
    },
    async unlock(record, folder, key) {
      if (record.options['encryption'] === undefined) throw new Conflict(`volume ${record.name} is not encrypted`);
      if (key === '') throw new InvalidParameter(`the key of volume ${record.name} is empty`);
      if (await isMade(folder)) {
        const master = ['-dumpmasterkey', '--', join(cipherOf(folder), 'gocryptfs.conf')] as const;
        await gocryptfs(record.name, master, key, 'gocryptfs-xray');
      } else await init(record, folder, key);
      keys.set(record.name, key);
    },
    forget: (name) => void keys.delete(name),
    hasKey: (record) => keys.has(record.name) || record.options['keyfile'] !== undefined,
    async reviveIfDead(target) {
      try {
        await stat(target);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOTCONN') unmount(target);
        else if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    },
  };
}

async function gocryptfs(volume: string, args: readonly string[], key: string, program = 'gocryptfs'): Promise<void> {
  try {
    await run([program, ...args], { input: key, leavesDaemon: true });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    // gocryptfs-xray has no code of its own for it; the file it reads is there, so nothing else is left
    if (error.exitCode === WRONG_KEY || (program === 'gocryptfs-xray' && error.exitCode !== null)) throw new Forbidden(`wrong key for volume ${volume}`, { cause: new Error('gocryptfs refused it') });
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') throw new Unavailable('encrypted volumes need gocryptfs: install the package gocryptfs on the engine\'s machine', { cause: error });
    throw error;
  }
}

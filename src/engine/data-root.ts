// The engine's two folders. The data root has a version and is used by one engine at a time.
// `version` holds one number; a newer engine's folder is refused instead of being damaged.
import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from './base/json-file.ts';
import { lockFile } from './kernel/lock.ts';
import { System, Unavailable } from './wire/errors.ts';
import { makeFolder } from './wire/make-folder.ts';

const FORMAT = 1;

/**
 * Makes or checks the folder and locks it until disposed. The kernel drops the lock when the process dies.
 * @throws System when it cannot be written or has a newer format, Unavailable when another engine uses it
 */
export async function openDataRoot(folder: string): Promise<Disposable> {
  await makeWritable('data root', folder, '--data-root');
  const lock = lockFile(join(folder, 'lock'));
  if (lock === null) throw new Unavailable(`another engine is using the data root ${folder}: stop it or choose another with --data-root`);
  try {
    const text = await readFile(join(folder, 'version'), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) await writeFileAtomic(join(folder, 'version'), `${FORMAT}\n`, { mode: 0o644 });
    else if (Number(text) !== FORMAT) {
      throw new System(`the data root ${folder} has format ${text.trim()}, this engine knows ${FORMAT}: use a newer Gantry or another --data-root`);
    }
    return lock;
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

/** Makes or checks the folder of mounts and runtime state. @throws System when it cannot be written */
export async function openRunRoot(folder: string): Promise<void> {
  await makeWritable('run root', folder, '--run-root');
}

async function makeWritable(what: string, folder: string, flag: string): Promise<void> {
  try {
    await makeFolder(folder, 0o711);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new System(`the ${what} ${folder} cannot be written: choose another with ${flag} or run as a user who may write it`, { cause: error });
  }
}

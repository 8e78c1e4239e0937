// Files of the explorer that end with the process that made them; after a crash the next start takes them away. The name tells the
// process, because two windows may share a profile.
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const random = () => randomBytes(6).toString('hex');
const LEFT = /(?:^|\/)dropped-(\d+)-|\.part-(\d+)-[0-9a-f]+$/;

/** The name of an archive that lives as long as its session. */
export const droppedName = (): string => `dropped-${process.pid}-${random()}`;

/** Of a file that is being written. */
export const partSuffix = (): string => `.part-${process.pid}-${random()}`;

/** Removes what processes that are gone left in the folder. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // no image was opened yet
    throw error;
  });
  for (const name of names) {
    const [, dropped, part] = LEFT.exec(name) ?? [];
    const pid = Number(dropped ?? part ?? Number.NaN);
    if (!Number.isNaN(pid) && pid !== process.pid && !isAlive(pid)) await rm(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // somebody else's process: alive
  }
}

// Copies what the image has at a mount point into an empty volume, owners and modes included, as Docker does on first use.
import { chmod, chown, readdir, stat } from 'node:fs/promises';
import { closeFd, openFolder, openFolderInRoot } from '../kernel/files.ts';
import { SystemCallError } from '../kernel/libc.ts';
import { run } from '../tools/run.ts';

/** Does nothing when the volume holds anything or the image has no folder there. */
export async function copyUp(rootfs: string, destination: string, volume: string): Promise<void> {
  if ((await readdir(volume)).length > 0) return;
  const source = openInside(rootfs, destination);
  if (source === undefined) return;
  try {
    // through the descriptor: links of the image cannot lead out of its root, and nobody can exchange the path meanwhile
    const path = `/proc/${process.pid}/fd/${source}/.`;
    const { mode, uid, gid } = await stat(path);
    await run(['cp', '--archive', '--reflink=auto', '--', path, volume]);
    await chown(volume, uid, gid);
    await chmod(volume, mode & 0o7777);
  } finally {
    closeFd(source);
  }
}

function openInside(rootfs: string, destination: string): number | undefined {
  const root = openFolder(rootfs);
  try {
    return openFolderInRoot(root, destination);
  } catch (error) {
    if (error instanceof SystemCallError && ['ENOENT', 'ENOTDIR'].includes(error.code)) return undefined;
    throw error;
  } finally {
    closeFd(root);
  }
}

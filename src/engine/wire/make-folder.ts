// Makes a folder and those above it, one level at a time. Node's own recursive mkdir (24) never returns below a file system
// that answers ENOENT to mkdir(2), such as /proc. It stands in `wire` because the engine and the app make the same folders.
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** @param mode of the folders that are made. @throws the error of mkdir(2) on the level that cannot be made; ENOTDIR where a file stands */
export async function makeFolder(path: string, mode = 0o755): Promise<void> {
  const missing: string[] = [];
  for (let level = path; !(await isFolder(level)); level = dirname(level)) missing.push(level);
  for (const level of missing.reverse()) {
    await mkdir(level, mode).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error; // somebody else made it meanwhile
    });
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && path !== dirname(path)) return false;
    throw error;
  }
  throw Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR' });
}

// State on disk: one JSON file per object, replaced atomically (temporary file in the same folder, fsync, rename).
// A reader sees the old or the new text, never half of one; temporary files left by a crash begin with `.tmp-`.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { System } from '../wire/errors.ts';

const TEMPORARY = '.tmp-';

/** Writes bytes to `path` so that a crash leaves the old or the new file. Missing folders are made. */
export async function writeFileAtomic(path: string, data: string | Uint8Array, options: { mode?: number; fsync?: boolean } = {}): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `${TEMPORARY}${randomBytes(6).toString('hex')}`);
  const handle = await open(temporary, 'w', options.mode ?? 0o600).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true });
    return open(temporary, 'w', options.mode ?? 0o600);
  });
  try {
    await handle.writeFile(data);
    if (options.fsync !== false) await handle.datasync();
    await handle.close();
    await rename(temporary, path);
  } catch (error) {
    await handle.close().catch(() => {}); // already closed is the usual case; the write error below matters
    await rm(temporary, { force: true });
    throw error;
  }
}

export async function writeJson(path: string, value: unknown, options?: { mode?: number; fsync?: boolean }): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(value), options);
}

/** The parsed file, or undefined when there is none. @throws System when it is not JSON */
export async function readJson<T>(path: string): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new System(`damaged state file ${path}`, { cause: error });
  }
}

/** Removes temporary files that a crash left directly in `folder`. */
export async function sweepTemporary(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [] as string[]); // no folder, nothing left behind
  await Promise.all(names.filter((name) => name.startsWith(TEMPORARY)).map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

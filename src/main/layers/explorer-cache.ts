// Images of foreign engines that were read once, by image id: `ID/{image.json,N.tree,image.tar}` under the profile. The tar is the
// save stream itself, so that contents can be shown; the oldest entries go when all of them together pass the limit.
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchiveFacts } from './thread-protocol.ts';

export interface CacheEntry {
  archivePath: string;
  /** undefined when it is not there or not whole */
  read(): Promise<{ facts: ArchiveFacts; trees: Uint8Array[] } | undefined>;
  write(facts: ArchiveFacts, trees: readonly Uint8Array[]): Promise<void>;
}

const VERSION = 1; // of the tree file format and of image.json
const MAX_BYTES = 20 * 1024 ** 3;

export function createCache(folder: string): { entry(id: string): CacheEntry } {
  return {
    entry(id) {
      const own = join(folder, id.replace(/[^\w.-]/g, '-'));
      const archivePath = join(own, 'image.tar');
      return {
        archivePath,
        async read() {
          try {
            const { version, facts, count } = JSON.parse(await readFile(join(own, 'image.json'), 'utf8')) as { version: number; facts: ArchiveFacts; count: number };
            if (version !== VERSION) return undefined;
            const [trees] = await Promise.all([Promise.all(Array.from({ length: count }, (_, index) => readFile(join(own, `${index}.tree`)))), stat(archivePath)]);
            await utimes(own, new Date(), new Date());
            return { facts, trees };
          } catch {
            return undefined; // not there, or damaged: the image is read anew, which repairs it
          }
        },
        async write(facts, trees) {
          await mkdir(own, { recursive: true, mode: 0o700 });
          await Promise.all(trees.map((tree, index) => replaceFile(join(own, `${index}.tree`), tree)));
          await replaceFile(join(own, 'image.json'), JSON.stringify({ version: VERSION, facts, count: trees.length })); // last: it makes the entry whole
          await shrink(folder, own);
        },
      };
    },
  };
}

async function replaceFile(path: string, data: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.new`, data, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

async function shrink(folder: string, except: string): Promise<void> {
  const entries = await Promise.all((await readdir(folder)).map(async (name) => {
    const path = join(folder, name);
    const [info, archive] = await Promise.all([stat(path).catch(() => undefined), stat(join(path, 'image.tar')).catch(() => undefined)]); // another session may be removing it
    return { path, usedAtMs: info?.mtimeMs ?? 0, bytes: archive?.size ?? 0 };
  }));
  let total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  for (const entry of entries.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
    if (total <= MAX_BYTES) return;
    if (entry.path === except || entry.bytes === 0) continue;
    await rm(entry.path, { recursive: true, force: true });
    total -= entry.bytes;
  }
}

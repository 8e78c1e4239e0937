// Backups as files below the profile: HOST/VOLUME/TIME.tar.zst and a note TIME.json beside it. A file is written under the name
// TIME.partial and renamed when it is whole and on disk, so that an interrupted one is known for what it is.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NotFound } from '../../engine/wire/errors.ts';
import type { BackupEntry, BackupMode } from '../contract/volumes.ts';

interface Note { contentBytes: number; sha256: string; mode: BackupMode; sizeBytes: number }

export interface NewBackup {
  id: string;
  /** where to write */
  path: string;
  /** Makes it whole: the bytes are on disk before its name is. */
  finish(note: Note): Promise<void>;
  /** Nobody writes to it any more: unless it is whole, it is an interrupted one from here on. */
  [Symbol.dispose](): void;
}

export interface Catalog {
  begin(host: string, volume: string, now?: Date): Promise<NewBackup>;
  /** newest first */
  list(host?: string, volume?: string): Promise<BackupEntry[]>;
  /** @throws NotFound */
  find(id: string): Promise<BackupEntry>;
  remove(id: string): Promise<void>;
  /** Remembers that a volume is being filled, also over a crash; call the result when it is whole or gone. */
  markFilling(host: string, volume: string): Promise<() => Promise<void>>;
  /** Volumes whose filling never ended. */
  incomplete(host: string): Promise<string[]>;
  /** SHA-256 of the file as it is now. */
  checksum(entry: BackupEntry): Promise<string>;
}

const WHOLE = '.tar.zst';
const PARTIAL = '.partial';
const FILLING = '.filling';

export function createCatalog(folder: string): Catalog {
  const encode = (text: string) => encodeURIComponent(text).replace(/^\./, '%2E');
  const beingWritten = new Set<string>();
  const list = async (host?: string, volume?: string): Promise<BackupEntry[]> => {
    const entries: BackupEntry[] = [];
    for (const hostName of await names(folder)) {
      if (host !== undefined && decodeURIComponent(hostName) !== host) continue;
      for (const volumeName of await names(join(folder, hostName))) {
        if (volume !== undefined && decodeURIComponent(volumeName) !== volume) continue;
        const inside = await names(join(folder, hostName, volumeName));
        for (const file of inside) {
          if (beingWritten.has(join(folder, hostName, volumeName, file))) continue;
          const entry = await read(join(folder, hostName, volumeName), hostName, volumeName, file);
          if (entry) entries.push(entry);
        }
      }
    }
    return entries.toSorted((one, other) => other.createdAtMs - one.createdAtMs);
  };
  const find = async (id: string): Promise<BackupEntry> => {
    const entry = (await list()).find((one) => one.id === id);
    if (!entry) throw new NotFound(`no such backup: ${id}`);
    return entry;
  };
  return {
    list, find,
    async begin(host, volume, now = new Date()) {
      const inside = join(folder, encode(host), encode(volume));
      await mkdir(inside, { recursive: true, mode: 0o700 });
      const time = now.toISOString().replaceAll(':', '-');
      const path = join(inside, `${time}${PARTIAL}`);
      beingWritten.add(path);
      return {
        id: `${encode(host)}/${encode(volume)}/${time}`,
        path,
        async finish(note) {
          const handle = await open(path, 'r');
          await handle.sync();
          await handle.close();
          await writeFile(join(inside, `${time}.json`), JSON.stringify(note), { mode: 0o600 });
          await rename(path, join(inside, `${time}${WHOLE}`));
        },
        [Symbol.dispose]: () => void beingWritten.delete(path),
      };
    },
    async remove(id) {
      const { path } = await find(id);
      await rm(path, { force: true });
      await rm(path.replace(/(\.tar\.zst|\.partial)$/, '.json'), { force: true });
    },
    async markFilling(host, volume) {
      const inside = join(folder, encode(host), encode(volume));
      await mkdir(inside, { recursive: true, mode: 0o700 });
      await writeFile(join(inside, FILLING), '');
      return () => rm(join(inside, FILLING), { force: true });
    },
    async incomplete(host) {
      const volumes = await names(join(folder, encode(host)));
      const marked = await Promise.all(volumes.map(async (volume) => ((await names(join(folder, encode(host), volume))).includes(FILLING) ? [decodeURIComponent(volume)] : [])));
      return marked.flat();
    },
    async checksum({ path }) {
      const hash = createHash('sha256');
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
      return hash.digest('hex');
    },
  };
}

async function read(folder: string, hostName: string, volumeName: string, file: string): Promise<BackupEntry | undefined> {
  const suffix = [WHOLE, PARTIAL].find((end) => file.endsWith(end));
  if (suffix === undefined) return undefined;
  const time = file.slice(0, -suffix.length);
  const path = join(folder, file);
  const { size } = await stat(path);
  const note = await readFile(join(folder, `${time}.json`), 'utf8').then((text) => JSON.parse(text) as Note, () => undefined); // a partial one has none
  return {
    id: `${hostName}/${volumeName}/${time}`,
    host: decodeURIComponent(hostName),
    volume: decodeURIComponent(volumeName),
    createdAtMs: Date.parse(time.replace(/T(\d\d)-(\d\d)-(\d\d)/, 'T$1:$2:$3')),
    state: suffix === WHOLE && note ? 'whole' : 'partial',
    sizeBytes: size,
    contentBytes: note?.contentBytes ?? 0,
    sha256: note?.sha256 ?? '',
    mode: note?.mode ?? 'live',
    path,
  };
}

const names = (folder: string): Promise<string[]> => readdir(folder).catch(() => []); // nothing was ever backed up there

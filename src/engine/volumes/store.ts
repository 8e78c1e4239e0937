// The volumes of this engine: a record file beside the data of each local volume, and one for each of a plugin.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, sweepTemporary, writeJson } from '../base/json-file.ts';
import { NotFound } from '../wire/errors.ts';
import type { VolumeRecord } from './driver.ts';

export interface VolumeStore {
  list(): VolumeRecord[];
  get(name: string): VolumeRecord | undefined;
  /** @throws NotFound `get NAME: no such volume` */
  find(name: string): VolumeRecord;
  save(record: VolumeRecord): Promise<void>;
  remove(name: string): Promise<void>;
}

export async function openVolumeStore(folder: string): Promise<VolumeStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await sweepTemporary(folder);
  const records = new Map<string, VolumeRecord>();
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json'))) {
    const record = await readJson<VolumeRecord>(join(folder, file));
    if (record) records.set(record.name, record);
  }
  const fileOf = (name: string) => join(folder, `${encodeURIComponent(name)}.json`);
  return {
    list: () => [...records.values()],
    get: (name) => records.get(name),
    find(name) {
      const record = records.get(name);
      if (!record) throw new NotFound(`get ${name}: no such volume`);
      return record;
    },
    async save(record) {
      await writeJson(fileOf(record.name), record);
      records.set(record.name, record);
    },
    async remove(name) {
      await rm(fileOf(name), { force: true });
      records.delete(name);
    },
  };
}

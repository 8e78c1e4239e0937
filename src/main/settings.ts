// Preferences and the list of hosts, as one JSON file in the profile folder, replaced by rename.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { System } from '../engine/wire/errors.ts';
import { hostConfig } from './contract/hosts.ts';
import { preferences, type Preferences } from './contract/settings.ts';
import type { HostRecord } from './hosts/hosts.ts';
import { replaceFile } from './replace-file.ts';

export const DEFAULT_PREFERENCES: Preferences = { theme: 'auto', language: 'auto', keepEngine: true, closeToTray: true, notifyOnExit: false };

export interface Settings {
  readonly profilePath: string;
  preferences(): Preferences;
  update(change: Partial<Preferences>): Promise<Preferences>;
  hosts(): HostRecord[];
  saveHosts(records: HostRecord[]): Promise<void>;
  /** addresses that were added by hand; logged-in ones are in the Docker configuration */
  registries(): string[];
  saveRegistries(addresses: string[]): Promise<void>;
}

interface SettingsFile { preferences: Preferences; hosts: HostRecord[]; registries: string[] }

/** @throws System when the file is there but not ours to read */
export async function openSettings(profilePath: string): Promise<Settings> {
  const path = join(profilePath, 'settings.json');
  const state = await load(path);
  let writing = Promise.resolve();
  const save = () => (writing = writing.catch(() => {}).then(() => replaceFile(path, JSON.stringify(state, null, 2)))); // the failed write told its own caller
  return {
    profilePath,
    preferences: () => state.preferences,
    async update(change) {
      state.preferences = { ...state.preferences, ...change };
      await save();
      return state.preferences;
    },
    hosts: () => state.hosts,
    async saveHosts(records) {
      state.hosts = records;
      await save();
    },
    registries: () => state.registries,
    async saveRegistries(addresses) {
      state.registries = addresses;
      await save();
    },
  };
}

async function load(path: string): Promise<SettingsFile> {
  const empty: SettingsFile = { preferences: DEFAULT_PREFERENCES, hosts: [], registries: [] };
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return empty;
    throw error;
  }
  let raw: Partial<SettingsFile>;
  try {
    raw = JSON.parse(text) as Partial<SettingsFile>;
  } catch (error) {
    throw new System(`damaged settings file ${path}; move it away to start afresh`, { cause: error });
  }
  // Settings of another version may hold values we no longer know: those fall back, the rest is kept.
  const known = preferences.partial().safeParse(raw.preferences ?? {});
  return {
    preferences: { ...DEFAULT_PREFERENCES, ...(known.success ? known.data : {}) } as Preferences,
    hosts: (raw.hosts ?? []).filter((record) => typeof record.id === 'string' && hostConfig.safeParse(record.config).success),
    registries: (raw.registries ?? []).filter((address) => typeof address === 'string'),
  };
}

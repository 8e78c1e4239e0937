// Volume drivers of others: Docker's plugin protocol (docs.docker.com/engine/extend/plugins_volume, JSON over HTTP over a
// unix socket or TCP). A plugin is found by its name in the plugin folders: NAME.sock, NAME.spec (an address) or NAME.json.
import { readdir, readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { basename, extname, join } from 'node:path';
import { NotFound, System, Unavailable } from '../wire/errors.ts';
import type { VolumeDriver, VolumeRecord } from './driver.ts';

export interface VolumePlugins {
  /** @throws NotFound when there is no such plugin, Unavailable when it does not answer */
  get(name: string): Promise<VolumeDriver & PluginInventory>;
  /** names of the plugins whose files are there */
  list(): Promise<string[]>;
}

/** What a plugin itself knows: volumes may be made behind our back. */
export interface PluginInventory {
  inventory(): Promise<{ Name: string; Mountpoint?: string; CreatedAt?: string; Status?: Record<string, unknown> }[]>;
}

const TIMEOUT_MS = 10_000;
const LIST_TIMEOUT_MS = 2000; // every list of volumes waits for it
const MOUNT_TIMEOUT_MS = 60_000; // a mount may have to log in somewhere far away
const MAX_ANSWER_BYTES = 8 << 20;

export function createVolumePlugins(folders: readonly string[]): VolumePlugins {
  const activated = new Map<string, string>();
  const paths = new Map<string, string>();
  return {
    async get(name) {
      const address = await find(folders, name);
      const call = <T>(method: string, body: unknown, timeoutMs = TIMEOUT_MS) => post<T>(name, address, method, body, timeoutMs);
      if (activated.get(name) !== address) {
        const { Implements = [] } = await call<{ Implements?: string[] }>('Plugin.Activate', undefined);
        if (!Implements.includes('VolumeDriver')) throw new NotFound(`plugin ${name} is no volume driver`);
        activated.set(name, address);
      }
      const keyOf = (record: VolumeRecord) => `${name}/${record.name}`;
      return {
        name,
        scope: 'local',
        create: async (record) => void await call('VolumeDriver.Create', { Name: record.name, Opts: record.options }),
        remove: async (record) => void await call('VolumeDriver.Remove', { Name: record.name }),
        async mount(record, user) {
          const { Mountpoint = '' } = await call<{ Mountpoint?: string }>('VolumeDriver.Mount', { Name: record.name, ID: user }, MOUNT_TIMEOUT_MS);
          if (Mountpoint === '') throw new System(`plugin ${name} gave no mount point for volume ${record.name}`);
          paths.set(keyOf(record), Mountpoint);
          return Mountpoint;
        },
        unmount: async (record, user) => void await call('VolumeDriver.Unmount', { Name: record.name, ID: user }, MOUNT_TIMEOUT_MS),
        path: (record) => paths.get(keyOf(record)) ?? '',
        async inventory() {
          const { Volumes } = await call<{ Volumes?: { Name: string; Mountpoint?: string }[] | null }>('VolumeDriver.List', {}, LIST_TIMEOUT_MS);
          return Volumes ?? [];
        },
      };
    },
    async list() {
      const found = await Promise.all(folders.map((folder) => readdir(folder).catch(() => [] as string[]))); // no such folder, no plugins
      return [...new Set(found.flat().filter((file) => ['.sock', '.spec', '.json'].includes(extname(file))).map((file) => basename(file, extname(file))))];
    },
  };
}

async function find(folders: readonly string[], name: string): Promise<string> {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
    for (const folder of folders) {
      const socket = join(folder, `${name}.sock`);
      if (await stat(socket).then((found) => found.isSocket(), () => false)) return `unix://${socket}`;
      const spec = await readFile(join(folder, `${name}.spec`), 'utf8').catch(() => undefined); // one of three forms
      if (spec !== undefined) return spec.trim();
      const described = await readFile(join(folder, `${name}.json`), 'utf8').catch(() => undefined);
      if (described !== undefined) return (JSON.parse(described) as { Addr?: string }).Addr ?? '';
    }
  }
  throw new NotFound(`error looking up volume plugin ${name}: plugin "${name}" not found`);
}

function post<T>(plugin: string, address: string, method: string, body: unknown, timeoutMs: number): Promise<T> {
  const failed = (reason: string, cause?: unknown) => new Unavailable(`volume plugin ${plugin}: ${method}: ${reason}`, { cause });
  const target = address.startsWith('unix://') ? { socketPath: address.slice('unix://'.length) } : (({ hostname, port }) => ({ host: hostname, port }))(new URL(address.replace(/^tcp:/, 'http:')));
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = request({ ...target, method: 'POST', path: `/${method}`, signal, headers: { Accept: 'application/vnd.docker.plugins.v1.2+json', 'Content-Type': 'application/json', Host: 'plugin' } }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_ANSWER_BYTES) response.destroy(new Error('answer too long'));
        else chunks.push(chunk);
      });
      response.on('error', (error) => reject(failed('the answer broke off', error)));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        try {
          const answer = JSON.parse(text || '{}') as T & { Err?: string };
          if (answer.Err) reject(new System(`VolumeDriver ${plugin}: ${answer.Err}`));
          else if ((response.statusCode ?? 500) >= 400) reject(failed(`status ${response.statusCode ?? 0}: ${text.slice(0, 200)}`));
          else resolve(answer);
        } catch (error) {
          reject(failed(`no JSON came back: ${text.slice(0, 200)}`, error));
        }
      });
    });
    asked.on('error', (error) => reject(signal.aborted ? failed(`no answer within ${timeoutMs / 1000} s`) : failed(error.message, error)));
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

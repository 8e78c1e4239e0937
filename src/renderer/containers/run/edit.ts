// From a container to the body that would make it again, and what an edit changes in it. Pure.
import type { ContainerDetail } from '../../../main/contract/containers.ts';
import type { CreateBody } from './body.ts';
import { FIELDS, type Value, type Values } from './fields.ts';
import { bytesOf } from './values.ts';

/** Values the image brings are not the container's own wish; they would hide a later image's. */
export interface ImageDefaults { Env?: string[] | null; Cmd?: string[] | null; Entrypoint?: string[] | null; WorkingDir?: string; User?: string; Labels?: Record<string, string> | null; StopSignal?: string }

export function bodyFrom(detail: ContainerDetail, image: ImageDefaults): CreateBody {
  const config = structuredClone(detail.Config) as Record<string, unknown>;
  const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
  for (const key of ['Cmd', 'Entrypoint', 'WorkingDir', 'User', 'StopSignal'] as const) if (same(config[key], image[key]) || config[key] === '') delete config[key];
  config['Env'] = (detail.Config.Env ?? []).filter((entry) => !(image.Env ?? []).includes(entry));
  config['Labels'] = Object.fromEntries(Object.entries(detail.Config.Labels ?? {}).filter(([name, value]) => image.Labels?.[name] !== value));
  // The engine made the short id the host name; the new container gets its own.
  if (detail.Id.startsWith(detail.Config.Hostname)) delete config['Hostname'];
  const networks = (detail.NetworkSettings['Networks'] ?? {}) as Record<string, Record<string, unknown>>;
  return { ...config, HostConfig: structuredClone(detail.HostConfig), NetworkingConfig: { EndpointsConfig: structuredClone(networks) } } as CreateBody;
}

export interface Difference { key: string; before: string; after: string }

export function differences(before: Values, after: Values): Difference[] {
  const text = (value: Value | undefined) => (Array.isArray(value) ? value.map((line) => line.trim()).filter(Boolean).join('\n') : String(value ?? ''));
  return FIELDS.map((field) => ({ key: field.key, before: text(before[field.key]), after: text(after[field.key]) })).filter((item) => item.before !== item.after);
}

/** Fields that POST /containers/{id}/update changes while the container runs. */
const LIVE = ['memory', 'memorySwap', 'memoryReservation', 'cpus', 'cpuShares', 'cpuset', 'pids', 'blkio', 'restart'];

/** The body of an update, if everything that changed can be changed live; otherwise undefined. */
export function liveUpdate(changed: Difference[]): Record<string, unknown> | undefined {
  if (changed.length === 0 || changed.some(({ key, after }) => !LIVE.includes(key) || (after === '' && key !== 'restart'))) return undefined;
  const update: Record<string, unknown> = {};
  for (const { key, after } of changed) {
    switch (key) {
      case 'memory': Object.assign(update, { Memory: bytesOf(after) }, changed.some((item) => item.key === 'memorySwap') ? {} : { MemorySwap: -1 }); break;
      case 'memorySwap': update['MemorySwap'] = after === '-1' ? -1 : bytesOf(after); break;
      case 'memoryReservation': update['MemoryReservation'] = bytesOf(after); break;
      case 'cpus': update['NanoCpus'] = Math.round(Number(after) * 1e9); break;
      case 'cpuShares': update['CpuShares'] = Number(after); break;
      case 'cpuset': update['CpusetCpus'] = after; break;
      case 'pids': update['PidsLimit'] = Number(after); break;
      case 'blkio': update['BlkioWeight'] = Number(after); break;
      default: {
        const [name = 'no', count] = after.split(':');
        update['RestartPolicy'] = { Name: name || 'no', MaximumRetryCount: Number(count ?? 0) };
      }
    }
  }
  return update;
}

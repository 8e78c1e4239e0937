// GET /containers/json: all of Docker's filters over summaries that are kept ready, one per container and version of its record.
import type { ContainerSummary, PortSummary } from '@docker/node-sdk';
import { InvalidParameter } from '../wire/errors.ts';
import type { Container } from './container.ts';
import { networked } from './create.ts';
import { sizeOf } from './inspect.ts';
import type { Parts } from './parts.ts';
import { isUp, type ContainerRecord } from './record.ts';

/** The subset of `api/filters` that is needed here. */
export interface ListFilters {
  has(key: string): boolean;
  values(key: string): readonly string[];
  matchesLabels(labels: Readonly<Record<string, string>> | null | undefined): boolean;
}

export const noFilters: ListFilters = { has: () => false, values: () => [], matchesLabels: () => true };

export const LIST_FILTERS = ['ancestor', 'before', 'expose', 'exited', 'health', 'id', 'isolation', 'is-task', 'label', 'label!', 'name', 'network', 'publish', 'since', 'status', 'volume'];
const STATES = ['created', 'restarting', 'running', 'removing', 'paused', 'exited', 'dead'];

export interface ListOptions { all: boolean; limit: number; size: boolean; filters: ListFilters }

const kept = new WeakMap<Container, { version: number; state: ContainerRecord['state']; summary: ContainerSummary }>();

/** Newest first. @throws InvalidParameter, NotFound (before, since) */
export async function listContainers(parts: Parts, options: ListOptions): Promise<ContainerSummary[]> {
  const { filters } = options;
  for (const status of filters.values('status')) if (!STATES.includes(status)) throw new InvalidParameter(`invalid filter 'status=${status}'`);
  for (const code of filters.values('exited')) if (!/^-?\d+$/.test(code)) throw new InvalidParameter(`invalid filter 'exited=${code}'`);
  for (const health of filters.values('health')) if (!['none', 'starting', 'healthy', 'unhealthy'].includes(health)) throw new InvalidParameter(`unrecognised filter value for health: ${health}`);
  for (const claim of filters.values('is-task')) if (!['true', 'false', '1', '0'].includes(claim)) throw new InvalidParameter(`invalid filter 'is-task=${claim}'`);
  const bound = (key: string) => filters.values(key).map((wish) => parts.store.find(wish).record.createdAtMs)[0];
  const before = bound('before');
  const since = bound('since');
  const anyState = options.all || options.limit > 0 || filters.has('status') || filters.has('exited');
  const ancestors = ancestorsOf(parts, filters);
  let found = parts.store.all().filter(({ record }) =>
    (anyState || isUp(record) || record.state === 'restarting') &&
    (before === undefined || record.createdAtMs < before) && (since === undefined || record.createdAtMs > since) &&
    (ancestors === undefined || ancestors(record)) && matches(parts, record, filters));
  found = found.toSorted((a, b) => b.record.createdAtMs - a.record.createdAtMs);
  if (options.limit > 0) found = found.slice(0, options.limit);
  const aliases = linkNames(parts);
  const summaries = found.map((container) => {
    const summary = summaryOf(parts, container);
    const names = aliases.get(container.record.name);
    return names === undefined ? summary : { ...summary, Names: [...summary.Names ?? [], ...names] };
  });
  if (!options.size) return summaries;
  return Promise.all(summaries.map(async (summary, index) => ({ ...summary, ...(await sizeOf(parts, (found[index] as Container).record)) })));
}

/** By container, the names it has for those that link to it: `/app/db` (Docker's legacy links). */
function linkNames({ store }: Parts): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { record } of store.all()) {
    for (const link of record.hostConfig.Links ?? []) {
      const [target = '', alias = ''] = link.split(':');
      const name = target.replace(/^\//, '');
      found.set(name, [...(found.get(name) ?? []), `/${record.name}/${alias.split('/').at(-1) ?? ''}`]);
    }
  }
  return found;
}

/**
 * The summary, made anew only when the record changed: its version counts saves, and an event may be heard between the change of
 * state and the save. The "Up 5 minutes" text is made each time.
 */
function summaryOf(parts: Parts, container: Container): ContainerSummary {
  const { record } = container;
  let entry = kept.get(container);
  if (!entry || entry.version !== container.version || entry.state !== record.state) {
    const settings = parts.networks?.settings(networked(parts, record));
    entry = {
      version: container.version,
      state: record.state,
      summary: {
        Id: record.id,
        Names: [`/${record.name}`],
        Image: record.image,
        ImageID: record.imageId,
        Command: commandText(record.args),
        Created: Math.floor(record.createdAtMs / 1000),
        Ports: portsOf(settings?.Ports),
        Labels: record.config.Labels ?? {},
        State: record.state,
        Status: '',
        HostConfig: { NetworkMode: record.hostConfig.NetworkMode ?? 'default', ...(Object.keys(record.hostConfig.Annotations ?? {}).length > 0 && { Annotations: record.hostConfig.Annotations }) },
        NetworkSettings: { Networks: settings?.Networks ?? { [record.hostConfig.NetworkMode ?? 'none']: {} } },
        Mounts: record.mounts,
      } as ContainerSummary,
    };
    kept.set(container, entry);
  }
  entry.summary.Status = statusText(record, Date.now());
  return entry.summary;
}

export function commandText(args: readonly string[]): string {
  const [path = '', ...rest] = args;
  const text = rest.length === 0 ? path : `${path} ${rest.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ')}`;
  return text;
}

function portsOf(ports: Record<string, { HostIp?: string; HostPort?: string }[] | null> | undefined): PortSummary[] {
  return Object.entries(ports ?? {}).flatMap(([key, bindings]): PortSummary[] => {
    const [port, type = 'tcp'] = key.split('/');
    const base = { PrivatePort: Number(port), Type: type as 'tcp' };
    return bindings?.length ? bindings.map((binding) => ({ ...(binding.HostIp && { IP: binding.HostIp }), ...base, PublicPort: Number(binding.HostPort) })) : [base];
  });
}

/** `Up 5 minutes (healthy)`, `Exited (0) 2 hours ago`, as docker's clients expect it ready-made. */
export function statusText(record: ContainerRecord, nowMs: number): string {
  const ago = (atMs: number) => humanDuration((nowMs - atMs) / 1000);
  switch (record.state) {
    case 'running': {
      const health = record.health && (record.health.status === 'starting' ? ' (health: starting)' : ` (${record.health.status})`);
      return `Up ${ago(record.startedAtMs)}${health ?? ''}`;
    }
    case 'paused':
      return `Up ${ago(record.startedAtMs)} (Paused)`;
    case 'restarting':
      return `Restarting (${record.exitCode}) ${ago(record.finishedAtMs)} ago`;
    case 'removing':
      return 'Removal In Progress';
    case 'dead':
      return 'Dead';
    case 'created':
      return 'Created';
    case 'exited':
      return `Exited (${record.exitCode}) ${ago(record.finishedAtMs)} ago`;
  }
}

/** The words of docker's units.HumanDuration. @param seconds whole or not */
export function humanDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 1) return 'Less than a second';
  if (whole === 1) return '1 second';
  if (whole < 60) return `${whole} seconds`;
  const minutes = Math.floor(whole / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(whole / 3600);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
}

function ancestorsOf(parts: Parts, filters: ListFilters): ((record: ContainerRecord) => boolean) | undefined {
  if (!filters.has('ancestor')) return undefined;
  const wishes = filters.values('ancestor').flatMap((wish) => {
    try {
      return [parts.images.resolve(wish)];
    } catch {
      return []; // no such image: nothing descends from it
    }
  });
  const layersOf = (imageId: string): readonly string[] => {
    try {
      return parts.images.resolve(imageId).config.rootfs.diff_ids;
    } catch {
      return []; // the container's image was removed
    }
  };
  return (record) => wishes.some((image) => {
    if (record.imageId === image.id) return true;
    const wanted = image.config.rootfs.diff_ids;
    const has = layersOf(record.imageId);
    return wanted.length > 0 && has.length > wanted.length && wanted.every((layer, index) => has[index] === layer);
  });
}

function matches(parts: Parts, record: ContainerRecord, filters: ListFilters): boolean {
  const any = (key: string, test: (wish: string) => boolean) => !filters.has(key) || filters.values(key).some(test);
  const { config, hostConfig } = record;
  const byPort = (key: string, ports: () => PortSummary[]) => any(key, (wish) => {
    const [range = '', protocol] = wish.split('/');
    const [first, last = first] = range.split('-').map(Number);
    return ports().some((port) => {
      const number = key === 'publish' ? port.PublicPort : port.PrivatePort;
      return number !== undefined && number >= (first as number) && number <= (last as number) && (!protocol || port.Type === protocol);
    });
  });
  const settings = () => parts.networks?.settings(networked(parts, record));
  return (
    any('id', (wish) => record.id.startsWith(wish)) &&
    any('name', (wish) => nameMatches(record.name, wish)) &&
    any('status', (wish) => record.state === wish) &&
    any('exited', (wish) => record.state === 'exited' && record.startedAtMs > 0 && record.exitCode === Number(wish)) &&
    any('health', (wish) => (record.health?.status ?? 'none') === wish) &&
    any('is-task', (wish) => wish !== 'true') &&
    any('isolation', (wish) => wish === (hostConfig.Isolation ?? '')) &&
    any('volume', (wish) => record.mounts.some((mount) => mount.Name === wish || mount.Source === wish || mount.Destination === wish)) &&
    any('network', (wish) => Object.entries(settings()?.Networks ?? { [hostConfig.NetworkMode ?? '']: {} }).some(([name, endpoint]) => name === wish || (wish.length > 0 && ((endpoint as { NetworkID?: string }).NetworkID ?? '').startsWith(wish)))) &&
    byPort('publish', () => portsOf(settings()?.Ports)) &&
    byPort('expose', () => portsOf(Object.fromEntries(Object.keys(config.ExposedPorts ?? {}).map((key) => [key, null])))) &&
    filters.matchesLabels(config.Labels)
  );
}

/** A regular expression over `/name` or `name`, as docker takes it; what is no expression is compared as it is. */
function nameMatches(name: string, wish: string): boolean {
  try {
    const expression = new RegExp(wish);
    return expression.test(`/${name}`) || expression.test(name);
  } catch {
    return name.includes(wish);
  }
}

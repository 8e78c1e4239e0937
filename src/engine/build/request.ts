// `POST /build`: its query -> what to build. Field names: Engine API v1.47, "Build an image". What this builder can not do is
// refused here, by name, before a byte is read.
import type { HostConfig } from '@docker/node-sdk';
import { InvalidParameter, NotImplemented } from '../wire/errors.ts';
import type { BuildSummaryRequest } from './events.ts';

export interface BuildRequest {
  dockerfile: string;
  tags: string[];
  remote: string;
  target: string;
  platform: string;
  buildArgs: ReadonlyMap<string, string>;
  labels: Record<string, string>;
  noCache: boolean;
  pull: boolean;
  quiet: boolean;
  /** `default` (the default bridge), `host`, `none`, or the name or id of a network */
  network: string;
  extraHosts: string[];
  cacheFrom: string[];
  limits: Pick<HostConfig, 'Memory' | 'MemorySwap' | 'CpuShares' | 'CpuQuota' | 'CpuPeriod' | 'CpusetCpus' | 'PidsLimit' | 'Ulimits' | 'ShmSize' | 'CgroupParent'>;
  /** Secret values by id; from the header X-Gantry-Build, never from the query, which clients log. */
  secrets: ReadonlyMap<string, Buffer>;
  /** Paths of agent sockets by id. */
  ssh: ReadonlyMap<string, string>;
  /** `--build-context NAME=docker-image://REF`: name in lower case -> image reference. */
  namedContexts: ReadonlyMap<string, string>;
  /** X-Registry-Config, for pulls. */
  registryConfig: string | undefined;
  /** Dockerfile and .dockerignore that come beside the context, not in it (BuildKit clients). */
  given?: { dockerfile: string; ignore: string };
}

/** The JSON of the header X-Gantry-Build (base64url). */
interface Extension { secrets?: Record<string, string>; ssh?: Record<string, string>; contexts?: Record<string, string> }

/** @throws InvalidParameter, NotImplemented naming the parameter */
export function readBuildRequest(query: URLSearchParams, headers: Record<string, string | string[] | undefined>): BuildRequest {
  if (query.get('version') === '2') throw new NotImplemented('this engine does not speak the BuildKit of old clients: set DOCKER_BUILDKIT=0 for docker build, or use buildx');
  if (isOn(query, 'squash')) throw new NotImplemented('squash is not supported: use a multi-stage build and copy the result into a fresh stage');
  if (query.has('outputs') && query.get('outputs') !== '') throw new NotImplemented('build outputs need BuildKit; build an image and export it with docker save');
  const networkMode = query.get('networkmode') ?? '';
  if (networkMode.startsWith('container:')) throw new InvalidParameter(`network mode ${JSON.stringify(networkMode)} is not supported for builds: use default, host, none or a network`);
  const extension = readExtension(one(headers['x-gantry-build']));
  const ulimits = jsonOf<HostConfig['Ulimits']>(query, 'ulimits');
  return {
    dockerfile: query.get('dockerfile') || 'Dockerfile',
    tags: query.getAll('t').filter(Boolean),
    remote: query.get('remote') ?? '',
    target: query.get('target') ?? '',
    platform: query.get('platform') ?? '',
    buildArgs: new Map(Object.entries(jsonOf<Record<string, string | null>>(query, 'buildargs') ?? {}).filter((entry): entry is [string, string] => entry[1] !== null)),
    labels: jsonOf<Record<string, string>>(query, 'labels') ?? {},
    noCache: isOn(query, 'nocache'),
    pull: isOn(query, 'pull'),
    quiet: isOn(query, 'q'),
    network: ['', 'bridge'].includes(networkMode) ? 'default' : networkMode,
    extraHosts: query.getAll('extrahosts').flatMap(extraHosts),
    cacheFrom: jsonOf<string[]>(query, 'cachefrom') ?? [],
    limits: {
      ...number(query, 'memory', 'Memory'), ...number(query, 'memswap', 'MemorySwap'), ...number(query, 'cpushares', 'CpuShares'),
      ...number(query, 'cpuquota', 'CpuQuota'), ...number(query, 'cpuperiod', 'CpuPeriod'), ...number(query, 'shmsize', 'ShmSize'), ...number(query, 'pidslimit', 'PidsLimit'),
      ...(query.get('cpusetcpus') ? { CpusetCpus: query.get('cpusetcpus') as string } : {}),
      ...(query.get('cgroupparent') ? { CgroupParent: query.get('cgroupparent') as string } : {}),
      ...(ulimits?.length ? { Ulimits: ulimits } : {}),
    },
    secrets: new Map(Object.entries(extension.secrets ?? {}).map(([id, value]) => [id, Buffer.from(value, 'base64')])),
    ssh: new Map(Object.entries(extension.ssh ?? {})),
    namedContexts: new Map(Object.entries(extension.contexts ?? {}).map(([name, value]) => [name.toLowerCase(), imageOf(name, value)])),
    registryConfig: one(headers['x-registry-config']),
  };
}

/** What may be kept of a request. */
export const summaryOf = (request: BuildRequest): BuildSummaryRequest => ({
  tags: request.tags, dockerfile: request.dockerfile, target: request.target, platform: request.platform, remote: withoutPassword(request.remote),
  buildArgs: Object.fromEntries(request.buildArgs), noCache: request.noCache, pull: request.pull,
});

const withoutPassword = (url: string): string => url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');
const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

function isOn(query: URLSearchParams, name: string): boolean {
  const value = (query.get(name) ?? '').trim().toLowerCase();
  return !['', '0', 'no', 'false', 'none'].includes(value);
}

function jsonOf<T>(query: URLSearchParams, name: string): T | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  try {
    return (JSON.parse(text) as T | null) ?? undefined;
  } catch (error) {
    throw new InvalidParameter(`parameter ${name} is not JSON`, { cause: error });
  }
}

function number<K extends string>(query: URLSearchParams, name: string, field: K): Partial<Record<K, number>> {
  const text = query.get(name);
  if (text === null || text === '' || text === '0') return {};
  const value = Number(text);
  if (!Number.isInteger(value)) throw new InvalidParameter(`parameter ${name} must be a whole number, not ${JSON.stringify(text)}`);
  return { [field]: value } as Partial<Record<K, number>>;
}

/** Clients repeat the parameter for each `host:ip`, separate them by commas or send a JSON list. */
function extraHosts(text: string): string[] {
  if (!text.startsWith('[')) return text.split(',').filter(Boolean);
  try {
    return JSON.parse(text) as string[];
  } catch (error) {
    throw new InvalidParameter('parameter extrahosts is not JSON', { cause: error });
  }
}

function readExtension(header: string | undefined): Extension {
  if (header === undefined) return {};
  try {
    return JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as Extension;
  } catch {
    throw new InvalidParameter('the header X-Gantry-Build is not base64url JSON'); // no cause: its text would quote a secret
  }
}

function imageOf(name: string, value: string): string {
  const match = /^docker-image:\/\/(.+)$/.exec(value);
  if (!match) throw new NotImplemented(`build context ${name}=${value}: only docker-image://REFERENCE is supported`);
  return match[1] as string;
}

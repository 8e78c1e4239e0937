// Docker contexts of this user, as hosts to import. The store is `~/.docker/contexts/meta/<sha256 of name>/meta.json`, TLS
// material in `contexts/tls/<same>/docker/{ca,cert,key}.pem` (docker/cli, cli/context/store).

import { createHash } from 'node:crypto';
import { access, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostConfig } from '../contract/hosts.ts';
import { parseSshAddress } from './ssh-target.ts';

export interface DockerContext {
  name: string;
  description: string;
  endpoint: string;
  /** Undefined when the endpoint is of a kind that cannot be reached from here; `why` says so. */
  config?: HostConfig;
  why?: string;
}

/** All contexts but the built-in `default`. An unreadable one is listed with the reason. */
export async function listDockerContexts(home: string): Promise<DockerContext[]> {
  const folder = join(home, '.docker/contexts');
  const ids = await readdir(join(folder, 'meta')).catch(() => []); // no Docker client was ever used here
  const contexts = await Promise.all(ids.map((id) => readContext(folder, id)));
  return contexts.sort((a, b) => a.name.localeCompare(b.name));
}

/** What a context's endpoint is as a host. @throws nothing: what cannot be used has `why` */
export function contextHost(name: string, endpoint: string, tls: { ca?: string; cert?: string; key?: string; skipVerify: boolean } | undefined): Pick<DockerContext, 'config' | 'why'> {
  const common = { name: name.slice(0, 60), colour: 'blue' };
  if (endpoint.startsWith('unix://')) return { config: { kind: 'unix', ...common, socketPath: endpoint.slice('unix://'.length) } };
  if (endpoint.startsWith('ssh://')) {
    try {
      const { name: hostname, ...rest } = parseSshAddress(endpoint);
      return { config: { kind: 'ssh', ...common, hostname, ...rest } };
    } catch (error) {
      return { why: (error as Error).message };
    }
  }
  const tcp = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d+)$/.exec(endpoint);
  if (!tcp) return { why: `endpoints such as ${endpoint} cannot be reached from here` };
  return {
    config: {
      kind: 'tcp', ...common, hostname: tcp[1]!.replace(/^\[|\]$/g, ''), port: Number(tcp[2]),
      ...(tls ? { tls: { verify: !tls.skipVerify, ...(tls.ca ? { caPath: tls.ca } : {}), ...(tls.cert ? { certPath: tls.cert } : {}), ...(tls.key ? { keyPath: tls.key } : {}) } } : {}),
    },
  };
}

interface Meta { Name?: string; Metadata?: { Description?: string }; Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } } }

async function readContext(folder: string, id: string): Promise<DockerContext> {
  try {
    const meta = JSON.parse(await readFile(join(folder, 'meta', id, 'meta.json'), 'utf8')) as Meta;
    const name = meta.Name ?? id;
    const endpoint = meta.Endpoints?.docker?.Host ?? '';
    const base = { name, description: meta.Metadata?.Description ?? '', endpoint };
    return { ...base, ...contextHost(name, endpoint, await readTls(folder, name, meta.Endpoints?.docker?.SkipTLSVerify ?? false)) };
  } catch (error) {
    return { name: id.slice(0, 12), description: '', endpoint: '', why: (error as Error).message };
  }
}

async function readTls(folder: string, name: string, skipVerify: boolean): Promise<Parameters<typeof contextHost>[2]> {
  const base = join(folder, 'tls', createHash('sha256').update(name).digest('hex'), 'docker');
  const at = async (file: string): Promise<string | undefined> => access(join(base, file)).then(() => join(base, file), () => undefined); // absent: not used
  const [ca, cert, key] = await Promise.all([at('ca.pem'), at('cert.pem'), at('key.pem')]);
  if (!ca && !cert && !key && !skipVerify) return undefined;
  return { skipVerify, ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
}

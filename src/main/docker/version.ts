// What answers at the other end, told from GET /version (Engine API v1.47, SystemVersion).
import type { EngineInfo } from '../contract/hosts.ts';
import type { DockerClient } from './client.ts';

interface Version {
  Version?: string;
  ApiVersion?: string;
  Os?: string;
  Arch?: string;
  Platform?: { Name?: string };
  Components?: { Name: string; Version: string }[];
}

/** @throws DockerError, Unavailable */
export async function engineInfo(client: DockerClient, signal?: AbortSignal): Promise<EngineInfo> {
  return describe(await client.json<Version>('GET', '/version', { signal }));
}

export function describe(version: Version): EngineInfo {
  const names = (version.Components ?? []).map((component) => component.Name);
  const product = names.includes('Gantry') ? 'gantry' : names.some((name) => name.startsWith('Podman')) ? 'podman' : names.includes('Engine') ? 'docker' : 'other';
  const name = { gantry: 'Gantry', podman: 'Podman', docker: 'Docker', other: version.Platform?.Name || 'Engine' }[product];
  return {
    name,
    product,
    version: version.Version ?? '?',
    apiVersion: version.ApiVersion ?? '?',
    os: version.Os ?? 'linux',
    arch: version.Arch ?? '?',
  };
}

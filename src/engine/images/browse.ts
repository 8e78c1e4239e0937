// What a registry holds, without pulling: repositories, tags, and an image's platforms, configuration and layer sizes.
import type { Digest } from '../base/digest.ts';
import type { ImageConfig } from '../needs.ts';
import type { RegistryClient } from '../registry/client.ts';
import { canonical, familiar, type Reference } from '../registry/reference.ts';
import { EngineError, NotFound, Unauthorized } from '../wire/errors.ts';
import { parseConfig, parseManifest, type Descriptor, type Platform } from './manifest.ts';

/** Names of repositories that contain `filter`, sorted. @throws Unauthorized, NotImplemented by the registry as NotFound */
export async function browseRepositories(client: RegistryClient, { filter, limit, signal }: { filter: string; limit: number; signal: AbortSignal }): Promise<{ repositories: string[]; isCut: boolean }> {
  const names = (await client.catalog(signal, filter === '' ? limit : undefined)).filter((name) => name.includes(filter)).sort();
  return { repositories: names.slice(0, limit), isCut: names.length >= limit };
}

/** Newest-looking last, as versions sort: 1.9 before 1.10. */
export async function browseTags(client: RegistryClient, path: string, signal: AbortSignal): Promise<{ name: string; tags: string[] }> {
  const tags = await client.tags(path, signal);
  return { name: path, tags: tags.sort(new Intl.Collator('en', { numeric: true }).compare) };
}

export interface RemotePlatform {
  platform: Platform;
  digest: Digest;
  mediaType: string;
  /** what a pull transfers */
  compressedBytes: number;
  layers: { digest: Digest; mediaType: string; sizeBytes: number }[];
  config: ImageConfig;
}

export interface RemoteImage { reference: string; digest: Digest; mediaType: string; platforms: RemotePlatform[] }

const MAX_PLATFORMS = 32;

/** Manifest and configuration of every platform. @throws NotFound, Unauthorized, RegistryFailure */
export async function browseImage(client: RegistryClient, reference: Reference, signal: AbortSignal): Promise<RemoteImage> {
  const top = await client.manifest(reference.path, reference.digest ?? reference.tag ?? 'latest', signal);
  const parsed = parseManifest(top.bytes, familiar(reference));
  const one = async (bytes: Buffer, digest: Digest, mediaType: string): Promise<RemotePlatform | undefined> => {
    const inner = parseManifest(bytes, familiar(reference));
    if (!('manifest' in inner)) return undefined;
    const { manifest } = inner;
    const config = parseConfig(await client.blobBytes(reference.path, manifest.config.digest, signal), familiar(reference));
    const { os, architecture, variant } = config;
    return {
      platform: { os, architecture, ...(variant !== undefined && { variant }) },
      digest, mediaType, config,
      compressedBytes: manifest.layers.reduce((sum, layer) => sum + layer.size, manifest.config.size),
      layers: manifest.layers.map((layer) => ({ digest: layer.digest, mediaType: layer.mediaType, sizeBytes: layer.size })),
    };
  };
  const children: Descriptor[] = 'index' in parsed ? parsed.index.manifests.filter((child) => child.annotations?.['vnd.docker.reference.type'] === undefined).slice(0, MAX_PLATFORMS) : [];
  const platforms = 'manifest' in parsed
    ? [await one(top.bytes, top.digest, top.mediaType)]
    : await Promise.all(children.map(async (child) => one((await client.manifest(reference.path, child.digest, signal)).bytes, child.digest, child.mediaType)));
  return { reference: canonical(reference), digest: top.digest, mediaType: top.mediaType, platforms: platforms.filter((platform) => platform !== undefined) };
}

/** Docker's DistributionInspect. @throws Unauthorized, NotFound */
export async function distributionInspect(client: RegistryClient, reference: Reference, signal: AbortSignal) {
  try {
    const { bytes, digest, mediaType } = await client.manifest(reference.path, reference.digest ?? reference.tag ?? 'latest', signal);
    const parsed = parseManifest(bytes, familiar(reference));
    const platforms: Platform[] = 'index' in parsed
      ? parsed.index.manifests.flatMap((child) => (child.platform === undefined ? [] : [child.platform]))
      : [await configPlatform(client, reference, parsed.manifest.config.digest, signal)];
    return { Descriptor: { mediaType, digest, size: bytes.length }, Platforms: platforms };
  } catch (error) {
    if (error instanceof EngineError && error.kind === 'Forbidden') throw new Unauthorized(error.message, { cause: error.cause });
    if (error instanceof EngineError && error.kind === 'NotFound') throw new NotFound(error.message.replace(/^.*? not found: /, ''), { cause: error.cause });
    throw error;
  }
}

async function configPlatform(client: RegistryClient, reference: Reference, digest: Digest, signal: AbortSignal): Promise<Platform> {
  const { architecture, os, variant } = parseConfig(await client.blobBytes(reference.path, digest, signal), familiar(reference));
  return { architecture, os, ...(variant !== undefined && { variant }) };
}

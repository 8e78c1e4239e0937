// Manifests, indexes and descriptors of Docker schema 2 and OCI; choosing a platform. Pure.
// Sources: image-spec v1.1 manifest.md, image-index.md; distribution "Image Manifest Version 2, Schema 2".
import { ARCHITECTURES, ARCHITECTURE_ALIASES, OPERATING_SYSTEMS } from '../base/platform-names.ts';
import { arch } from 'node:os';
import { isDigest, type Digest } from '../base/digest.ts';
import type { ImageConfig } from '../needs.ts';
import { InvalidParameter, NotFound } from '../wire/errors.ts';

export const MEDIA = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar',
  ociLayerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociLayerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar',
  dockerLayerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const;

/** Of a layer whose archive does not say it. */
export const LAYER_MEDIA = { none: MEDIA.dockerLayer, gzip: MEDIA.dockerLayerGzip, zstd: MEDIA.ociLayerZstd } as const;

export interface Platform { architecture: string; os: string; variant?: string; 'os.version'?: string; 'os.features'?: string[] }

export interface Descriptor {
  mediaType: string;
  digest: Digest;
  size: number;
  platform?: Platform;
  annotations?: Record<string, string>;
  urls?: string[];
}

export interface Manifest {
  schemaVersion: 2;
  mediaType?: string;
  artifactType?: string;
  config: Descriptor;
  layers: Descriptor[];
  annotations?: Record<string, string>;
}

export interface Index {
  schemaVersion: 2;
  mediaType?: string;
  manifests: Descriptor[];
  annotations?: Record<string, string>;
}

/** @throws InvalidParameter when the bytes are neither an image manifest nor an index of them */
export function parseManifest(bytes: Uint8Array, name: string): { manifest: Manifest } | { index: Index } {
  let value: Partial<Manifest & Index> & { schemaVersion?: number; fsLayers?: unknown };
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8')) as typeof value;
  } catch (error) {
    throw new InvalidParameter(`the manifest of ${name} is not JSON`, { cause: error });
  }
  if (value.schemaVersion === (1 as number) || value.fsLayers !== undefined) throw new InvalidParameter(`${name} has a Docker schema 1 manifest, which is too old: push it again with a current Docker`);
  if (Array.isArray(value.manifests)) {
    value.manifests.forEach((descriptor) => checkDescriptor(descriptor, name));
    return { index: value as Index };
  }
  if (!Array.isArray(value.layers) || value.config === undefined) throw new InvalidParameter(`${name} is not an image: its manifest has no config and layers`);
  [value.config, ...value.layers].forEach((descriptor) => checkDescriptor(descriptor, name));
  return { manifest: value as Manifest };
}

function checkDescriptor(descriptor: Partial<Descriptor> | undefined, name: string): void {
  if (typeof descriptor?.digest !== 'string' || !isDigest(descriptor.digest) || !Number.isSafeInteger(descriptor.size) || (descriptor.size as number) < 0) {
    throw new InvalidParameter(`the manifest of ${name} has a damaged descriptor`);
  }
}

/** @throws InvalidParameter when the bytes are no image configuration */
export function parseConfig(bytes: Uint8Array, name: string): ImageConfig {
  let value: ImageConfig;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8')) as ImageConfig;
  } catch (error) {
    throw new InvalidParameter(`the configuration of ${name} is not JSON`, { cause: error });
  }
  const diffIds = (value as Partial<ImageConfig>).rootfs?.diff_ids ?? [];
  if (!Array.isArray(diffIds) || !diffIds.every((id) => typeof id === 'string' && isDigest(id))) throw new InvalidParameter(`the configuration of ${name} has no proper list of layers`);
  return { ...value, rootfs: { type: 'layers', diff_ids: diffIds } };
}

const ARCHITECTURE: Record<string, string> = { x64: 'amd64', ia32: '386', arm: 'arm' };

/** This machine's platform in Go's words. */
export function hostPlatform(): Platform {
  const name = ARCHITECTURE[arch()] ?? arch();
  return { os: 'linux', architecture: name, ...(name === 'arm' && { variant: 'v7' }) };
}

/** `os/arch[/variant]`, `arch` or `os`. @throws InvalidParameter */
export function parsePlatform(text: string): Platform {
  const parts = text.split('/').map((part) => part.toLowerCase());
  const [first = '', second, third] = parts;
  const wrong = parts.find((part) => !/^[a-z0-9._-]+$/.test(part));
  if (wrong !== undefined) throw new InvalidParameter(`${JSON.stringify(wrong)} is an invalid ${wrong === first ? 'OS component' : 'component'} of platform ${JSON.stringify(text)}: use os/architecture[/variant]`);
  if (parts.length > 3) throw new InvalidParameter(`${JSON.stringify(text)}: cannot parse platform specifier: use os/architecture[/variant]`);
  if (second === undefined) {
    const os = first === 'macos' ? 'darwin' : first;
    if (OPERATING_SYSTEMS.includes(os)) return { ...hostPlatform(), os };
    const platform = normal({ os: 'linux', architecture: first });
    if (!ARCHITECTURES.includes(platform.architecture)) throw new InvalidParameter(`${JSON.stringify(text)}: unknown operating system or architecture`);
    return platform;
  }
  return normal({ os: first, architecture: second, ...(third !== undefined && { variant: third }) });
}

function normal(platform: Platform): Platform {
  const architecture = ARCHITECTURE_ALIASES[platform.architecture] ?? platform.architecture;
  if (architecture === 'arm64' && platform.variant === 'v8') return { os: platform.os, architecture };
  return { ...platform, architecture };
}

export const platformText = ({ os, architecture, variant }: Platform): string => [os, architecture, variant].filter(Boolean).join('/');

const ARM: readonly (string | undefined)[] = ['v8', 'v7', 'v6', 'v5'];

/** How well `offered` runs on `wanted`: 0 best, Infinity not at all. */
function distance(offered: Platform, wanted: Platform): number {
  const [a, b] = [normal(offered), normal(wanted)];
  if (a.os !== b.os || a.architecture !== b.architecture) return Infinity;
  if (a.variant === b.variant) return 0;
  if (a.architecture === 'arm') {
    const steps = ARM.indexOf(a.variant ?? 'v7') - ARM.indexOf(b.variant ?? 'v7');
    return steps < 0 ? Infinity : steps;
  }
  return b.variant === undefined || a.variant === undefined ? 1 : Infinity;
}

/** The image is there, but not for the wished platform. */
export class NoSuchPlatform extends NotFound {}

/** The manifest of an index that suits best. @throws NoSuchPlatform with Docker's words */
export function choosePlatform(index: Index, wanted: Platform): Descriptor {
  let best: Descriptor | undefined;
  let bestDistance = Infinity;
  for (const descriptor of index.manifests) {
    if (descriptor.annotations?.['vnd.docker.reference.type'] !== undefined) continue; // attestations
    const far = descriptor.platform === undefined ? 100 : distance(descriptor.platform, wanted);
    if (far < bestDistance) [best, bestDistance] = [descriptor, far];
  }
  if (best === undefined) throw new NoSuchPlatform(`no matching manifest for ${platformText(wanted)} in the manifest list entries`);
  return best;
}

export const suits = (offered: Platform, wanted: Platform): boolean => distance(offered, wanted) !== Infinity;

// Image archives for tests, from layers given as tar bytes: docker save before and after 25, OCI layout, every compression.
import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { makeTar, type MadeEntry } from './oracle.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

export interface MadeImage { name?: string; layers: Buffer[]; compression?: Compression; platform?: { os: string; architecture: string }; instructions?: string[] }

const sha = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
const compress = (data: Buffer, how: Compression) => (how === 'gzip' ? gzipSync(data) : how === 'zstd' ? zstdCompressSync(data) : data);
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

function configOf({ layers, platform = { os: 'linux', architecture: 'amd64' }, instructions }: MadeImage): Buffer {
  const history = instructions
    ? instructions.map((created_by) => ({ created: '2026-01-02T03:04:05Z', created_by, ...(/^(ENV|CMD|LABEL)/.test(created_by) ? { empty_layer: true } : {}) }))
    : layers.map((_, index) => ({ created: '2026-01-02T03:04:05Z', created_by: `RUN step ${index}` }));
  return json({ ...platform, config: {}, rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha(layer)}`) }, history });
}

/** What `docker save` wrote before version 25: a folder a layer, manifest.json, no index; equal layers are symbolic links. */
export function oldDockerArchive(image: MadeImage): Buffer {
  const config = configOf(image);
  const entries: MadeEntry[] = [];
  const seen = new Map<string, string>();
  const paths = image.layers.map((layer, index) => {
    const folder = sha(`${index}`);
    const first = seen.get(sha(layer));
    entries.push({ path: folder, type: 'dir' }, { path: `${folder}/VERSION`, content: '1.0' }, { path: `${folder}/json`, content: '{"id":"x"}' });
    entries.push(first === undefined ? { path: `${folder}/layer.tar`, content: layer } : { path: `${folder}/layer.tar`, type: 'symlink', target: `../${first}/layer.tar` });
    seen.set(sha(layer), first ?? folder);
    return `${folder}/layer.tar`;
  });
  entries.push({ path: `${sha(config)}.json`, content: config });
  entries.push({ path: 'manifest.json', content: json([{ Config: `${sha(config)}.json`, RepoTags: image.name ? [image.name] : null, Layers: paths }]) });
  return makeTar(entries);
}

/** An OCI layout; `docker`: with the manifest.json that Docker 25 and newer add. Several images: an index over platforms. */
export function ociEntries(images: MadeImage[], options: { docker?: boolean; nested?: boolean } = {}): MadeEntry[] {
  const blobs = new Map<string, Buffer>();
  const put = (data: Buffer) => { blobs.set(sha(data), data); return { digest: `sha256:${sha(data)}`, size: data.length }; };
  const docker: unknown[] = [];
  const manifests = images.map((image) => {
    const config = put(configOf(image));
    const layers = image.layers.map((layer) => ({ mediaType: `application/vnd.oci.image.layer.v1.tar${image.compression && image.compression !== 'none' ? `+${image.compression}` : ''}`, ...put(compress(layer, image.compression ?? 'none')) }));
    const manifest = put(json({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config }, layers }));
    docker.push({ Config: `blobs/sha256/${config.digest.slice(7)}`, RepoTags: image.name ? [image.name] : null, Layers: layers.map((layer) => `blobs/sha256/${layer.digest.slice(7)}`) });
    return { mediaType: 'application/vnd.oci.image.manifest.v1+json', ...manifest, ...(image.platform ? { platform: image.platform } : {}), ...(image.name ? { annotations: { 'io.containerd.image.name': image.name } } : {}) };
  });
  const top = options.nested ? [{ mediaType: 'application/vnd.oci.image.index.v1+json', ...put(json({ schemaVersion: 2, manifests })) }] : manifests;
  return [
    ...[...blobs].map(([hex, data]) => ({ path: `blobs/sha256/${hex}`, content: data })),
    { path: 'index.json', content: json({ schemaVersion: 2, manifests: top }) },
    { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    ...(options.docker ? [{ path: 'manifest.json', content: json(docker) }] : []),
  ];
}

export const ociArchive = (images: MadeImage[], options?: { docker?: boolean; nested?: boolean }): Buffer => makeTar(ociEntries(images, options));

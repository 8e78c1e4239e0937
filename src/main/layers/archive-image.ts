// Which image an archive holds and which files are its layers: index.json -> manifest -> config (OCI image layout), else
// manifest.json (docker save since 1.10), else `repositories` (before, see archive-v1.ts), else, in an archive that was cut, any
// configuration whose layers are there.
import type { ImageConfig } from '../../engine/layers/report-instruction.ts';
import { InvalidParameter } from '../../engine/wire/errors.ts';
import { imagesOfVersion1 } from './archive-v1.ts';

/** What a pass over the archive found: parsed JSON files, layers by path, and links between paths. */
export interface ArchiveContents {
  documents: Map<string, unknown>;
  /** paths of files that are layers, with the digests that were computed */
  layers: Map<string, { digest: string; diffId: string | undefined }>;
  links: Map<string, string>;
  /** what files are that are neither */
  others: Map<string, string>;
  /** why the archive could not be read to its end */
  problem?: string;
}

export interface ArchiveImage {
  names: string[];
  /** digest of the configuration, `sha256:…`; '' when there is none */
  imageId: string;
  config: ImageConfig;
  layers: { path: string; digest: string; diffId: string; error?: string }[];
}

interface Descriptor { mediaType?: string; digest: string; size?: number; platform?: { os?: string; architecture?: string; variant?: string }; annotations?: Record<string, string> }
interface Manifest { config?: Descriptor; layers?: Descriptor[]; manifests?: Descriptor[] }
interface DockerManifest { Config: string; RepoTags?: string[] | null; Layers: string[] }

const EMPTY = 'the archive holds no image';

/** All images of an archive, index first. */
export function imagesOf(contents: ArchiveContents): ArchiveImage[] {
  const index = contents.documents.get('index.json') as Manifest | undefined;
  const found = index?.manifests ? fromIndex(contents, index.manifests, []) : [];
  const docker = contents.documents.get('manifest.json') as DockerManifest[] | undefined;
  const fromDocker = Array.isArray(docker) ? docker.map((entry) => fromDockerManifest(contents, entry)) : [];
  for (const image of found) { // names are better in docker's manifest
    const same = fromDocker.find((other) => other.imageId === image.imageId);
    if (same && same.names.length > 0) image.names = same.names;
  }
  if (found.length > 0) return found;
  if (fromDocker.length > 0) return fromDocker;
  const old = imagesOfVersion1(contents).map(({ paths, ...image }) => ({ ...image, layers: paths.map((path) => checked(contents, follow(contents, path), undefined, undefined)) }));
  return old.length > 0 ? old : fromConfigs(contents);
}

/**
 * The wanted image, or the only or first one; of several platforms of it this machine's.
 * @param wanted a name in the archive; @param platform "os/architecture[/variant]"
 * @throws InvalidParameter when the archive holds no image, or not that one
 */
export function chooseImage(contents: ArchiveContents, { wanted, platform }: { wanted?: string | undefined; platform?: string | undefined } = {}): ArchiveImage {
  let images = imagesOf(contents);
  if (images.length === 0) throw new InvalidParameter(contents.problem === undefined ? EMPTY : `${EMPTY}: ${contents.problem}`);
  if (wanted !== undefined) images = images.filter((image) => image.imageId === wanted || image.names.some((name) => sameName(name, wanted)));
  if (platform !== undefined) images = images.filter(({ config }) => [config.os, config.architecture, config.variant].filter(Boolean).join('/').startsWith(platform));
  const whole = images.filter((image) => image.layers.every((layer) => contents.layers.has(layer.path)));
  const chosen = whole.find((image) => platform === undefined && isOfThisMachine(image) && `${image.names}` === `${whole[0]?.names}`) ?? whole[0] ?? images[0];
  if (chosen === undefined) throw new InvalidParameter(`no such image in the archive: ${[wanted, platform].filter(Boolean).join(' ')}`);
  return chosen;
}

function isOfThisMachine({ config }: ArchiveImage): boolean {
  return config.os === 'linux' && config.architecture === (process.arch === 'x64' ? 'amd64' : process.arch);
}

function sameName(a: string, b: string): boolean {
  const full = (name: string) => (/:[^/]*$/.test(name) ? name : `${name}:latest`).replace(/^docker\.io\/(library\/)?/, '');
  return full(a) === full(b);
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function fromIndex(contents: ArchiveContents, descriptors: Descriptor[], names: string[], depth = 0): ArchiveImage[] {
  const images: ArchiveImage[] = [];
  for (const descriptor of descriptors) {
    const manifest = contents.documents.get(blobPath(descriptor.digest)) as Manifest | undefined;
    const name = descriptor.annotations?.['io.containerd.image.name'] ?? descriptor.annotations?.['org.opencontainers.image.ref.name'];
    const all = name === undefined ? names : [...names, name];
    if (manifest === undefined || descriptor.platform?.os === 'unknown') continue; // another platform's blobs may be left out; attestations are no images
    if (manifest.manifests && depth < 8) images.push(...fromIndex(contents, manifest.manifests, all, depth + 1));
    else if (manifest.config && manifest.layers) images.push(fromManifest(contents, manifest.config, manifest.layers, all));
  }
  return images;
}

function fromManifest(contents: ArchiveContents, configDescriptor: Descriptor, layers: Descriptor[], names: string[]): ArchiveImage {
  const config = (contents.documents.get(blobPath(configDescriptor.digest)) ?? {}) as ImageConfig;
  return {
    names, imageId: configDescriptor.digest, config,
    layers: layers.map((layer, index) => checked(contents, blobPath(layer.digest), layer.digest, config.rootfs?.diff_ids?.[index], /foreign|nondistributable/.test(layer.mediaType ?? ''))),
  };
}

function fromDockerManifest(contents: ArchiveContents, entry: DockerManifest): ArchiveImage {
  const config = (contents.documents.get(entry.Config) ?? {}) as ImageConfig;
  const hex = /([0-9a-f]{64})(\.json)?$/.exec(entry.Config)?.[1];
  return {
    names: entry.RepoTags ?? [], imageId: hex === undefined ? '' : `sha256:${hex}`, config,
    layers: entry.Layers.map((path, index) => {
      const real = follow(contents, path);
      const named = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(real)?.[1];
      return checked(contents, real, named === undefined ? undefined : `sha256:${named}`, config.rootfs?.diff_ids?.[index]);
    }),
  };
}

/** Old archives store a layer once and link to it: "../<id>/layer.tar". */
function follow(contents: ArchiveContents, path: string): string {
  let at = path;
  for (let hops = 0; hops < 8 && !contents.layers.has(at); hops++) {
    const target = contents.links.get(at);
    if (target === undefined) return at;
    const parts = target.startsWith('/') ? [] : at.split('/').slice(0, -1);
    for (const part of target.split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '.' && part !== '') parts.push(part);
    }
    at = parts.join('/');
  }
  return at;
}

function checked(contents: ArchiveContents, path: string, digest: string | undefined, diffId: string | undefined, isForeign = false): ArchiveImage['layers'][number] {
  const found = contents.layers.get(path);
  const layer = { path, digest: digest ?? found?.digest ?? diffId ?? '', diffId: diffId ?? found?.diffId ?? '' };
  if (found === undefined) return { ...layer, error: whyMissing(contents, path, isForeign) };
  if (digest?.startsWith('sha256:') && found.digest !== digest) return { ...layer, error: `content does not match its digest: it is ${found.digest}` };
  if (diffId?.startsWith('sha256:') && found.diffId !== undefined && found.diffId !== diffId) return { ...layer, error: `content does not match its diff id: it is ${found.diffId}` };
  return layer;
}

function whyMissing({ others, documents, problem }: ArchiveContents, path: string, isForeign: boolean): string {
  const other = others.get(path) ?? (documents.has(path) ? 'no tar archive' : undefined);
  if (other !== undefined) return `the layer cannot be read: it is ${other}`;
  const reason = problem ?? (isForeign ? 'its licence forbids to distribute it, the registry of its maker has it' : undefined);
  return `the layer is not in the archive${reason === undefined ? '' : ` (${reason})`}`;
}

function fromConfigs(whole: ArchiveContents): ArchiveImage[] {
  const { documents, layers, problem } = whole;
  const byDiffId = new Map([...layers].map(([path, layer]) => [layer.diffId, path]));
  const contents = { ...whole, links: new Map<string, string>() };
  const images: ArchiveImage[] = [];
  for (const [path, document] of documents) {
    const config = document as ImageConfig;
    const diffIds = config?.rootfs?.diff_ids;
    if (!Array.isArray(diffIds)) continue;
    const hex = /([0-9a-f]{64})(\.json)?$/.exec(path)?.[1];
    images.push({
      names: [], imageId: hex === undefined ? '' : `sha256:${hex}`, config,
      layers: diffIds.map((diffId) => checked(contents, byDiffId.get(diffId) ?? '', undefined, diffId)),
    });
  }
  if (images.length > 0 || layers.size === 0) return images;
  const why = `the archive has no manifest, the order of its layers is not known${problem === undefined ? '' : ` (${problem})`}`;
  return [{ names: [], imageId: '', config: {}, layers: [...layers].map(([path, layer]) => ({ path, digest: layer.digest, diffId: layer.diffId ?? '', error: why })) }];
}

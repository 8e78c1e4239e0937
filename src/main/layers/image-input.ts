// From something that holds an image to what the algebra takes: an archive on disk, or the save stream of any engine.
import type { KnownImage } from '../../engine/layers/tree-base.ts';
import type { ReportInput } from '../../engine/layers/report.ts';
import { openTreeFile } from '../../engine/layers/tree-file.ts';
import { createTreeFileWriter } from '../../engine/layers/tree-writer.ts';
import { NotFound } from '../../engine/wire/errors.ts';
import type { DockerClient } from '../docker/client.ts';
import { engineInfo } from '../docker/version.ts';
import { gantryTrees } from './gantry-source.ts';
import { chooseImage } from './archive-image.ts';
import { readArchive, type ReadArchive, type ReadOptions } from './archive-reader.ts';

export interface Wanted { wanted?: string | undefined; platform?: string | undefined }

/** One image of an archive that was read. A layer that is not there becomes an empty one with an error. @throws InvalidParameter */
export function archiveInput(archive: ReadArchive, title: string, wanted: Wanted = {}): ReportInput & { paths: string[] } {
  const image = chooseImage(archive, wanted);
  const empty = { tree: emptyTree(), compressedBytes: 0, error: undefined };
  return {
    image: title,
    imageId: image.imageId,
    names: [...image.names, title],
    config: image.config,
    paths: image.layers.map((layer) => layer.path),
    layers: image.layers.map((layer) => {
      const read = archive.layers.get(layer.path) ?? empty;
      const error = read.error ?? layer.error; // why reading stopped explains a wrong digest, not the reverse
      return { digest: layer.digest, diffId: layer.diffId, compressedBytes: read.compressedBytes, tree: read.tree, ...(error === undefined ? {} : { error }) };
    }),
  };
}

/**
 * Streams `GET /images/{name}/get` once, through the same reader as an archive; our own engine has the trees already.
 * @throws DockerError, InvalidParameter
 */
export async function engineInput(client: DockerClient, name: string, options: ReadOptions & { platform?: string | undefined } = {}): Promise<ReportInput> {
  const { signal, platform } = options;
  if ((await engineInfo(client, signal)).product === 'gantry') {
    const { meta, trees } = await gantryTrees(client, name, signal);
    return { ...meta, layers: meta.layers.map((layer, index) => ({ ...layer, tree: openTreeFile(trees[index] as Uint8Array) })) };
  }
  const detail = await client.json<{ Id: string; RepoTags?: string[] | null }>('GET', imagePath(name, '/json'), { signal: signal as AbortSignal });
  const body = await client.raw('GET', imagePath(name, '/get'), { signal: signal as AbortSignal, query: { platform: platform === undefined ? undefined : platformJson(platform) } });
  const input = archiveInput(await readArchive(body as AsyncIterable<Buffer>, options), name, { platform });
  return { ...input, imageId: input.imageId || detail.Id, known: await knownImages(client, detail.Id, signal) };
}

/** Names and diff ids of an engine's other images. Images that vanish meanwhile are left out. */
export async function knownImages(client: DockerClient, exceptId: string, signal?: AbortSignal): Promise<KnownImage[]> {
  const rows = await client.json<{ Id: string; RepoTags?: string[] | null }[]>('GET', '/images/json', { signal });
  const named = rows.filter((row) => row.Id !== exceptId && (row.RepoTags ?? []).some((tag) => !tag.startsWith('<none>')));
  const details = await Promise.all(named.slice(0, 500).map((row) => // enough for any desk; more would make a slow engine slower
    client.json<{ RootFS?: { Layers?: string[] } }>('GET', imagePath(row.Id, '/json'), { signal }).then(
      (detail) => ({ names: row.RepoTags ?? [], diffIds: detail.RootFS?.Layers ?? [] }),
      (error: unknown) => { if (error instanceof NotFound || (error as { kind?: string }).kind === 'NotFound') return undefined; throw error; },
    )));
  return details.filter((detail) => detail !== undefined);
}

/** Image names keep their slashes in the path (Engine API). */
export function imagePath(name: string, verb: string): string {
  return `/images/${name.split('/').map(encodeURIComponent).join('/')}${verb}`;
}

function platformJson(platform: string): string {
  const [os, architecture, variant] = platform.split('/');
  return JSON.stringify({ os, architecture, ...(variant === undefined ? {} : { variant }) });
}

function emptyTree() {
  const writer = createTreeFileWriter();
  return writer.finish({ entries: 0, bytes: 0 }).tree;
}

// The self-check of images, layers and blobs: reads a data root that no engine uses, changes nothing, says what does not fit.
// An orphan is a problem too: it is space that nobody will ever give back.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { chainIds, hexOf, isDigest, type ChainId, type Digest } from '../base/digest.ts';
import type { Layer } from '../layers/store.ts';
import { openTreeFile } from '../layers/tree-file.ts';
import { errorMessage } from '../wire/errors.ts';
import { mark } from './collect.ts';
import type { ImageRecord } from './store.ts';

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

/** One line per finding. @param chainsInUse stacks that the build cache wants */
export async function* verifyImages(dataRoot: string, chainsInUse: Iterable<ChainId>): AsyncGenerator<string> {
  const at = (...parts: string[]) => join(dataRoot, ...parts);
  const findings: string[] = [];
  const json = <T>(path: string, what: string): T | undefined => {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as T;
    } catch (error) {
      findings.push(`${what} cannot be read: ${errorMessage(error)}`);
      return undefined;
    }
  };

  const blobs = new Set(namesIn(at('content/blobs/sha256')).map((name) => `sha256:${name}`).filter((name): name is Digest => isDigest(name)));
  for (const digest of blobs) {
    const got = await hashFile(at('content/blobs/sha256', hexOf(digest)));
    if (got !== digest) findings.push(`blob ${digest} is damaged: its content has digest ${got}`);
  }
  for (const name of namesIn(at('content/ingest'))) findings.push(`unfinished blob content/ingest/${name}`);

  const layers = new Map<Digest, Layer>();
  for (const name of namesIn(at('layers'))) {
    const diffId = `sha256:${name}`;
    if (!isDigest(diffId)) {
      findings.push(`unfinished layer layers/${name}`);
      continue;
    }
    const layer = json<Layer>(at('layers', name, 'layer.json'), `layer ${diffId}`);
    if (layer === undefined) continue;
    layers.set(diffId, layer);
    if (!existsSync(at('layers', name, 'diff'))) findings.push(`layer ${diffId} has no files`);
    try {
      openTreeFile(readFileSync(at('layers', name, 'tree')));
    } catch (error) {
      findings.push(`the tree file of layer ${diffId} cannot be read: ${errorMessage(error)}`);
    }
    const link = at('l', name.slice(0, 12));
    if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() !== true || readlinkSync(link) !== `../layers/${name}/diff`) findings.push(`layer ${diffId} has no short link`);
  }
  for (const name of namesIn(at('l'))) if (name !== 'empty' && !existsSync(at('l', name))) findings.push(`short link l/${name} leads nowhere`);

  const images: ImageRecord[] = [];
  for (const name of namesIn(at('images'))) {
    if (name === 'references.json') continue;
    const record = name.startsWith('.tmp-') ? undefined : json<ImageRecord>(at('images', name), `image record ${name}`);
    if (record === undefined) {
      if (name.startsWith('.tmp-')) findings.push(`unfinished file images/${name}`);
      continue;
    }
    images.push(record);
    for (const diffId of record.config.rootfs.diff_ids) if (!layers.has(diffId)) findings.push(`image ${record.id} lacks layer ${diffId}: it cannot run`);
    for (const digest of [record.id, ...record.manifests]) if (!blobs.has(digest)) findings.push(`image ${record.id} lacks blob ${digest}`);
  }
  const known = new Set(images.map((record) => record.id));
  if (existsSync(at('images/references.json'))) {
    for (const [reference, id] of Object.entries(json<Record<string, Digest>>(at('images/references.json'), 'the list of names') ?? {})) {
      if (!known.has(id)) findings.push(`${reference} names image ${id}, which is not there`);
    }
  }

  const stood: Digest[] = [];
  for (const key of namesIn(at('snapshots'))) {
    const record = json<{ diffIds: Digest[] }>(at('snapshots', key, 'snapshot.json'), `snapshot ${key}`);
    if (record === undefined) continue;
    stood.push(...record.diffIds);
    for (const diffId of record.diffIds) if (!layers.has(diffId)) findings.push(`snapshot ${key} lacks layer ${diffId}`);
    if (!existsSync(at('snapshots', key, 'upper'))) findings.push(`snapshot ${key} has no files`);
  }
  const wanted = new Set(chainsInUse);
  for (const name of namesIn(at('chains'))) {
    const diffIds = json<Digest[]>(at('chains', name), `layer stack ${name}`) ?? [];
    if (wanted.has(chainIds(diffIds).at(-1) as ChainId)) stood.push(...diffIds);
  }

  const reachable = mark({ images, layers: stood });
  for (const diffId of layers.keys()) if (!reachable.layers.has(diffId)) findings.push(`orphan layer ${diffId}`);
  for (const digest of blobs) if (!reachable.blobs.has(digest)) findings.push(`orphan blob ${digest}`);
  yield* findings;
}

async function hashFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

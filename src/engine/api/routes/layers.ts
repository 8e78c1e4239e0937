// Gantry's own routes for the layer explorer, under /gantry/images/{name}/layers: the report, each layer's tree file, and the
// content of one file. Nothing is unpacked: tree files and folders exist since the layer was.
import { constants } from 'node:fs';
import { lstat, open, readFile, realpath } from 'node:fs/promises';
import type { ImageDomain } from '../../images/images.ts';
import type { ImageRecord } from '../../images/store.ts';
import { runReport } from '../../layers/report-runner.ts';
import { InvalidParameter, NotFound } from '../../wire/errors.ts';
import type { Digest } from '../../base/digest.ts';
import { json, stream } from '../reply.ts';
import { get, type Call, type Route } from '../router.ts';

const KEPT_REPORTS = 8;

export function layerRoutes({ stores }: ImageDomain): Route[] {
  const { store, layers } = stores;
  const reports = new Map<string, string>();

  const known = (except: ImageRecord) => store.list().filter((record) => record.id !== except.id)
    .map((record) => ({ names: store.view(record).repoTags, diffIds: record.config.rootfs.diff_ids })).filter(({ names }) => names.length > 0);
  const metaOf = (record: ImageRecord, image: string) => ({
    image, names: store.view(record).repoTags, imageId: record.id as string, config: record.config as never, known: known(record),
    layers: record.config.rootfs.diff_ids.map((diffId, index) => {
      const blob = record.blobs[index];
      return { diffId: diffId as string, digest: (blob?.digest ?? diffId) as string, compressedBytes: blob?.size ?? layers.get(diffId).tarBytes };
    }),
  });
  const layerOf = (call: Call): Digest => {
    const { rootfs } = store.resolve(call.params['name'] as string).config;
    const diffId = rootfs.diff_ids[Number(call.params['index'])];
    if (diffId === undefined) throw new NotFound(`no layer ${call.params['index']} in ${call.params['name']}`);
    return diffId;
  };

  return [
    get('/gantry/images/{name:all}/layers', async (call) => {
      const name = call.params['name'] as string;
      const record = store.resolve(name);
      const meta = metaOf(record, name);
      const key = JSON.stringify(meta);
      const text = reports.get(key) ?? await runReport({ ...meta, layers: meta.layers.map((layer) => ({ ...layer, treePath: layers.treeOf(layer.diffId as Digest) })) }, { signal: call.signal });
      reports.delete(key); // the last asked stands last
      reports.set(key, text);
      if (reports.size > KEPT_REPORTS) reports.delete(reports.keys().next().value as string);
      return { kind: 'text', status: 200, text, headers: { 'Content-Type': 'application/json' } };
    }),
    /** What the explorer needs to stack the trees itself: configuration, digests, sizes, other images. */
    get('/gantry/images/{name:all}/layers/meta', (call) => json(metaOf(store.resolve(call.params['name'] as string), call.params['name'] as string))),
    get('/gantry/images/{name:all}/layers/{index}/tree', async (call) => {
      const bytes = await readFile(layers.treeOf(layerOf(call)));
      return stream(onePiece(bytes), 'application/octet-stream', { 'Content-Length': bytes.length });
    }),
    /** Content of a regular file of one layer. Query: `path64`, the path's bytes in base64url. */
    get('/gantry/images/{name:all}/layers/{index}/file', async (call) => {
      const handle = await openInside(layers.diffOf(layerOf(call)), Buffer.from(call.query.get('path64') ?? '', 'base64url'));
      return stream(handle.createReadStream({ highWaterMark: 1 << 18, signal: call.signal }) as AsyncIterable<Buffer>, 'application/octet-stream');
    }),
  ];
}

async function* onePiece(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** Opens a regular file below `folder` without following a link anywhere on the way. @throws InvalidParameter, NotFound */
async function openInside(folder: string, path: Buffer) {
  const parts = path.toString('latin1').split('/');
  if (path.length === 0 || path.includes(0) || parts.some((part) => part === '' || part === '.' || part === '..')) throw new InvalidParameter('path64 must hold a clean relative path');
  const missing = (error: unknown): never => { throw new NotFound('no such file in this layer', { cause: error }); };
  const whole = Buffer.concat([Buffer.from(`${folder}/`), path]);
  const above = whole.subarray(0, whole.lastIndexOf(47));
  const [real, root] = await Promise.all([realpath(above, { encoding: 'buffer' }).catch(missing), realpath(folder, { encoding: 'buffer' })]);
  const expected = parts.length === 1 ? root : Buffer.concat([root, Buffer.from('/'), path.subarray(0, path.lastIndexOf(47))]);
  if (!real.equals(expected)) throw new NotFound('no such file in this layer');
  const info = await lstat(whole).catch(missing);
  if (!info.isFile()) throw new NotFound('not a regular file');
  return await open(whole, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

// /volumes, and under /gantry/volumes what Docker's API has no word for: archives and the keys of encrypted volumes.
// Shapes: Docker Engine API v1.47, tag Volume.
import type { VolumeCreateOptions } from '@docker/node-sdk';
import { checkFields } from '../../base/shape.ts';
import { hasZstd, packFolder, unpackInto } from '../../volumes/archive.ts';
import type { VolumeRecord } from '../../volumes/driver.ts';
import type { Volumes, VolumeView } from '../../volumes/volumes.ts';
import { InvalidParameter } from '../../wire/errors.ts';
import { asPattern, parseFilters } from '../filters.ts';
import { empty, json, noContent, stream, type Headers } from '../reply.ts';
import { boolQuery, del, get, post, put, type Call, type Route } from '../router.ts';

export function volumeRoutes(volumes: Volumes): Route[] {
  const name = (call: Call) => call.params['name'] ?? '';
  return [
    get('/volumes', async (call) => {
      const filters = parseFilters(call.query, ['dangling', 'driver', 'label', 'label!', 'name']);
      const isIdle = filters.bool('dangling');
      const { volumes: all, warnings } = await volumes.list();
      const found = all.filter(({ record }) => filters.matches('driver', record.driver) && filters.matchesLabels(record.labels)
        && (!filters.has('name') || filters.values('name').some((part) => new RegExp(asPattern(part)).test(record.name)))
        && (isIdle === undefined || isIdle === (volumes.usersOf(record.name).length === 0)));
      return json({ Volumes: found.map(wire), Warnings: warnings.length > 0 ? warnings : null });
    }),
    post('/volumes/create', async (call) => {
      const request = await call.json<VolumeCreateOptions>();
      if (!request) throw new InvalidParameter('a volume needs a body, if only {}');
      checkFields('', request, { string: 'Name Driver', 'string map': 'DriverOpts Labels' });
      return json(wire(await volumes.create({ name: request.Name, driver: request.Driver, options: request.DriverOpts ?? {}, labels: request.Labels ?? {} })), 201);
    }),
    post('/volumes/prune', async (call) => {
      const filters = parseFilters(call.query, ['all', 'label', 'label!']);
      // before API 1.42 every idle volume went
      const all = filters.bool('all') ?? (call.apiVersion[0] === 1 && call.apiVersion[1] < 42);
      const { names, bytes } = await volumes.prune(all, (record: VolumeRecord) => filters.matchesLabels(record.labels));
      return json({ VolumesDeleted: names, SpaceReclaimed: bytes });
    }),
    get('/volumes/{name}', async (call) => json(wire(await volumes.inspect(name(call))))),
    del('/volumes/{name}', async (call) => {
      await volumes.remove(name(call), { force: boolQuery(call.query, 'force') });
      return noContent();
    }),
    get('/gantry/volumes/{name}/archive', async (call) => {
      await volumes.inspect(name(call));
      const isCompressed = call.query.get('compression') === 'zstd' && await hasZstd();
      return stream(pack(volumes, name(call), call.signal, isCompressed ? 'zstd' : 'none'), isCompressed ? 'application/zstd' : 'application/x-tar', { Trailer: CONTENT_LENGTH });
    }),
    put('/gantry/volumes/{name}/archive', async (call) => {
      const unpack = (folder: string) => unpackInto(folder, call.body, call.signal);
      await (boolQuery(call.query, 'replace') ? volumes.replaceContent(name(call), unpack) : volumes.withFolder(name(call), unpack));
      return empty(200);
    }),
    post('/gantry/volumes/{name}/unlock', async (call) => {
      const body = await call.json<{ key?: unknown }>();
      if (typeof body?.key !== 'string') throw new InvalidParameter('unlock needs a body {"key": "…"}');
      await volumes.unlock(name(call), body.key);
      return noContent();
    }),
    post('/gantry/volumes/{name}/lock', async (call) => {
      await volumes.lock(name(call));
      return noContent();
    }),
  ];
}

/** Trailer of an archive: the bytes of the tar before compression. */
const CONTENT_LENGTH = 'X-Gantry-Content-Length';

/** Holds the volume's mount while its bytes flow. */
async function* pack(volumes: Volumes, name: string, signal: AbortSignal, compression: 'none' | 'zstd'): AsyncGenerator<Uint8Array, Headers> {
  const done = Promise.withResolvers<void>();
  const folder = Promise.withResolvers<string>();
  const held = volumes.withFolder(name, async (path) => { folder.resolve(path); await done.promise; });
  held.catch(folder.reject);
  try {
    return { [CONTENT_LENGTH]: yield* packFolder(await folder.promise, signal, compression) };
  } finally {
    done.resolve();
    await held;
  }
}

export function wire({ record, mountpoint, scope, status }: VolumeView) {
  return {
    CreatedAt: record.createdAt, Driver: record.driver, Labels: Object.keys(record.labels).length > 0 ? record.labels : null, Mountpoint: mountpoint, Name: record.name,
    Options: Object.keys(record.options).length > 0 ? record.options : null, Scope: scope, ...(status && { Status: status }),
  };
}

/** Volumes with what they hold and who uses them, for `docker system df`. */
export async function volumeUsage(volumes: Volumes) {
  const [{ volumes: all }, usage] = await Promise.all([volumes.list(), volumes.usage()]);
  return all.map((view) => {
    const used = usage.get(view.record.name);
    return { ...wire(view), UsageData: { Size: used?.sizeBytes ?? -1, RefCount: used?.users ?? -1 } };
  });
}

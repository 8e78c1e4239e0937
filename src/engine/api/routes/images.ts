// Images over the API: list, inspect, history, tag, remove, load. Shapes and status codes: Engine API v1.47, "Images".
import { layerUse, history, inspect, selectImages, summary } from '../../images/show.ts';
import { pruneImages } from '../../images/prune.ts';
import { removeImage } from '../../images/remove.ts';
import { loadImages } from '../../images/load.ts';
import { tagImage, type ImageDomain } from '../../images/images.ts';
import { createdMs } from '../../images/store.ts';
import { canonical, parseReference, withTag } from '../../registry/reference.ts';
import { InvalidParameter } from '../../wire/errors.ts';
import { createImageRoutes } from './create-image.ts';
import { moveImageRoutes } from './move-images.ts';
import { registryRoutes } from './registries.ts';
import { platformQuery } from './platform-query.ts';
import { parseFilters, type Filters } from '../filters.ts';
import { empty, json, ndjson } from '../reply.ts';
import { boolQuery, del, get, post, type Call, type Route } from '../router.ts';
import { isBefore } from '../api-version.ts';

/** Everything under /images, and the registries they come from. */
export function imageRoutes(domain: ImageDomain): Route[] {
  const { stores, events, collector, users } = domain;
  const { store } = stores;
  const show = { store, layers: stores.layers, snapshots: stores.snapshots, users };
  const named = (call: Call) => store.resolve(call.params['name'] ?? '');
  return [
    ...createImageRoutes(domain),
    ...moveImageRoutes(domain),
    ...registryRoutes(domain),
    get('/images/json', (call) => {
      const filters = parseFilters(call.query, ['dangling', 'label', 'before', 'since', 'until', 'reference']);
      const use = boolQuery(call.query, 'shared-size') ? layerUse(store) : undefined;
      const chosen = selectImages(store, imageFilters(domain, filters, call), { all: boolQuery(call.query, 'all') });
      return json(chosen.map((image) => summary(show, image, { shared: use }, call.apiVersion)));
    }),
    get('/images/{name:all}/json', (call) => json(inspect(show, named(call), call.apiVersion))),
    get('/images/{name:all}/history', (call) => json(history(show, named(call)))),
    post('/images/{name:all}/tag', async (call) => {
      const repo = call.query.get('repo') ?? '';
      if (repo === '') throw new InvalidParameter('a repository name is needed: repo=NAME');
      await tagImage(domain, named(call), canonical(withTag(parseReference(repo), call.query.get('tag') ?? '')));
      return empty(201);
    }),
    del('/images/{name:all}', async (call) => {
      const options = { force: boolQuery(call.query, 'force'), noPrune: boolQuery(call.query, 'noprune') };
      return json(await removeImage({ store, collector, events, users }, call.params['name'] ?? '', options));
    }),
    post('/images/prune', async (call) => {
      const filters = parseFilters(call.query, ['dangling', 'label', 'label!', 'until']);
      if (filters.values('until').length > 1) throw new InvalidParameter('more than one until filter specified');
      return json(await pruneImages({ store, layers: stores.layers, collector, events, users }, imageFilters(domain, filters, call)));
    }),
    post('/images/load', (call) => {
      const platform = platformQuery(call);
      return ndjson(loadImages(domain, call.body, { signal: call.signal, isQuiet: boolQuery(call.query, 'quiet', true), ...(platform && { platform }) }), undefined, 'never');
    }),
  ];
}

/** @throws InvalidParameter, NotFound for `before` or `since` of an image that is not there */
function imageFilters({ stores: { store } }: ImageDomain, filters: Filters, call: Call) {
  const time = (key: string) => {
    const [name] = filters.values(key);
    return name === undefined ? undefined : createdMs(store.resolve(name));
  };
  const [beforeMs, sinceMs, dangling] = [time('before'), time('since'), filters.bool('dangling')];
  const until = filters.values('until').map(untilTime);
  const untilMs = until.length === 0 ? undefined : Math.min(...until);
  const legacy = isBefore(call.apiVersion, [1, 28]) ? call.query.get('filter') : null;
  return {
    labels: (labels: Record<string, string> | undefined) => filters.matchesLabels(labels),
    references: [...filters.values('reference'), ...(legacy === null ? [] : [legacy])],
    ...(beforeMs !== undefined && { beforeMs }),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(dangling !== undefined && { dangling }),
    ...(untilMs !== undefined && { untilMs }),
  };
}

/** A Unix time, a date, or a Go duration before now. @throws InvalidParameter */
function untilTime(value: string): number {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  if (!Number.isNaN(date)) return date;
  const unit: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== value) throw new InvalidParameter(`failed to parse value as time or duration: ${JSON.stringify(value)}`);
  return Date.now() - parts.reduce((sum, part) => sum + Number(part[1]) * (unit[part[2] as string] as number), 0);
}

// Images over the API: list, inspect, history, tag, remove, load. Shapes and status codes: Engine API v1.47, "Images".
import { layerUse, history, inspect, selectImages, summary } from '../../images/show.ts';
import { removeImage } from '../../images/remove.ts';
import { loadImages } from '../../images/load.ts';
import { tagImage, type ImageDomain } from '../../images/images.ts';
import { createdMs } from '../../images/store.ts';
import { InvalidParameter } from '../../wire/errors.ts';
import { createImageRoutes } from './create-image.ts';
import { registryRoutes } from './registries.ts';
import { platformQuery } from './platform-query.ts';
import { parseFilters, type Filters } from '../filters.ts';
import { empty, json, ndjson } from '../reply.ts';
import { boolQuery, del, get, post, type Call, type Route } from '../router.ts';

/** Everything under /images, and the registries they come from. */
export function imageRoutes(domain: ImageDomain): Route[] {
  const { stores, events, collector, users } = domain;
  const { store } = stores;
  const show = { store, layers: stores.layers, snapshots: stores.snapshots, users };
  const named = (call: Call) => store.resolve(call.params['name'] ?? '');
  return [
    ...createImageRoutes(domain),
    ...registryRoutes(domain),
    get('/images/json', (call) => {
      const filters = parseFilters(call.query, ['dangling', 'label', 'label!', 'before', 'since', 'until', 'reference']);
      const use = boolQuery(call.query, 'shared-size') ? layerUse(store) : undefined;
      const chosen = selectImages(store, imageFilters(domain, filters, call), { all: boolQuery(call.query, 'all') });
      return json(chosen.map((image) => summary(show, image, use, call.apiVersion)));
    }),
    get('/images/{name:all}/json', (call) => json(inspect(show, named(call), call.apiVersion))),
    get('/images/{name:all}/history', (call) => json(history(show, named(call)))),
    post('/images/{name:all}/tag', async (call) => {
      const [repo, tag] = [call.query.get('repo') ?? '', call.query.get('tag') ?? ''];
      if (repo === '') throw new InvalidParameter('a repository name is needed: repo=NAME');
      await tagImage(domain, named(call), tag === '' ? repo : `${repo}:${tag}`);
      return empty(201);
    }),
    del('/images/{name:all}', async (call) => {
      const options = { force: boolQuery(call.query, 'force'), noPrune: boolQuery(call.query, 'noprune') };
      return json(await removeImage({ store, collector, events, users }, call.params['name'] ?? '', options));
    }),
    post('/images/load', (call) => {
      const platform = platformQuery(call);
      return ndjson(loadImages(stores, call.body, { signal: call.signal, events, ...(platform && { platform }) }));
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
  const legacy = call.query.get('filter'); // API < 1.28
  return {
    labels: (labels: Record<string, string> | undefined) => filters.matchesLabels(labels),
    references: [...filters.values('reference'), ...(legacy === null ? [] : [legacy])],
    ...(beforeMs !== undefined && { beforeMs }),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(dangling !== undefined && { dangling }),
  };
}

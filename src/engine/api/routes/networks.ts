// /networks. Shapes: Docker Engine API v1.47, tag Network.
import type { EndpointSettings, NetworkConnectRequest, NetworkCreateRequest, NetworkDisconnectRequest } from '@docker/node-sdk';
import { checkFields } from '../../base/shape.ts';
import { checkEndpointShape, checkNetworkShape } from '../../networks/body-shape.ts';
import { networkDevices } from '../../networks/devices.ts';
import { inspectNetwork } from '../../networks/inspect.ts';
import type { Networks } from '../../networks/networks.ts';
import { isUserDefined, type NetworkRecord } from '../../networks/record.ts';
import { InvalidParameter, NotFound } from '../../wire/errors.ts';
import { asPattern, parseFilters, type Filters } from '../filters.ts';
import { empty, json, noContent } from '../reply.ts';
import { boolQuery, del, get, post, type Route } from '../router.ts';

const LIST_FILTERS = ['dangling', 'driver', 'id', 'label', 'label!', 'name', 'scope', 'type'];

export function networkRoutes(networks: Networks): Route[] {
  return [
    get('/networks', (call) => {
      const filters = parseFilters(call.query, LIST_FILTERS);
      const isIdle = filters.bool('dangling');
      for (const type of filters.values('type')) if (!['custom', 'builtin'].includes(type)) throw new InvalidParameter(`invalid filter: 'type'='${type}'`);
      const found = networks.list().filter((record) => matches(record, filters)
        && (isIdle === undefined || isIdle === (isUserDefined(record) && networks.membersOf(record).length === 0)));
      return json(found.map((record) => ({ ...inspectNetwork(record), Containers: {} })));
    }),
    get('/networks/{id}', (call) => {
      const record = networks.find(call.params['id'] ?? '');
      if (!['local', ''].includes(call.query.get('scope') ?? '')) throw new NotFound(`network ${record.name} not found`);
      return json({ ...inspectNetwork(record, networks.sandboxes()), ...(boolQuery(call.query, 'verbose') && { Services: {} }) });
    }),
    post('/networks/create', async (call) => {
      const request = await call.json<NetworkCreateRequest>();
      if (!request) throw new InvalidParameter('a network needs a body with its name');
      checkNetworkShape(request);
      const record = await networks.create(request);
      return json({ Id: record.id, Warning: '' }, 201);
    }),
    post('/networks/prune', async (call) => {
      const filters = parseFilters(call.query, ['until', 'label', 'label!']);
      const until = untilSeconds(filters.values('until')[0]);
      const names = await networks.prune((record) => filters.matchesLabels(record.labels) && (until === undefined || Date.parse(record.created) / 1000 < until));
      return json({ NetworksDeleted: names });
    }),
    post('/networks/{id}/connect', async (call) => {
      const request = await call.json<NetworkConnectRequest>();
      checkFields('', request, { string: 'Container', object: 'EndpointConfig' });
      if (!request?.Container) throw new InvalidParameter('connect needs a container');
      checkEndpointShape('EndpointConfig.', request.EndpointConfig as EndpointSettings);
      await networks.connect(call.params['id'] ?? '', request.Container, (request.EndpointConfig ?? {}) as EndpointSettings);
      return empty(200);
    }),
    post('/networks/{id}/disconnect', async (call) => {
      const request = await call.json<NetworkDisconnectRequest>();
      checkFields('', request, { string: 'Container', boolean: 'Force' });
      if (!request?.Container) throw new InvalidParameter('disconnect needs a container');
      await networks.disconnect(call.params['id'] ?? '', request.Container); // Force is for endpoints whose container is gone: ours go with it
      return empty(200);
    }),
    // Our own: interfaces of this machine, veth pairs and namespaces, so that a window can draw them.
    get('/gantry/networks/devices', async (call) => json(await networkDevices(networks, call.signal))),
    del('/networks/{id}', async (call) => {
      await networks.remove(call.params['id'] ?? '');
      return noContent();
    }),
  ];
}

function matches(record: NetworkRecord, filters: Filters): boolean {
  const some = (key: string, test: (value: string) => boolean) => !filters.has(key) || filters.values(key).some(test);
  return some('name', (value) => new RegExp(asPattern(value)).test(record.name))
    && some('id', (value) => record.id.startsWith(value))
    && filters.matches('driver', record.driver)
    && filters.matches('scope', 'local')
    && some('type', (value) => value === (isUserDefined(record) ? 'custom' : 'builtin'))
    && filters.matchesLabels(record.labels);
}

/** `until`: seconds since the epoch, an RFC 3339 time, or a duration such as 24h before now. */
export function untilSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length > 0 && parts.map(([whole]) => whole).join('') === text) {
    const seconds = { ms: 0.001, s: 1, m: 60, h: 3600 };
    return Date.now() / 1000 - parts.reduce((sum, [, count, unit]) => sum + Number(count) * seconds[unit as keyof typeof seconds], 0);
  }
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidParameter(`invalid value for filter until: ${text}`);
  return time / 1000;
}

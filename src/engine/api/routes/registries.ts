// Registries: log in (/auth), what a tag is without pulling it (/distribution), and the engine's own /gantry/registries for browsing.
// Docker's shapes: Engine API v1.47, "SystemAuth", "DistributionInspect". Credentials come in X-Registry-Auth, never in an address.
import { isDigest } from '../../base/digest.ts';
import { browseImage, browseRepositories, browseTags, distributionInspect } from '../../images/browse.ts';
import type { ImageDomain } from '../../images/images.ts';
import { credentialsFromHeader, type Credentials } from '../../registry/auth.ts';
import type { RegistrySettings } from '../../registry/registries.ts';
import { DEFAULT_DOMAIN, parseReference, withDefaultTag } from '../../registry/reference.ts';
import { EngineError, InvalidParameter, Unauthorized } from '../../wire/errors.ts';
import { searchImages, type SearchOptions } from '../../images/search.ts';
import { parseFilters } from '../filters.ts';
import { empty, json, stream } from '../reply.ts';
import { del, get, intQuery, post, put, type Call, type Route } from '../router.ts';

const HUB_ADDRESSES = ['', 'https://index.docker.io/v1/', 'index.docker.io', 'registry-1.docker.io', 'docker.io'];

export function registryRoutes(domain: ImageDomain): Route[] {
  const { registries, credentials: kept } = domain;
  const credentials = (call: Call) => credentialsFromHeader(call.headers['x-registry-auth']);
  const client = (call: Call) => registries.client(call.params['host'] ?? '', credentials(call));
  const image = (call: Call) => withDefaultTag(parseReference(call.params['name'] ?? ''));
  const logIn = async (host: string, body: Credentials, signal: AbortSignal) => {
    try {
      await (await registries.client(host, body)).ping(signal);
    } catch (error) {
      if (error instanceof EngineError && (error.kind === 'Unauthorized' || error.kind === 'Forbidden')) throw new Unauthorized(`login attempt to ${host} failed: incorrect username or password`);
      throw error;
    }
  };
  return [
    post('/auth', async (call) => {
      const body = await call.json<Credentials>();
      if (body === undefined) throw new InvalidParameter('the request body with the credentials is missing');
      await logIn(hostOf(body.serveraddress ?? ''), body, call.signal);
      return json({ Status: 'Login Succeeded', IdentityToken: '' });
    }),
    get('/images/search', async (call) => {
      const term = call.query.get('term') ?? '';
      if (term === '') throw new InvalidParameter('a search term is needed');
      return json(await searchImages(domain.registries, term, { ...searchOptions(call), credentials: credentials(call), signal: call.signal }));
    }),
    get('/gantry/credentials', async () => json(await kept.list())),
    put('/gantry/credentials/{host}', async (call) => {
      const [host, body] = [call.params['host'] ?? '', (await call.json<Credentials>()) ?? {}];
      if (!HOST.test(host)) throw new InvalidParameter(`invalid registry host ${JSON.stringify(host)}: use host[:port]`);
      await logIn(host, body, call.signal);
      await kept.store(host, body);
      return empty(204);
    }),
    del('/gantry/credentials/{host}', async (call) => {
      await kept.erase(call.params['host'] ?? '');
      return empty(204);
    }),
    get('/distribution/{name:all}/json', async (call) => {
      const reference = image(call);
      return json(await distributionInspect(await registries.client(reference.domain, credentials(call)), reference, call.signal));
    }),
    get('/gantry/registries', () => json(registries.settings())),
    put('/gantry/registries', async (call) => {
      await registries.change(checkSettings(await call.json<RegistrySettings>()));
      return empty(204);
    }),
    get('/gantry/registries/{host}/ping', async (call) => {
      await (await client(call)).ping(call.signal);
      return json({ host: call.params['host'] });
    }),
    get('/gantry/registries/{host}/repositories', async (call) =>
      json(await browseRepositories(await client(call), { filter: call.query.get('filter') ?? '', limit: intQuery(call.query, 'limit') ?? 1000, signal: call.signal }))),
    get('/gantry/registries/{host}/tags/{path:all}', async (call) => json(await browseTags(await client(call), call.params['path'] ?? '', call.signal))),
    get('/gantry/registry-image/{name:all}', async (call) => {
      const reference = image(call);
      return json(await browseImage(await registries.client(reference.domain, credentials(call)), reference, call.signal));
    }),
    /** A blob of an image's repository as the registry has it, unchecked: who asks knows the digest. Query: `digest`. */
    get('/gantry/registry-blob/{name:all}', async (call) => {
      const reference = image(call);
      const digest = call.query.get('digest') ?? '';
      if (!isDigest(digest)) throw new InvalidParameter(`invalid digest ${JSON.stringify(digest)}`);
      const body = await (await registries.client(reference.domain, credentials(call))).blob(reference.path, digest, { signal: call.signal });
      const length = body.headers['content-length'];
      return stream(body, 'application/octet-stream', length === undefined ? {} : { 'Content-Length': Number(length) });
    }),
  ];
}

/** Docker's server addresses may be URLs. */
function hostOf(address: string): string {
  if (HUB_ADDRESSES.includes(address)) return DEFAULT_DOMAIN;
  const host = address.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return HUB_ADDRESSES.includes(host) ? DEFAULT_DOMAIN : host;
}

/** @throws InvalidParameter */
function searchOptions(call: Call): Pick<SearchOptions, 'limit' | 'isOfficial' | 'isAutomated' | 'minStars'> {
  const filters = parseFilters(call.query, ['is-official', 'is-automated', 'stars']);
  const limit = intQuery(call.query, 'limit') || DEFAULT_FOUND; // 0 stands for the default
  if (limit < 1 || limit > MAX_FOUND) throw new InvalidParameter(`limit ${limit} is outside the range of [1, ${MAX_FOUND}]`);
  const stars = filters.values('stars').map(Number);
  if (stars.some((count) => !Number.isInteger(count))) throw new InvalidParameter(`invalid filter 'stars=[${filters.values('stars').join(' ')}]'`);
  const [isOfficial, isAutomated] = [filters.bool('is-official'), filters.bool('is-automated')];
  return { limit, minStars: Math.max(0, ...stars), ...(isOfficial !== undefined && { isOfficial }), ...(isAutomated !== undefined && { isAutomated }) };
}

const DEFAULT_FOUND = 25;
const MAX_FOUND = 100;

const HOST = /^[\w.-]+(:\d+)?$|^\[[0-9a-fA-F:]+\](:\d+)?$/;

function checkSettings(wanted: Partial<RegistrySettings> | undefined): RegistrySettings {
  const { mirrors = {}, insecure = [] } = wanted ?? {};
  const hosts = [...Object.keys(mirrors), ...Object.values(mirrors).flat(), ...insecure];
  const bad = hosts.find((host) => typeof host !== 'string' || !HOST.test(host));
  if (bad !== undefined) throw new InvalidParameter(`invalid registry host ${JSON.stringify(bad)}: use host[:port]`);
  return { mirrors, insecure };
}

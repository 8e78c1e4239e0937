// `docker search`: Docker Hub by its old search, any other registry (`host/term`) by its catalog.
import type { Credentials } from '../registry/auth.ts';
import type { Registries } from '../registry/registries.ts';

/** Docker's ImageSearchResponseItem. */
export interface FoundImage { name: string; description: string; star_count: number; is_official: boolean; is_automated: boolean }

const SEARCH_HOST = 'index.docker.io';

/** @throws Unavailable when the registry cannot be reached */
export async function searchImages(registries: Registries, term: string, { limit, credentials, signal }: { limit: number; credentials: Credentials | undefined; signal: AbortSignal }): Promise<FoundImage[]> {
  const [, host, rest = ''] = /^([^/]*[.:][^/]*|localhost)(?:\/(.*))?$/.exec(term) ?? [];
  if (host === undefined || host === 'docker.io') {
    const client = await registries.client(SEARCH_HOST, credentials);
    return (await client.search(host === undefined ? term : rest, limit, signal)) as FoundImage[];
  }
  const client = await registries.client(host, credentials);
  const names = (await client.catalog(signal)).filter((name) => name.includes(rest)).slice(0, limit);
  return names.map((name) => ({ name: `${host}/${name}`, description: '', star_count: 0, is_official: false, is_automated: false }));
}

// `docker search`: Docker Hub by its old search, any other registry (`host/term`) by its catalog.
import type { Credentials } from '../registry/auth.ts';
import { InvalidParameter } from '../wire/errors.ts';
import type { Registries } from '../registry/registries.ts';

/** Docker's ImageSearchResponseItem. */
export interface FoundImage { name: string; description: string; star_count: number; is_official: boolean; is_automated: boolean }

const SEARCH_HOST = 'index.docker.io';

export interface SearchOptions {
  limit: number;
  isOfficial?: boolean;
  isAutomated?: boolean;
  minStars?: number;
  credentials: Credentials | undefined;
  signal: AbortSignal;
}

/** @throws InvalidParameter, RegistryFailure when the registry cannot be reached */
export async function searchImages(registries: Registries, term: string, { limit, isOfficial, isAutomated, minStars = 0, credentials, signal }: SearchOptions): Promise<FoundImage[]> {
  if (term.includes('://')) throw new InvalidParameter(`invalid repository name: repository name (${term}) should not have a scheme`);
  const found = await search(registries, term, limit, credentials, signal);
  return found.filter((image) => (isOfficial ?? image.is_official) === image.is_official && (isAutomated ?? image.is_automated) === image.is_automated && image.star_count >= minStars);
}

async function search(registries: Registries, term: string, limit: number, credentials: Credentials | undefined, signal: AbortSignal): Promise<FoundImage[]> {
  const [, host, rest = ''] = /^([^/]*[.:][^/]*|localhost)(?:\/(.*))?$/.exec(term) ?? [];
  if (host === undefined || host === 'docker.io') {
    const client = await registries.client(SEARCH_HOST, credentials);
    return (await client.search(host === undefined ? term : rest, limit, signal)) as FoundImage[];
  }
  const client = await registries.client(host, credentials);
  const names = (await client.catalog(signal)).filter((name) => name.includes(rest)).slice(0, limit);
  return names.map((name) => ({ name: `${host}/${name}`, description: '', star_count: 0, is_official: false, is_automated: false }));
}

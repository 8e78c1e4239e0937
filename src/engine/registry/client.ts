// OCI distribution: manifests, blobs, uploads, tags, catalog. One client per host and credentials; retries and resumes inside.
// Source: distribution spec v1.1. Docker Hub's API host is not its name: docker.io -> registry-1.docker.io.
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { digestOf, isDigest, type Digest } from '../base/digest.ts';
import { System, Unauthorized } from '../wire/errors.ts';
import { bodyOf, registryError } from './answer.ts';
import { createAuthenticator, parseChallenges, type Credentials } from './auth.ts';
import { DEFAULT_DOMAIN } from './reference.ts';
import type { RegistryRequest, Transport } from './transport.ts';

export interface FetchedManifest { bytes: Buffer; mediaType: string; digest: Digest }

export interface RegistryClient {
  /** where it talks to */
  readonly host: string;
  /** @throws Unauthorized, RegistryFailure */
  ping(signal: AbortSignal): Promise<void>;
  /** By tag or digest; the bytes are checked. @throws NotFound, Unauthorized, Forbidden, RegistryFailure, System on a wrong digest */
  manifest(path: string, tagOrDigest: string, signal: AbortSignal): Promise<FetchedManifest>;
  /** From byte `start`; status 200 means the server sends it from the beginning all the same. */
  blob(path: string, digest: Digest, options: { start?: number; signal: AbortSignal }): Promise<IncomingMessage>;
  /** A small blob, checked. */
  blobBytes(path: string, digest: Digest, signal: AbortSignal): Promise<Buffer>;
  hasBlob(path: string, digest: Digest, options: { forPush: boolean; signal: AbortSignal }): Promise<boolean>;
  /** Tries to take the blob from another repository of the registry. @returns false: then `location` is an upload session */
  mountBlob(path: string, digest: Digest, from: string, signal: AbortSignal): Promise<{ isMounted: true } | { isMounted: false; location: string }>;
  startUpload(path: string, signal: AbortSignal): Promise<string>;
  /** Sends a piece; @returns the session's next address. @param range bytes sent before */
  uploadChunk(path: string, location: string, body: Readable | Buffer, options: { sizeBytes?: number; offset?: number; signal: AbortSignal }): Promise<string>;
  /** How much of an upload has arrived, and where it goes on. @throws NotFound when the registry has given it up */
  uploadStatus(path: string, location: string, signal: AbortSignal): Promise<{ location: string; sizeBytes: number }>;
  /** Sends what is left (or nothing) and closes the session. @throws what the registry says, e.g. DIGEST_INVALID */
  finishUpload(path: string, location: string, digest: Digest, options: { body?: Readable | Buffer; sizeBytes?: number; signal: AbortSignal }): Promise<void>;
  /** @returns the digest the registry knows it by */
  putManifest(path: string, tagOrDigest: string, bytes: Uint8Array, mediaType: string, signal: AbortSignal): Promise<Digest>;
  deleteManifest(path: string, digest: Digest, signal: AbortSignal): Promise<void>;
  tags(path: string, signal: AbortSignal): Promise<string[]>;
  catalog(signal: AbortSignal, limit?: number): Promise<string[]>;
  /** Docker's v1 search, which only Docker Hub still has. */
  search(term: string, limit: number, signal: AbortSignal): Promise<unknown[]>;
}

export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json', 'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const MAX_PAGES = 1000;

export function apiHost(domain: string): string {
  return domain === DEFAULT_DOMAIN ? 'registry-1.docker.io' : domain;
}

export function createRegistryClient(transport: Transport, host: string, credentials: Credentials | undefined): RegistryClient {
  const auth = createAuthenticator(transport, credentials);

  /** With credentials, once more after a challenge. A stream body is only sent with `isStream`, after the session's POST has been authorized. */
  const send = async (scope: string, request: RegistryRequest, isStream = false): Promise<IncomingMessage> => {
    const attempt = (header: string | undefined) => {
      const full = header === undefined ? request : { ...request, headers: { ...request.headers, Authorization: header } };
      return isStream ? transport.send(host, full) : transport.sendAgain(host, full);
    };
    const response = await attempt(auth.header(host, scope));
    if (response.statusCode !== 401 || isStream) return response;
    const challenges = parseChallenges(response.headers['www-authenticate']);
    const header = await auth.answer(host, scope, challenges, request.signal);
    if (header === undefined && credentials === undefined && challenges.some(({ scheme }) => scheme === 'basic')) {
      response.resume();
      throw new Unauthorized('no basic auth credentials'); // the words of docker's client: there is no login for this registry
    }
    if (header === undefined) return response;
    response.resume();
    return attempt(header);
  };
  const pullScope = (path: string) => `repository:${path}:pull`;
  const pushScope = (path: string) => `repository:${path}:pull,push`;
  const expect = async (response: IncomingMessage, statuses: readonly number[], what: string): Promise<IncomingMessage> => {
    if (!statuses.includes(response.statusCode ?? 0)) throw await registryError(response, what);
    return response;
  };
  const locationOf = (response: IncomingMessage): string => {
    response.resume();
    const location = response.headers.location;
    if (location === undefined) throw new System(`the registry ${host} opened an upload without an address`);
    return location;
  };
  const list = async <T extends object>(scope: string, first: string, pick: (page: T) => string[] | null | undefined, what: string, signal: AbortSignal, limit = Infinity): Promise<string[]> => {
    const found: string[] = [];
    let url: string | undefined = first;
    for (let page = 0; url !== undefined && page < MAX_PAGES && found.length < limit; page++) {
      const response: IncomingMessage = await expect(await send(scope, { method: 'GET', url, signal }), [200], what);
      found.push(...(pick(JSON.parse((await bodyOf(response)).toString('utf8')) as T) ?? []));
      url = /<([^>]+)>\s*;\s*rel="?next"?/.exec(String(response.headers['link'] ?? ''))?.[1];
    }
    return found;
  };

  const client: RegistryClient = {
    host,
    async ping(signal) {
      const response = await expect(await send('', { method: 'GET', url: '/v2/', signal }), [200], `registry ${host}`);
      response.resume();
    },
    async manifest(path, tagOrDigest, signal) {
      const what = `manifest for ${path}${isDigest(tagOrDigest) ? '@' : ':'}${tagOrDigest}`;
      const response = await expect(await send(pullScope(path), { method: 'GET', url: `/v2/${path}/manifests/${tagOrDigest}`, headers: { Accept: MANIFEST_TYPES }, signal }), [200], what);
      const bytes = await bodyOf(response);
      const digest = digestOf(bytes);
      if (isDigest(tagOrDigest) && digest !== tagOrDigest) throw new System(`${what} has digest ${digest}: it was changed on the way or the registry is damaged`);
      return { bytes, mediaType: String(response.headers['content-type'] ?? '').split(';')[0] ?? '', digest };
    },
    async blob(path, digest, { start = 0, signal }) {
      const headers = start > 0 ? { Range: `bytes=${start}-` } : {};
      return expect(await send(pullScope(path), { method: 'GET', url: `/v2/${path}/blobs/${digest}`, headers, signal }), [200, 206], `blob ${digest}`);
    },
    async blobBytes(path, digest, signal) {
      const bytes = await bodyOf(await client.blob(path, digest, { signal }));
      const got = digestOf(bytes);
      if (got !== digest) throw new System(`blob ${digest} arrived with digest ${got}`);
      return bytes;
    },
    async hasBlob(path, digest, { forPush, signal }) {
      const response = await send(forPush ? pushScope(path) : pullScope(path), { method: 'HEAD', url: `/v2/${path}/blobs/${digest}`, signal });
      response.resume();
      if (response.statusCode === 200) return true;
      if (response.statusCode === 404) return false;
      throw await registryError(response, `blob ${digest}`);
    },
    async mountBlob(path, digest, from, signal) {
      const url = `/v2/${path}/blobs/uploads/?mount=${digest}&from=${encodeURIComponent(from)}`;
      const response = await expect(await send(`${pushScope(path)} ${pullScope(from)}`, { method: 'POST', url, headers: { 'Content-Length': '0' }, signal }), [201, 202], `upload to ${path}`);
      if (response.statusCode === 202) return { isMounted: false, location: locationOf(response) };
      response.resume();
      return { isMounted: true };
    },
    async startUpload(path, signal) {
      return locationOf(await expect(await send(pushScope(path), { method: 'POST', url: `/v2/${path}/blobs/uploads/`, headers: { 'Content-Length': '0' }, signal }), [202], `upload to ${path}`));
    },
    async uploadChunk(path, location, body, { sizeBytes, offset, signal }) {
      const headers: Record<string, string> = { 'Content-Type': 'application/octet-stream' };
      if (sizeBytes !== undefined) headers['Content-Length'] = String(sizeBytes);
      if (sizeBytes !== undefined && offset !== undefined) headers['Content-Range'] = `${offset}-${offset + sizeBytes - 1}`;
      return locationOf(await expect(await send(pushScope(path), { method: 'PATCH', url: location, headers, body, signal }, true), [202], `upload to ${path}`));
    },
    async uploadStatus(path, location, signal) {
      const response = await expect(await send(pushScope(path), { method: 'GET', url: location, signal }), [204], `upload to ${path}`);
      response.resume();
      const last = Number(/^(?:bytes=)?0-(\d+)$/.exec(String(response.headers['range'] ?? ''))?.[1] ?? 0);
      return { location: response.headers.location ?? location, sizeBytes: last === 0 ? 0 : last + 1 }; // `0-0` is how an empty one is written
    },
    async finishUpload(path, location, digest, { body, sizeBytes = 0, signal }) {
      const url = new URL(location, `http://${host}`);
      url.searchParams.set('digest', digest);
      const target = /^https?:/.test(location) ? url.href : `${url.pathname}${url.search}`;
      const request: RegistryRequest = { method: 'PUT', url: target, headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(sizeBytes) }, ...(body !== undefined && { body }), signal };
      const response = await expect(await send(pushScope(path), request, body !== undefined), [201], `upload of ${digest}`);
      response.resume();
    },
    async putManifest(path, tagOrDigest, bytes, mediaType, signal) {
      const what = `manifest for ${path}:${tagOrDigest}`;
      const body = Buffer.from(bytes);
      const response = await expect(await send(pushScope(path), { method: 'PUT', url: `/v2/${path}/manifests/${tagOrDigest}`, headers: { 'Content-Type': mediaType, 'Content-Length': String(body.length) }, body, signal }), [201], what);
      response.resume();
      const digest = response.headers['docker-content-digest'];
      return typeof digest === 'string' && isDigest(digest) ? digest : digestOf(body);
    },
    async deleteManifest(path, digest, signal) {
      const response = await expect(await send(`repository:${path}:delete`, { method: 'DELETE', url: `/v2/${path}/manifests/${digest}`, signal }), [202], `manifest for ${path}@${digest}`);
      response.resume();
    },
    tags: (path, signal) => list<{ tags?: string[] | null }>(pullScope(path), `/v2/${path}/tags/list?n=1000`, (page) => page.tags, `tags of ${path}`, signal),
    async search(term, limit, signal) {
      const response = await expect(await send('', { method: 'GET', url: `/v1/search?q=${encodeURIComponent(term)}&n=${limit}`, signal }), [200], `search on ${host}`);
      return (JSON.parse((await bodyOf(response)).toString('utf8')) as { results?: unknown[] }).results ?? [];
    },
    catalog: (signal, limit) => list<{ repositories?: string[] }>('registry:catalog:*', '/v2/_catalog?n=1000', (page) => page.repositories, `catalog of ${host}`, signal, limit),
  };
  return client;
}

// A registry of one image, as the distribution specification has it, that fails when and how a test wants.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { makeTar } from '../layers/oracle.ts';

export const sha = (data: Buffer): `sha256:${string}` => `sha256:${createHash('sha256').update(data).digest('hex')}`;
export const tars = [makeTar([{ path: 'a', content: randomBytes(700_000) }]), makeTar([{ path: 'b', content: 'b' }])];
export const blobs = tars.map((tar) => gzipSync(tar));
export const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: tars.map(sha) } }));

export const manifestOf = (change: { size?: number; digest?: string } = {}, layers: readonly Buffer[] = blobs, type = 'gzip'): Buffer => Buffer.from(JSON.stringify({
  schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha(config), size: config.length },
  layers: layers.map((blob, index) => ({ mediaType: `application/vnd.oci.image.layer.v1.tar+${type}`, digest: sha(blob), size: blob.length, ...(index === 0 && change) })),
}));

/** @returns true when it has answered, or never will */
export type Handler = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface FakeRegistry extends AsyncDisposable {
  host: string;
  /** `METHOD URL` and the Range or Content-Range that came with it, in order */
  asked: string[];
  fault: Handler;
  manifest: Buffer;
  /** by digest; what is pushed lands here */
  content: Map<string, Buffer>;
  /** unfinished uploads by id */
  uploads: Map<string, Buffer>;
}

export async function startFakeRegistry(): Promise<FakeRegistry> {
  const server = createServer((request, response) => {
    const range = request.headers.range ?? request.headers['content-range'];
    fake.asked.push(`${request.method} ${request.url}${range ? ` ${range}` : ''}`);
    if (!fake.fault(request, response)) void answer(fake, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fake: FakeRegistry = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [], fault: () => false, manifest: manifestOf(),
    content: new Map([config, ...blobs].map((blob) => [sha(blob), blob])), uploads: new Map(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
  return fake;
}

async function answer(fake: FakeRegistry, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '', 'http://registry');
  const parts = url.pathname.split('/');
  const id = parts.at(-1) ?? '';
  if (url.pathname.includes('/blobs/uploads/')) return upload(fake, request, response, url, id);
  if (url.pathname.includes('/manifests/')) {
    if (request.method === 'PUT') {
      fake.manifest = await bodyOf(request);
      response.writeHead(201, { 'Docker-Content-Digest': sha(fake.manifest) }).end();
    } else response.writeHead(200, { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json' }).end(fake.manifest);
    return;
  }
  const blob = fake.content.get(id);
  if (blob === undefined) {
    response.writeHead(404).end();
    return;
  }
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': blob.length - start }).end(request.method === 'HEAD' ? undefined : blob.subarray(start));
}

async function upload(fake: FakeRegistry, request: IncomingMessage, response: ServerResponse, url: URL, id: string): Promise<void> {
  if (request.method === 'POST') {
    const started = randomBytes(6).toString('hex');
    fake.uploads.set(started, Buffer.alloc(0));
    response.writeHead(202, { Location: `${url.pathname}${started}` }).end();
    return;
  }
  const before = fake.uploads.get(id);
  if (before === undefined) {
    response.writeHead(404).end();
    return;
  }
  const range = (bytes: Buffer) => ({ Location: url.pathname, Range: `0-${Math.max(0, bytes.length - 1)}` });
  if (request.method === 'GET') response.writeHead(204, range(before)).end();
  else if (request.method === 'PATCH' && !(request.headers['content-range'] ?? `${before.length}-`).startsWith(`${before.length}-`)) response.writeHead(416).end();
  else {
    const chunks = [before];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        fake.uploads.set(id, Buffer.concat(chunks)); // what came before the connection broke stays
      }
    } catch {
      return; // the client is gone
    }
    const whole = Buffer.concat(chunks);
    if (request.method === 'PATCH') response.writeHead(202, range(whole)).end();
    else if (sha(whole) !== url.searchParams.get('digest')) response.writeHead(400).end(JSON.stringify({ errors: [{ code: 'DIGEST_INVALID', message: 'provided digest did not match uploaded content' }] }));
    else {
      fake.content.set(sha(whole), whole);
      response.writeHead(201).end();
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

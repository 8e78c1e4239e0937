// POST /images/create: pull (`fromImage`) or import (`fromSrc`). Engine API v1.47, "ImageCreate".
import type { Readable } from 'node:stream';
import type { ImageDomain } from '../../images/images.ts';
import { applyChanges } from '../../build/changes.ts';
import { importImage, importReference } from '../../images/import.ts';
import { pullAllTags, pullImage, pullRequest } from '../../images/pull.ts';
import { downloadSource } from '../../registry/download.ts';
import { DEFAULT_DOMAIN, canonical, parseReference, withTag } from '../../registry/reference.ts';
import { Forbidden, InvalidParameter } from '../../wire/errors.ts';
import { ndjson, type Reply } from '../reply.ts';
import { post, type Call, type Route } from '../router.ts';
import { platformQuery } from './platform-query.ts';

export function createImageRoutes(domain: ImageDomain): Route[] {
  return [
    post('/images/create', (call) => {
      const [image, source] = [call.query.get('fromImage') ?? '', call.query.get('fromSrc') ?? ''];
      if (image !== '') return pull(domain, call, image);
      if (source !== '') return bringIn(domain, call, source);
      throw new InvalidParameter('fromImage or fromSrc is needed');
    }),
  ];
}

function pull(domain: ImageDomain, call: Call, image: string): Reply {
  const tag = call.query.get('tag') ?? '';
  const bare = parseReference(image);
  const name = tag.includes(':') ? `${bare.domain}/${bare.path}@${tag}` : canonical(withTag(bare, tag));
  if (bare.domain === DEFAULT_DOMAIN && bare.path === 'library/scratch') throw new Forbidden("'scratch' is a reserved name");
  const header = call.headers['x-registry-auth'];
  const request = pullRequest(name, platformQuery(call), typeof header === 'string' ? header : undefined, call.signal);
  const all = tag === '' && bare.tag === undefined && bare.digest === undefined;
  return ndjson(all ? pullAllTags(domain, request) : pullImage(domain, request), undefined, 'first line');
}

async function bringIn(domain: ImageDomain, call: Call, source: string): Promise<Reply> {
  const reference = importReference(call.query.get('repo') ?? '', call.query.get('tag') ?? '');
  const config = applyChanges({}, call.query.getAll('changes')); // a wrong --change is told before gigabytes are read
  const download = source === '-' ? undefined : await downloadSource(source, call.signal);
  const body: Readable = download ?? call.body;
  const sizeBytes = Number(download?.headers['content-length']);
  const platform = platformQuery(call);
  return ndjson(importImage(domain, {
    body, source, reference, message: call.query.get('message') ?? '', config, signal: call.signal, ...(platform && { platform }),
    ...(Number.isInteger(sizeBytes) && { sizeBytes }),
  }), undefined, 'first line');
}

// `docker import`: a root file system tar becomes an image of one layer.
import type { ContainerConfig } from '@docker/node-sdk';
import type { EventBus } from '../base/events.ts';
import { familiar, parseReference, withDefaultTag, withTag, type Reference } from '../registry/reference.ts';
import { InvalidParameter } from '../wire/errors.ts';
import { MAGIC_BYTES, compressionOf } from '../layers/decompress.ts';
import { orCollect, type Collector } from './collect.ts';
import { LAYER_MEDIA, hostPlatform, type Platform } from './manifest.ts';
import { createProgress, type ProgressMessage } from './progress.ts';
import { registerImage, type Stores } from './register.ts';

export interface ImportRequest {
  /** the tar, in any compression the layers know */
  body: AsyncIterable<Buffer>;
  /** where it came from, for the history: `-` for a request body */
  source: string;
  reference: Reference | undefined;
  message: string;
  /** what the image says of its containers */
  config: ContainerConfig;
  platform?: Platform;
  /** of the body, when it is known; then the progress is told */
  sizeBytes?: number;
  signal: AbortSignal;
}

/** Last line: `{"status": "sha256:…"}`, the image's id. */
export async function* importImage(needs: { stores: Stores; collector: Collector; events: EventBus }, request: ImportRequest): AsyncGenerator<ProgressMessage> {
  const { config } = request;
  const { os, architecture, variant } = request.platform ?? hostPlatform();
  if (os !== 'linux') throw new InvalidParameter('operating system is not supported');
  const stop = new AbortController();
  const progress = createProgress();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  yield* progress.during(orCollect(needs.collector, (async () => {
    const { content, layers, store } = needs.stores;
    await using ingest = content.ingest();
    await using applying = await layers.apply(ingest.path, { signal });
    ingest.onFlush = (bytes) => applying.available(bytes, false);
    let start = Buffer.alloc(0);
    for await (const chunk of request.body) {
      if (start.length < MAGIC_BYTES) start = Buffer.concat([start, chunk.subarray(0, MAGIC_BYTES)]);
      signal.throwIfAborted();
      ingest.write(chunk);
      if (request.sizeBytes !== undefined) progress.count(request.source, 'Importing', ingest.sizeBytes, request.sizeBytes);
      await ingest.drain();
    }
    await ingest.flush();
    applying.available(ingest.sizeBytes, true);
    const { diffId } = await applying.unpacked;
    using _layer = layers.hold(diffId);
    const digest = ingest.digest();
    using _blob = content.hold(digest);
    await applying.commit();
    await ingest.commit();
    const created = new Date().toISOString();
    const comment = request.message || `Imported from ${request.source}`;
    const bytes = Buffer.from(JSON.stringify({
      architecture, os, ...(variant !== undefined && { variant }), created, config, comment,
      rootfs: { type: 'layers', diff_ids: [diffId] },
      history: [{ created, comment, ...(request.source !== '-' && { created_by: `import ${request.source}` }) }],
    }));
    const record = await registerImage(needs.stores, { config: bytes, blobs: [digest === diffId ? null : { mediaType: LAYER_MEDIA[compressionOf(start)], digest, size: ingest.sizeBytes }] });
    if (request.reference !== undefined) await store.tag(record.id, [request.reference]);
    needs.events.publish('image', 'import', record.id, { name: request.reference === undefined ? record.id : familiar(request.reference) });
    progress.say({ status: record.id });
  })()), () => stop.abort());
}

/** `repo[:tag]` as import takes it; an empty name makes an image without one. */
export function importReference(repo: string, tag: string): Reference | undefined {
  if (repo === '') return undefined;
  const reference = withTag(parseReference(repo), tag);
  if (reference.digest !== undefined) throw new InvalidParameter('cannot import digest reference');
  return withDefaultTag(reference);
}

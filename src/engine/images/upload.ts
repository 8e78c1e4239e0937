// One blob to a registry: sent in one piece, and after a broken connection from where the registry says it stopped; when it has given
// the upload up, from the beginning. Source: distribution spec v1.1, "Pushing a blob in chunks".
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../base/digest.ts';
import type { Content } from '../content/store.ts';
import type { RegistryClient } from '../registry/client.ts';
import { backoffMs, isTemporary } from '../registry/failure.ts';
import { gzipFile } from './compress.ts';
import type { Descriptor } from './manifest.ts';

export interface BlobSource {
  /** The bytes from `offset` on; the same ones each time. */
  open(offset: number): Readable;
  /** absent while it is only known at the end */
  sizeBytes?: number;
  /** Once all was read. */
  end(): { digest: Digest; sizeBytes: number };
}

const ATTEMPTS = 5;

/** @throws RegistryFailure, Unauthorized, Forbidden; what the registry says, e.g. DIGEST_INVALID */
export async function uploadBlob(client: RegistryClient, path: string, source: BlobSource, signal: AbortSignal): Promise<{ digest: Digest; sizeBytes: number }> {
  let location: string | undefined;
  let offset = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      location ??= await client.startUpload(path, signal);
      if (source.sizeBytes === undefined || offset < source.sizeBytes) {
        const rest = source.sizeBytes === undefined ? {} : { sizeBytes: source.sizeBytes - offset };
        location = await client.uploadChunk(path, location, source.open(offset), { offset, ...rest, signal });
      }
      const whole = source.end();
      await client.finishUpload(path, location, whole.digest, { signal });
      return whole;
    } catch (error) {
      signal.throwIfAborted();
      if (attempt === ATTEMPTS || (offset === 0 && !isTemporary(error))) throw error; // a refused continuation may still work from the beginning
      await sleep(backoffMs(error, attempt), undefined, { signal });
      const reached = location === undefined || !isTemporary(error) ? undefined : await client.uploadStatus(path, location, signal).catch(() => undefined); // given up: begin anew
      location = reached?.location;
      offset = reached?.sizeBytes ?? 0;
    }
  }
}

/** A blob as the store has it. */
export function storedSource(content: Content, { digest, size }: Descriptor, onSent: (bytes: number) => void = () => {}): BlobSource {
  return {
    sizeBytes: size,
    open: (offset) => counted(content.open(digest, { start: offset }) as AsyncIterable<Buffer>, (bytes) => onSent(offset + bytes)),
    end: () => ({ digest, sizeBytes: size }),
  };
}

const QUEUED_BYTES = 4 * 1024 * 1024;

/** A plain tar, compressed on the way; the digest is known at the end. */
export function compressedSource(file: string, onSent: (bytes: number) => void, signal: AbortSignal): BlobSource {
  let hash = createHash('sha256');
  let sizeBytes = 0;
  const from = async function* (offset: number): AsyncGenerator<Buffer> {
    hash = createHash('sha256');
    sizeBytes = 0;
    for await (const chunk of gzipFile(file, { signal, onRead: onSent })) {
      const skip = Math.max(0, Math.min(chunk.length, offset - sizeBytes));
      hash.update(chunk);
      sizeBytes += chunk.length;
      if (skip < chunk.length) yield chunk.subarray(skip);
    }
  };
  return {
    open: (offset) => Readable.from(from(offset), { objectMode: false, highWaterMark: QUEUED_BYTES }),
    end: () => ({ digest: `sha256:${hash.copy().digest('hex')}`, sizeBytes }),
  };
}

function counted(source: AsyncIterable<Buffer>, onSent: (bytes: number) => void): Readable {
  let sent = 0;
  return Readable.from((async function* () {
    for await (const chunk of source) {
      yield chunk;
      onSent((sent += chunk.length));
    }
  })(), { objectMode: false });
}

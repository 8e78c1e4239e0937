// One layer from a registry into the stores: downloaded with resume, hashed, and unpacked while it arrives.
// Whoever wants a layer that is already on its way joins that transfer; it is cancelled when the last of them leaves.
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../base/digest.ts';
import { limit } from '../base/locks.ts';
import type { Ingest } from '../content/ingest.ts';
import type { Layers } from '../layers/store.ts';
import type { Content } from '../content/store.ts';
import type { RegistryClient } from '../registry/client.ts';
import { RegistryFailure, isTemporary } from '../registry/failure.ts';
import { EngineError, InvalidParameter, NotFound } from '../wire/errors.ts';
import type { Descriptor } from './manifest.ts';

export interface LayerWish {
  /** asked in turn, the registry itself last */
  sources: readonly RegistryClient[];
  path: string;
  blob: Descriptor;
  diffId: Digest;
}

export type LayerStage = 'downloading' | 'downloaded' | 'extracting';
export type StageListener = (stage: LayerStage, bytes: number) => void;

export interface LayerFetcher {
  /** Resolves when layer and blob are stored. The caller holds both. */
  fetch(wish: LayerWish, options: { signal: AbortSignal; onStage: StageListener }): Promise<void>;
}

interface Flight { done: Promise<void>; listeners: Set<StageListener>; stop: AbortController }

const DOWNLOADS = 4;
const RESUMES = 5;

export function createLayerFetcher({ content, layers }: { content: Content; layers: Layers }): LayerFetcher {
  const flights = new Map<Digest, Flight>();
  const slots = limit(DOWNLOADS);

  const start = (wish: LayerWish): Flight => {
    const listeners = new Set<StageListener>();
    const stop = new AbortController();
    const onStage: StageListener = (stage, bytes) => listeners.forEach((listener) => listener(stage, bytes));
    const done = slots(() => transfer(wish, { signal: stop.signal, onStage })).finally(() => flights.delete(wish.diffId));
    done.catch(() => {}); // every listener hears of it below
    return { done, listeners, stop };
  };

  const transfer = async (wish: LayerWish, { signal, onStage }: { signal: AbortSignal; onStage: StageListener }): Promise<void> => {
    signal.throwIfAborted();
    const { blob, diffId } = wish;
    if (content.has(blob.digest)) {
      await using applying = await layers.apply(content.pathOf(blob.digest), { signal, onProgress: (bytes) => onStage('extracting', bytes) });
      onStage('downloaded', blob.size);
      applying.available(content.sizeOf(blob.digest), true);
      check((await applying.unpacked).diffId, diffId);
      await applying.commit();
      return;
    }
    await using ingest = content.ingest();
    let isDownloaded = false;
    await using applying = await layers.apply(ingest.path, { signal, digestComes: true, onProgress: (bytes) => { if (isDownloaded) onStage('extracting', bytes); } });
    ingest.onFlush = (bytes) => applying.available(bytes, false);
    await download(wish, ingest, { signal, onBytes: (bytes) => onStage('downloading', bytes) });
    await ingest.verify({ digest: blob.digest, sizeBytes: blob.size });
    isDownloaded = true;
    onStage('downloaded', blob.size);
    applying.available(blob.size, true, blob.digest);
    check((await applying.unpacked).diffId, diffId);
    await ingest.commit(); // only now: the unpacking thread opens it by its path
    await applying.commit();
  };

  return {
    async fetch(wish, { signal, onStage }) {
      signal.throwIfAborted();
      let flight = flights.get(wish.diffId);
      if (flight === undefined || flight.stop.signal.aborted) flights.set(wish.diffId, (flight = start(wish)));
      const mine = flight;
      mine.listeners.add(onStage);
      const { promise: left, reject: leave } = Promise.withResolvers<never>();
      const abort = () => {
        mine.listeners.delete(onStage);
        if (mine.listeners.size === 0) mine.stop.abort(signal.reason);
        leave(signal.reason);
      };
      left.catch(() => {}); // raced below
      signal.addEventListener('abort', abort, { once: true });
      try {
        await Promise.race([mine.done, left]);
      } catch (error) {
        if (mine.listeners.size === 0) await mine.done.catch(() => {}); // nothing of it is left when we say so
        throw error;
      } finally {
        signal.removeEventListener('abort', abort);
        mine.listeners.delete(onStage);
      }
    },
  };
}

/** Fills the ingest, going on where a broken connection left off. */
async function download({ sources, path, blob }: LayerWish, ingest: Ingest, { signal, onBytes }: { signal: AbortSignal; onBytes: (bytes: number) => void }): Promise<void> {
  let source = 0;
  for (let failures = 0; ;) {
    const before = ingest.sizeBytes;
    try {
      const response = await (sources[source] as RegistryClient).blob(path, blob.digest, { start: ingest.sizeBytes, signal });
      const skip = response.statusCode === 206 ? 0 : ingest.sizeBytes; // a server without Range sends everything again
      await receive(response, ingest, skip, blob, { signal, onBytes });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (isDiskError(error)) throw error;
      if (error instanceof EngineError && !isTemporary(error)) {
        if (error instanceof InvalidParameter || source + 1 >= sources.length) throw error;
        source++; // this mirror does not have it
        continue;
      }
      if (ingest.sizeBytes > before) failures = 0;
      if (++failures > RESUMES) {
        if (source + 1 < sources.length) { source++; failures = 0; continue; }
        throw error instanceof EngineError ? error : new RegistryFailure(`the connection broke ${failures} times while downloading ${blob.digest}: ${(error as Error).message}`, true, { cause: error });
      }
      await sleep(Math.min(10_000, 200 * 2 ** failures), undefined, { signal });
    }
  }
}

async function receive(body: Readable, ingest: Ingest, skipBytes: number, blob: Descriptor, { signal, onBytes }: { signal: AbortSignal; onBytes: (bytes: number) => void }): Promise<void> {
  let skip = skipBytes;
  for await (const received of body as AsyncIterable<Buffer>) {
    signal.throwIfAborted();
    let chunk = received;
    if (skip > 0) {
      chunk = received.subarray(Math.min(skip, received.length));
      skip -= received.length - chunk.length;
      if (chunk.length === 0) continue;
    }
    if (ingest.sizeBytes + chunk.length > blob.size) {
      body.destroy();
      throw new InvalidParameter(`blob ${blob.digest} is larger than the ${blob.size} bytes its manifest says`);
    }
    ingest.write(chunk);
    onBytes(ingest.sizeBytes);
    await ingest.drain();
  }
  if (ingest.sizeBytes < blob.size) throw new Error(`the connection ended at ${ingest.sizeBytes} of ${blob.size} bytes`);
}

const isDiskError = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException).code ?? ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO' || code === 'EROFS';
};

function check(got: Digest, expected: Digest): void {
  if (got !== expected) throw new InvalidParameter(`the layer's diff id is ${got}, its image says ${expected}`);
}

/** @throws NotFound when none of the sources has it, with the last one's words */
export async function fromAny<T>(sources: readonly RegistryClient[], ask: (client: RegistryClient) => Promise<T>): Promise<T> {
  let failure: unknown = new NotFound('no registry to ask');
  for (const source of sources) {
    try {
      return await ask(source);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

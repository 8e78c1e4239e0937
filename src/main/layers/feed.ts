// A stream on its way to the explorer: written to a file and read by a thread at once, with how far it has come for those who wait.
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { partSuffix } from './leftovers.ts';
import type { FeedKind } from './thread-protocol.ts';
import type { ExplorerThread } from './thread.ts';

const WINDOW = 16; // chunks on their way to the thread

/** Feeds the thread and writes the file at once; it has its name when it is whole, and a failure of either removes it. */
export async function tee(body: Readable, path: string, thread: ExplorerThread, onProgress: (bytes: number) => void, signal?: AbortSignal, kind: FeedKind = 'archive'): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  await thread.startFeed(kind);
  const part = `${path}${partSuffix()}`;
  const file = createWriteStream(part, { mode: 0o600, highWaterMark: 4 << 20 });
  const flying: Promise<void>[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      bytes += chunk.length;
      flying.push(thread.feed(Uint8Array.from(chunk)));
      if (!file.write(chunk)) await new Promise<void>((resolve, reject) => { file.once('drain', resolve); file.once('error', reject); });
      if (flying.length >= WINDOW) await flying.shift();
      onProgress(bytes);
    }
    await Promise.all(flying);
    await thread.feed(undefined);
    await new Promise<void>((resolve, reject) => { file.once('error', reject); file.end(resolve); });
    await rename(part, path);
  } catch (error) {
    file.destroy();
    await rm(part, { force: true });
    throw error;
  }
}

/** Progress values for a generator: only the newest counts, ten a second are enough for an eye. */
export function progressQueue() {
  let newest: number | undefined;
  let isClosed = false;
  let wake = () => {};
  return {
    push: (bytes: number) => { newest = bytes; wake(); },
    close: () => { isClosed = true; wake(); },
    values: (async function* () {
      for (;;) {
        if (newest !== undefined) { const value = newest; newest = undefined; yield value; await new Promise((resolve) => setTimeout(resolve, 100)); }
        else if (isClosed) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    })(),
  };
}

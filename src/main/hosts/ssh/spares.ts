// Streams to the engine's socket that were opened before anyone asked: opening one costs a round trip, and the first request
// on it another. An idle stream costs the engine next to nothing, and none of them is a session (MaxSessions).

import type { Duplex } from 'node:stream';

export interface SpareStream extends Duplex { readonly isOpen: boolean }

export interface Spares extends Disposable {
  /** One that waits, or a new one; as many as were taken are opened again. */
  take(options: { signal?: AbortSignal | undefined }): Promise<Duplex>;
  /** Open what is missing. */
  fill(): void;
}

/** @param open opens a stream; when it fails nothing is kept in store until the next `take` or `fill` */
export function createSpares(open: (options: { signal?: AbortSignal | undefined }) => Promise<SpareStream>, count: number): Spares {
  const waiting: Promise<SpareStream | undefined>[] = [];
  const self: Spares = {
    async take(options) {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const stream = await next;
        if (!stream?.isOpen) {
          stream?.destroy();
          continue; // the engine was restarted, or its patience with an idle stream ended
        }
        if (options.signal?.aborted) {
          stream.destroy();
          throw options.signal.reason as Error;
        }
        self.fill();
        return stream;
      }
      const stream = await open(options);
      self.fill();
      return stream;
    },
    fill() {
      // A failure here is nobody's: whoever asks next opens one and hears of it.
      while (waiting.length < count) waiting.push(open({}).catch(() => undefined));
    },
    [Symbol.dispose]() {
      for (const stream of waiting.splice(0)) void stream.then((opened) => opened?.destroy());
    },
  };
  return self;
}

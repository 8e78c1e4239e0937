// A queue between something that calls and something that iterates. Ends with its signal.

export interface Channel<T> extends AsyncIterable<T> {
  push(value: T): void;
  close(error?: unknown): void;
}

/** @param latestOnly keep one value: a slow reader sees only the newest */
export function createChannel<T>({ signal, latestOnly = false }: { signal?: AbortSignal | undefined; latestOnly?: boolean }): Channel<T> {
  let values: T[] = [];
  let wake = Promise.withResolvers<void>();
  let ended = signal?.aborted ?? false;
  let failure: unknown;
  const close = (error?: unknown) => {
    failure ??= error;
    ended = true;
    wake.resolve();
  };
  signal?.addEventListener('abort', () => close(), { once: true });
  return {
    push(value) {
      if (latestOnly) values = [value];
      else values.push(value);
      wake.resolve();
    },
    close,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (values.length > 0) {
          const batch = values;
          values = [];
          yield* batch;
        }
        if (ended) {
          if (failure !== undefined) throw failure;
          return;
        }
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
    },
  };
}

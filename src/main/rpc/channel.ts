// A queue between something that calls and something that iterates. Ends with its signal.

export interface Channel<T> extends AsyncIterable<T> {
  push(value: T): void;
  /** Ends the iteration once what was pushed is read; with an error it throws that. */
  close(error?: unknown): void;
}

/** @param latestOnly keep one value: a slow reader sees only the newest */
export function createChannel<T>({ signal, latestOnly = false }: { signal?: AbortSignal | undefined; latestOnly?: boolean }): Channel<T> {
  let values: T[] = [];
  let wake = Promise.withResolvers<void>();
  let ended = signal?.aborted ?? false;
  let failure: Error | undefined;
  const close = (error?: unknown) => {
    if (error !== undefined) failure ??= error instanceof Error ? error : new Error('the source failed', { cause: error });
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
          if (failure) throw failure;
          return;
        }
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
    },
  };
}

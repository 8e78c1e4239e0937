// A queue between those who report and one who reads them: pushes never wait, reads do.

export interface Channel<T> extends AsyncIterable<T> {
  push(value: T): void;
  /** Reading ends after what was pushed; with an error, it throws then. */
  close(error?: unknown): void;
}

export function channel<T>(): Channel<T> {
  let queue: T[] = [];
  let end: { error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const signal = () => {
    wake?.();
    wake = undefined;
  };
  return {
    push(value) {
      if (end) return;
      queue.push(value);
      signal();
    },
    close(error) {
      end ??= { error };
      signal();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const batch = queue;
        queue = [];
        yield* batch;
        if (queue.length > 0) continue;
        if (end) {
          if (end.error !== undefined) throw end.error as Error;
          return;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

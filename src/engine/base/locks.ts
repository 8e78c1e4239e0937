// Concurrency made explicit: a lock per key, a bounded number at once, and one run shared by all who ask for the same.

export interface KeyedLocks {
  /** Runs `work` alone among all holders of `key`, in order of asking. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
  isHeld(key: string): boolean;
}

export function keyedLocks(): KeyedLocks {
  const tails = new Map<string, Promise<unknown>>();
  return {
    isHeld: (key) => tails.has(key),
    async run(key, work) {
      const before = tails.get(key);
      const turn = (async () => {
        if (before !== undefined) await before.catch(() => {}); // its own caller hears of that failure
        return work();
      })();
      tails.set(key, turn);
      try {
        return await turn;
      } finally {
        if (tails.get(key) === turn) tails.delete(key);
      }
    },
  };
}

/** At most `count` works at once; the rest wait in order. */
export function limit(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= count) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/** While a work for `key` runs, everyone who asks for it gets the same promise. */
export function singleFlight<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const flights = new Map<string, Promise<T>>();
  return (key, work) => {
    const flying = flights.get(key);
    if (flying) return flying;
    const flight = work().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}

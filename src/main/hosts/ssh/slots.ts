// Turns for session channels: sshd allows MaxSessions (10 unless set) of them on one connection, and says so only by refusing.
// The limit is learnt from the first refusal; whoever comes after waits for a slot in order of arrival.

export interface Slot {
  /** The server granted the session. */
  granted(): void;
  /** Give the slot back; a second call does nothing. */
  release(): void;
}

export interface Slots {
  readonly open: number;
  readonly limit: number;
  readonly waiting: number;
  /** Wait for a turn. Rejects with the signal's reason. */
  take(options: { signal: AbortSignal }): Promise<Slot>;
  /**
   * The server refused although a slot was free; `times` counts the refusals of this asker. It allows as many as it ever
   * granted at once, or, when it refuses again and again, as many as it grants now. False when it grants none.
   */
  refused(times: number): boolean;
}

const OPENSSH_DEFAULT = 10;
const PATIENCE = 5;
const TRY_MORE_MS = 10_000;

export function createSlots(initialLimit = OPENSSH_DEFAULT): Slots {
  let open = 0;
  let grants = 0;
  let peak = 0;
  let limit = initialLimit;
  const queue: (() => void)[] = [];
  let refusedAtMs = 0;
  const admit = (): void => {
    // A limit learnt in a bad moment may be too low: it is tried again now and then while somebody waits.
    if (queue.length > 0 && limit < initialLimit && performance.now() - refusedAtMs > TRY_MORE_MS) {
      limit += 1;
      refusedAtMs = performance.now();
    }
    while (open < limit && queue.length > 0) queue.shift()!();
  };
  return {
    get open() { return open; },
    get limit() { return limit; },
    get waiting() { return queue.length; },
    take: ({ signal }) => new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const turn = (): void => {
        signal.removeEventListener('abort', leave);
        open += 1;
        let released = false;
        let granted = false;
        resolve({
          granted: () => {
            granted = true;
            grants += 1;
            peak = Math.max(peak, grants);
          },
          release: () => {
            if (released) return;
            released = true;
            open -= 1;
            if (granted) grants -= 1;
            admit();
          },
        });
      };
      const leave = (): void => {
        queue.splice(queue.indexOf(turn), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      queue.push(turn);
      admit();
    }),
    refused: (times) => {
      refusedAtMs = performance.now();
      // sshd counts a session that just ended until its loop comes round, so one refusal may only mean "not yet".
      // What it granted in the same breath is not known before its answers to the commands came: the first says nothing.
      if (times === 1) return true;
      if (grants === 0 && times >= PATIENCE) return false;
      limit = Math.min(limit, Math.max(1, times < PATIENCE ? peak : grants));
      return true;
    },
  };
}

// Turns for session channels: sshd allows MaxSessions (10 unless set) of them on one connection, and says so only by refusing.
// The limit is learnt from the first refusal; whoever comes after waits for a slot in order of arrival.

export interface SlotRelease { (): void }

export interface Slots {
  readonly open: number;
  readonly limit: number;
  readonly waiting: number;
  /** Wait for a turn. Rejects with the signal's reason. */
  take(options: { signal: AbortSignal }): Promise<SlotRelease>;
  /** The server refused although a slot was free: fewer are allowed than thought. False when nothing else is open. */
  refused(): boolean;
}

const OPENSSH_DEFAULT = 10;

export function createSlots(initialLimit = OPENSSH_DEFAULT): Slots {
  let open = 0;
  let limit = initialLimit;
  const queue: (() => void)[] = [];
  const admit = (): void => { while (open < limit && queue.length > 0) queue.shift()!(); };
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
        resolve(() => {
          if (released) return;
          released = true;
          open -= 1;
          admit();
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
    refused: () => {
      // The asker still holds its slot; the others are what the server really allows.
      if (open <= 1) return false;
      limit = Math.min(limit, open - 1);
      return true;
    },
  };
}

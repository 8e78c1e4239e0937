// Progress lines as Docker clients read them (moby pkg/jsonmessage): one object a line, `id` names the layer's row.
// Several layers report at once, one reader takes the lines: rows are thinned to ten a second each, their last words never lost.

export interface ProgressMessage {
  status?: string;
  id?: string;
  progressDetail?: { current?: number; total?: number };
  stream?: string;
  aux?: unknown;
}

export interface ProgressChannel {
  say(message: ProgressMessage): void;
  /** A count of a row; dropped when the row spoke a moment ago, unless it is complete. */
  count(id: string, status: string, current: number, total: number): void;
  /** Lines until `work` is over; rejects as it does. Leaving the loop early calls `cancel`. */
  during(work: Promise<unknown>, cancel: () => void): AsyncGenerator<ProgressMessage, void>;
}

const INTERVAL_MS = 100;

export function createProgress(now: () => number = Date.now): ProgressChannel {
  const lines: ProgressMessage[] = [];
  const spoken = new Map<string, number>();
  let wake = () => {};
  const say = (message: ProgressMessage) => {
    lines.push(message);
    wake();
  };
  return {
    say,
    count(id, status, current, total) {
      const key = `${id} ${status}`;
      const nowMs = now();
      if (current < total && nowMs - (spoken.get(key) ?? 0) < INTERVAL_MS) return;
      spoken.set(key, nowMs);
      say({ status, progressDetail: { current, total }, id });
    },
    async *during(work, cancel) {
      let isOver = false;
      const end = () => {
        isOver = true;
        wake();
      };
      work.then(end, end);
      let isComplete = false;
      try {
        for (;;) {
          for (let line = lines.shift(); line !== undefined; line = lines.shift()) yield line;
          if (isOver) break;
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (isOver || lines.length > 0) resolve();
          });
        }
        isComplete = true;
        await work;
      } finally {
        if (!isComplete) {
          cancel();
          await work.catch(() => {}); // its failure is our cancelling
        }
      }
    },
  };
}

// Progress lines as Docker clients read them (moby pkg/jsonmessage): one object a line, `id` names the layer's row.
// Several layers report at once, one reader takes the lines: rows are thinned to ten a second each, their last words never lost.

export interface ProgressMessage {
  status?: string;
  id?: string;
  progressDetail?: { current?: number; total?: number };
  /** the bar as text, for clients that draw none */
  progress?: string;
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
      say({ status, progressDetail: { current, total }, progress: progressBar(current, total), id });
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

const BAR = 50;

/** `[=====>      ]  1.5MB/12MB`, as moby's jsonmessage writes it. */
export function progressBar(current: number, total: number): string {
  if (total <= 0) return humanSize(current).padStart(8);
  const done = Math.min(BAR, Math.floor(Math.floor((current / total) * 100) / 2));
  const numbers = `${humanSize(current).padStart(8)}${current > total ? '' : `/${humanSize(total)}`}`;
  return `[${'='.repeat(done)}>${' '.repeat(BAR - done)}] ${numbers}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Four significant digits, powers of 1000 (go-units HumanSize). */
function humanSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < UNITS.length - 1; unit++) size /= 1000;
  return `${Number(size.toPrecision(4))}${UNITS[unit]}`;
}

// Docker's progress lines folded into what the task tray shows: one part per layer, totals, speed.
// Statuses of a pull, in order: Pulling fs layer, Waiting, Downloading, Verifying Checksum, Download complete, Extracting, Pull complete
// (or at once: Already exists). Push: Preparing, Waiting, Pushing, Pushed, Layer already exists, Mounted from.
import type { Progress } from '../../main/contract/images.ts';
import type { TaskPart } from '../tasks.ts';

export interface Folded {
  parts: TaskPart[];
  status: string;
  current: number;
  total: number;
  bytesPerSecond: number;
  /** what the engine said in plain words, last line last */
  said: string[];
}

const WINDOW_MS = 3000;
const MOVES_BYTES = /^(Downloading|Pushing|Loading layer|Importing)/;
const ENDED = /complete$|^Pushed|exists$|^Mounted/;
/** The part is over; after `Download complete` the unpacking is still to come. */
const OVER = /^(Pull complete|Pushed|Already exists|Layer already exists|Mounted)/;
const PART_ID = /^[0-9a-f]{12}$|^sha256:/;

export function createProgress(nowMs: () => number = () => performance.now()) {
  const parts = new Map<string, TaskPart & { moved: number; size: number }>();
  const samples: { atMs: number; bytes: number }[] = [];
  const said: string[] = [];
  let status = '';
  return {
    add(line: Progress): void {
      if (line.stream?.trim()) said.push(line.stream.trim());
      if (line.id === undefined || !PART_ID.test(line.id)) {
        status = line.status ?? line.stream?.trim() ?? status;
        if (line.status && line.id === undefined) said.push(line.status);
        return;
      }
      const part = parts.get(line.id) ?? { id: line.id, label: line.id.replace('sha256:', '').slice(0, 12), status: '', moved: 0, size: 0 };
      part.status = line.status ?? part.status;
      if (MOVES_BYTES.test(part.status) && line.current !== undefined) {
        part.moved = line.current;
        part.size = Math.max(part.size, line.total ?? 0);
      } else if (ENDED.test(part.status)) part.moved = part.size;
      // "Extracting" counts the same bytes again; the bar shows it, the sum does not.
      if (line.current !== undefined && line.total) Object.assign(part, { current: line.current, total: line.total });
      part.isDone = OVER.test(part.status);
      parts.set(line.id, part);
      status = part.status;
    },
    state(): Folded {
      const list = [...parts.values()];
      const current = list.reduce((sum, part) => sum + part.moved, 0);
      const total = list.reduce((sum, part) => sum + part.size, 0);
      const atMs = nowMs();
      samples.push({ atMs, bytes: current });
      while (samples.length > 2 && atMs - (samples[0]?.atMs ?? 0) > WINDOW_MS) samples.shift();
      const first = samples[0] ?? { atMs, bytes: current };
      const seconds = (atMs - first.atMs) / 1000;
      return {
        parts: list.map(({ moved: _moved, size: _size, ...part }) => part),
        status,
        current,
        total,
        bytesPerSecond: seconds > 0.2 ? Math.max(0, (current - first.bytes) / seconds) : 0,
        said,
      };
    },
  };
}

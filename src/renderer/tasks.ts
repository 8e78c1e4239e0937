// Long-running things (pulls, loads, builds, copies): one list for the task tray, each with progress and cancel.
// A task belongs to the window, not to the view that started it.
import { createStore } from './store.ts';
import { failureOf } from './rpc.ts';

export type TaskState = 'running' | 'done' | 'failed' | 'cancelled';

/** One part of a task with its own bar, e.g. a layer. */
export interface TaskPart { id: string; label: string; status: string; current?: number; total?: number; /** nothing more happens to it */ isDone?: boolean }

export interface Task {
  id: number;
  /** shown as it is: already translated */
  title: string;
  host?: string;
  state: TaskState;
  startedAtMs: number;
  endedAtMs?: number;
  /** one line of what happens now */
  status?: string;
  /** bytes or steps */
  current?: number;
  total?: number;
  bytesPerSecond?: number;
  parts: TaskPart[];
  error?: string;
  /** where its result can be seen */
  href?: string;
}

export interface TaskHandle {
  readonly signal: AbortSignal;
  update(change: Partial<Omit<Task, 'id' | 'state'>>): void;
}

export const tasks = createStore<Task[]>([]);
const controllers = new Map<number, AbortController>();
let next = 1;
const KEPT_ENDED = 20;

/**
 * Runs `work` as a task. Resolves with its result, or undefined when it was cancelled or failed (the tray tells both).
 * Updates are painted at most once a frame.
 */
export async function runTask<T>(about: { title: string; host?: string; href?: string }, work: (task: TaskHandle) => Promise<T>): Promise<T | undefined> {
  const id = next++;
  const controller = new AbortController();
  controllers.set(id, controller);
  tasks.set((now) => [{ id, ...about, state: 'running', startedAtMs: Date.now(), parts: [] }, ...now.filter((task, index) => task.state === 'running' || index < KEPT_ENDED)]);
  let pending: Partial<Task> = {};
  let frame = 0;
  const flush = () => {
    frame = 0;
    const change = pending;
    pending = {};
    tasks.set((now) => now.map((task) => (task.id === id ? { ...task, ...change } : task)));
  };
  const end = (change: Partial<Task>) => {
    if (frame) cancelAnimationFrame(frame);
    pending = { ...pending, ...change, endedAtMs: Date.now() };
    flush();
    controllers.delete(id);
  };
  try {
    const result = await work({
      signal: controller.signal,
      update(change) {
        pending = { ...pending, ...change };
        frame ||= requestAnimationFrame(flush);
      },
    });
    end({ state: 'done' });
    return result;
  } catch (error) {
    end(controller.signal.aborted ? { state: 'cancelled' } : { state: 'failed', error: failureOf(error).message });
    return undefined;
  }
}

export function cancelTask(id: number): void {
  controllers.get(id)?.abort(new DOMException('cancelled', 'AbortError'));
}

export function clearEndedTasks(): void {
  tasks.set((now) => now.filter((task) => task.state === 'running'));
}

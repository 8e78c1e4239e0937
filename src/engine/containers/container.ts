// A container in memory: its record, and what concerns only this process: who waits, who follows the output, which execs run.
import type { ContainerRecord, ContainerState } from './record.ts';
import type { FifoOutput } from './fifo-output.ts';
import type { OutputSource } from './output.ts';

export type WaitCondition = 'not-running' | 'next-exit' | 'removed';

export interface ExitResult { exitCode: number; error?: string }

export class Container {
  readonly record: ContainerRecord;
  /** ids of execs that were made for it */
  readonly execs = new Set<string>();
  /** where its output comes from while it runs, and how to follow it */
  output: OutputSource | undefined;
  /** instead of `output`, for a container without log, terminal and input */
  fifos: FifoOutput | undefined;
  /** rotates its log while it runs */
  rotation: Disposable | undefined;
  /** counts changes of the record: a kept summary with another number is stale */
  version = 0;
  /** what a running stop or kill wants written in the history */
  exitCause: string | undefined;
  /** ends a restart policy's waiting */
  cancelRestart: (() => void) | undefined;
  /** the pause before the last restart by policy, ms; the next one is longer */
  lastPauseMs = 0;
  /** a restart verb stops it: auto-remove waits */
  keepOnExit = false;
  /** removes it behind the answer, when a start of an auto-remove container failed */
  removeSoon: (() => void) | undefined;
  /** stops the health checks */
  stopHealth: (() => void) | undefined;
  /** a stop that waits for its grace period ends at this time (ms since the epoch) */
  stopDeadlineMs: number | undefined;
  readonly #waiters = new Set<{ until: 'exit' | 'removed' | 'start'; done: (result: ExitResult) => void }>();

  constructor(record: ContainerRecord) {
    this.record = record;
  }

  get id(): string {
    return this.record.id;
  }

  get state(): ContainerState {
    return this.record.state;
  }

  /** The run has ended, or did not begin: nobody waits for its output any more. */
  outputEnded(): void {
    this.output?.ended();
    this.fifos?.ended();
  }

  /** Lets go of everything that this process holds of it. */
  letGo(): void {
    this.cancelRestart?.();
    this.stopHealth?.();
    this.rotation?.[Symbol.dispose]();
    this.output?.[Symbol.dispose]();
    this.fifos?.[Symbol.dispose]();
  }

  touch(): void {
    this.version++;
  }

  /** The next time the container exits, is removed, or starts. Aborting the signal rejects with its reason. */
  next(until: 'exit' | 'removed' | 'start', signal?: AbortSignal): Promise<ExitResult> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiters.delete(waiter);
        reject(signal?.reason as Error);
      };
      const waiter = {
        until,
        done: (result: ExitResult) => {
          this.#waiters.delete(waiter);
          signal?.removeEventListener('abort', abort);
          resolve(result);
        },
      };
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  tell(what: 'exit' | 'removed' | 'start', result: ExitResult): void {
    for (const waiter of [...this.#waiters]) {
      // A removed container will not exit any more: whoever waits for that is told as well.
      if (waiter.until === what || (what === 'removed' && waiter.until === 'exit')) waiter.done(result);
    }
  }
}

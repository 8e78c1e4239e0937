// A few threads that pack and unpack layers, started when needed, ended when idle for a while. See layer-thread.ts.
import { Worker } from 'node:worker_threads';
import type { Digest } from '../base/digest.ts';
import type { Log } from '../base/log.ts';
import { EngineError, System } from '../wire/errors.ts';
import type { FromThread, ToThread, LayerTask, LayerFacts } from './thread-protocol.ts';

const IDLE_MS = 12_000; // a new thread costs 60 ms and runs slowly at first; an idle one keeps 20 MB

export interface Running {
  /** Says how much of the file may be read. */
  available(bytes: number, isAll: boolean, digest?: Digest): void;
  readonly result: Promise<LayerFacts>;
}

export interface LayerThreads extends AsyncDisposable {
  /**
   * Does the task as soon as a thread is free. When the signal aborts, `result` rejects once the thread has let go of the folder.
   * @param onProgress bytes of the file consumed
   */
  run(task: LayerTask, options: { signal: AbortSignal; onProgress?: (bytes: number) => void }): Running;
}

interface Job {
  task: LayerTask;
  availableBytes: number;
  isAll: boolean;
  digest: Digest | undefined;
  thread: Worker | undefined;
  onProgress: ((bytes: number) => void) | undefined;
  resolve: (layer: LayerFacts) => void;
  reject: (error: unknown) => void;
}

export function createLayerThreads(count: number, log: Log): LayerThreads {
  const idle = new Map<Worker, NodeJS.Timeout>();
  const jobs = new Map<Worker, Job>();
  const waiting: Job[] = [];

  const start = (): Worker => {
    const thread = new Worker(new URL('./layer-thread.ts', import.meta.url), { name: 'layers', resourceLimits: { maxYoungGenerationSizeMb: 4 } });
    thread.on('message', (message: FromThread) => {
      const job = jobs.get(thread);
      if (job === undefined) return;
      if (message.kind === 'progress') { job.onProgress?.(message.bytes); return; }
      jobs.delete(thread);
      job.thread = undefined;
      rest(thread);
      if (message.kind === 'done') job.resolve(message.layer);
      else job.reject(new EngineError(message.error.kind, message.error.message));
    });
    thread.on('error', (error) => {
      log.error('layer thread failed', { error });
      jobs.get(thread)?.reject(new System('the layer thread failed', { cause: error }));
    });
    thread.on('exit', () => {
      jobs.get(thread)?.reject(new System('the layer thread ended'));
      jobs.delete(thread);
      clearTimeout(idle.get(thread));
      idle.delete(thread);
      next();
    });
    return thread;
  };

  const rest = (thread: Worker) => {
    thread.unref();
    const timer = setTimeout(() => void thread.terminate(), IDLE_MS);
    timer.unref();
    idle.set(thread, timer);
    next();
  };

  const next = () => {
    while (waiting.length > 0) {
      let thread = [...idle.keys()][0];
      if (thread === undefined) {
        if (jobs.size >= count) return;
        thread = start();
      } else {
        clearTimeout(idle.get(thread));
        idle.delete(thread);
        thread.ref();
      }
      const job = waiting.shift() as Job;
      jobs.set(thread, job);
      job.thread = thread;
      say(thread, { kind: 'task', task: job.task });
      if (job.availableBytes > 0 || job.isAll) say(thread, { kind: 'available', bytes: job.availableBytes, isAll: job.isAll, ...(job.digest && { digest: job.digest }) });
    }
  };

  return {
    run(task, { signal, onProgress }) {
      const { promise, resolve, reject } = Promise.withResolvers<LayerFacts>();
      const job: Job = { task, availableBytes: 0, isAll: false, digest: undefined, thread: undefined, onProgress, resolve, reject };
      const abort = () => {
        if (job.thread !== undefined) return say(job.thread, { kind: 'abort' });
        const at = waiting.indexOf(job);
        if (at >= 0) waiting.splice(at, 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      waiting.push(job);
      if (signal.aborted) abort();
      else next();
      const result = promise.finally(() => signal.removeEventListener('abort', abort));
      result.catch(() => {}); // whoever started it may look only later
      return {
        available(bytes, isAll, digest) {
          job.availableBytes = bytes;
          job.isAll = isAll;
          job.digest = digest ?? job.digest;
          if (job.thread !== undefined) say(job.thread, { kind: 'available', bytes, isAll, ...(digest && { digest }) });
        },
        result,
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...idle.keys(), ...jobs.keys()].map((thread) => thread.terminate()));
    },
  };
}

const say = (thread: Worker, message: ToThread) => thread.postMessage(message);

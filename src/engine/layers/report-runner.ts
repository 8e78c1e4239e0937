// Runs report-thread.ts: one thread a report, ended with it, so that its memory is given back.
import { Worker } from 'node:worker_threads';
import { System } from '../wire/errors.ts';
import type { ReportTask } from './report-thread.ts';

/** The report as JSON text. @throws System when a tree file cannot be read; AbortError */
export async function runReport(task: ReportTask, { signal }: { signal: AbortSignal }): Promise<string> {
  signal.throwIfAborted();
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'; // packaged, the bundler has made a script of it
  const worker = new Worker(new URL(`./report-thread.${extension}`, import.meta.url), { workerData: task, name: 'report' });
  try {
    return await new Promise<string>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      worker.once('message', resolve);
      worker.once('error', (error: Error) => reject(new System('cannot report on the layers', { cause: error })));
      worker.once('exit', () => reject(new System('the report ended early')));
    });
  } finally {
    await worker.terminate();
  }
}

// Runs a task when requests have ceased for a while. Without requests there is no timer, so an idle engine stays asleep.

export interface IdleOptions {
  /** quiet time before the task */
  afterMs: number;
  /** fewer requests since the last run are not worth it */
  minRequests: number;
}

/** @returns what to call with each request */
export function whenIdle(task: () => void, { afterMs, minRequests }: IdleOptions): () => void {
  let requests = 0;
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    timer = undefined;
    requests = 0;
    task();
  };
  return () => {
    requests++;
    if (timer) timer.refresh();
    else if (requests >= minRequests) timer = setTimeout(run, afterMs).unref();
  };
}

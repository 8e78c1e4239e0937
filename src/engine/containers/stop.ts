// POST /containers/{id}/stop, kill, restart: a signal, a grace period, and SIGKILL at its end.
import { Conflict, System } from '../wire/errors.ts';
import { cgroupOf } from './cgroup.ts';
import type { Container } from './container.ts';
import { publish, type Parts } from './parts.ts';
import { signalName, signalNumber, signalProcess } from './process.ts';
import { isUp, move } from './record.ts';
import { startContainer } from './start.ts';

const DEFAULT_GRACE_S = 10;
const SIGKILL = 9;
/** A killed process ends when the kernel gets to it; longer means it is stuck in the kernel. */
const KILL_WAIT_MS = 30_000;

export interface StopOptions { signal?: string | undefined; /** seconds; below 0: no end */ timeoutS?: number | undefined }

/** @returns false when it was not running. @throws InvalidParameter for an unknown signal */
export async function stopContainer(parts: Parts, container: Container, options: StopOptions): Promise<boolean> {
  const { record } = container;
  const signal = signalNumber(options.signal || record.config.StopSignal || 'SIGTERM');
  const graceS = options.timeoutS ?? record.config.StopTimeout ?? DEFAULT_GRACE_S;
  if (record.state === 'restarting' && (await stopRestarting(parts, container))) return true; // else it has started again meanwhile
  if (!isUp(record)) return false;
  record.manuallyStopped = true;
  container.exitCause = 'stop';
  const exited = container.next('exit');
  await send(parts, container, signal);
  if (graceS >= 0) {
    container.stopDeadlineMs = Date.now() + graceS * 1000;
    container.touch();
  }
  if (!(await within(exited, graceS < 0 ? undefined : graceS * 1000))) {
    container.exitCause = `stop: killed after ${graceS} s`;
    await send(parts, container, SIGKILL);
    if (!(await within(exited, KILL_WAIT_MS))) throw new System(`cannot stop container: ${record.name}: it does not end on SIGKILL`);
  }
  // In turn behind the cleaning up: docker tells of the network before it tells of the stop.
  await parts.locks.run(container.id, async () => publish(parts, container, 'stop'));
  return true;
}

/** Between two runs there is no process: only the plan to start again is dropped. @returns false when it was in another state by then */
async function stopRestarting(parts: Parts, container: Container): Promise<boolean> {
  return parts.locks.run(container.id, async () => {
    const { record } = container;
    if (record.state !== 'restarting') return false;
    container.cancelRestart?.();
    record.manuallyStopped = true;
    move(record, 'exited', 'stop', Date.now());
    await parts.store.save(container);
    container.tell('exit', { exitCode: record.exitCode });
    publish(parts, container, 'stop');
    return true;
  });
}

/** @throws Conflict when it does not run, InvalidParameter for an unknown signal */
export async function killContainer(parts: Parts, container: Container, wish: string | undefined): Promise<void> {
  const signal = signalNumber(wish || 'SIGKILL');
  const { record } = container;
  if (record.state === 'restarting' && signal === SIGKILL && (await stopRestarting(parts, container))) return;
  if (!isUp(record)) throw new Conflict(`cannot kill container: ${record.name}: container ${record.id} is not running`);
  if (signal === SIGKILL || signal === signalNumber(record.config.StopSignal || 'SIGTERM')) {
    record.manuallyStopped = true;
    container.exitCause = `killed by ${signalName(signal)}`;
  }
  const exited = signal === SIGKILL ? container.next('exit') : undefined;
  await send(parts, container, signal);
  if (exited && !(await within(exited, KILL_WAIT_MS))) throw new System(`cannot kill container: ${record.name}: it does not end`);
}

export async function restartContainer(parts: Parts, container: Container, options: StopOptions): Promise<void> {
  container.keepOnExit = true;
  try {
    await stopContainer(parts, container, options);
    await startContainer(parts, container, 'restart');
  } finally {
    container.keepOnExit = false;
  }
  publish(parts, container, 'restart');
}

/** A frozen process gets its signal when it thaws. */
async function send(parts: Parts, container: Container, signal: number): Promise<void> {
  const { record } = container;
  publish(parts, container, 'kill', { signal: String(signal) });
  signalProcess(record.pid, record.pidStartTicks, signal);
  if (record.state === 'paused') await cgroupOf(parts.machine, record.id, record.hostConfig.CgroupParent).freeze(false);
}

/** Whether it happened in time; without a time, waits. */
function within(event: Promise<unknown>, ms: number | undefined): Promise<boolean> {
  if (ms === undefined) return event.then(() => true);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  void event.then(() => {
    clearTimeout(timer);
    resolve(true);
  });
  return promise;
}

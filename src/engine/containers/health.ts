// Health checks: the test runs as an exec, one at a time; so many failures in a row make the container unhealthy, one success healthy.
// Timing and words are docker's (Dockerfile reference, HEALTHCHECK; Engine API v1.47, Health).
import type { Container } from './container.ts';
import { Execs, commandOf, type Exec } from './exec.ts';
import { runExec } from './exec-run.ts';
import { publish, type Parts } from './parts.ts';
import type { HealthProbe } from './record.ts';

const SECOND_MS = 1000;
const NS_PER_MS = 1e6;
const KEPT_PROBES = 5;
const MAX_OUTPUT_BYTES = 4096;

interface Plan { argv: string[]; intervalMs: number; timeoutMs: number; startPeriodMs: number; startIntervalMs: number; retries: number }

/** Undefined when the container has no check. */
export function healthPlan(config: Container['record']['config']): Plan | undefined {
  const check = config.Healthcheck;
  const [kind, ...rest] = check?.Test ?? [];
  if (!check || kind === undefined || kind === '' || kind === 'NONE' || rest.length === 0) return undefined;
  const ms = (ns: number | undefined, absentMs: number) => (ns ? ns / NS_PER_MS : absentMs);
  return {
    argv: kind === 'CMD-SHELL' ? [...(config.Shell ?? ['/bin/sh', '-c']), rest[0] as string] : rest,
    intervalMs: ms(check.Interval, 30 * SECOND_MS),
    timeoutMs: ms(check.Timeout, 30 * SECOND_MS),
    startPeriodMs: ms(check.StartPeriod, 0),
    startIntervalMs: ms(check.StartInterval, 5 * SECOND_MS),
    retries: check.Retries || 3,
  };
}

/** Begins (or goes on) checking a running container until it ends. */
export function watchHealth(parts: Parts, container: Container, options: { fresh: boolean }): void {
  const plan = healthPlan(container.record.config);
  if (!plan) return;
  const { record } = container;
  if (options.fresh || !record.health) record.health = { status: 'starting', failingStreak: 0, log: record.health?.log ?? [] };
  container.touch();
  const stopped = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const round = () => {
    void probe(parts, container, plan, stopped.signal)
      .then((result) => { if (result && !stopped.signal.aborted) note(parts, container, plan, result); })
      .catch((error: unknown) => parts.log.warn('a health check could not run', { id: container.id, error }))
      .finally(schedule);
  };
  const schedule = () => {
    if (stopped.signal.aborted) return;
    const starting = record.health?.status === 'starting' && Date.now() - record.startedAtMs < plan.startPeriodMs;
    timer = setTimeout(round, starting ? Math.min(plan.startIntervalMs, plan.intervalMs) : plan.intervalMs);
    timer.unref();
  };
  schedule();
  container.stopHealth = () => {
    stopped.abort();
    clearTimeout(timer);
    container.stopHealth = undefined;
  };
}

/** One run of the test. Undefined when the container is paused: nothing can be said. */
async function probe(parts: Parts, container: Container, plan: Plan, stopped: AbortSignal): Promise<HealthProbe | undefined> {
  if (container.state !== 'running') return undefined;
  const startedMs = Date.now();
  const exec: Exec = new Execs().create(parts, container, { Cmd: plan.argv, AttachStdout: true, AttachStderr: true });
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const run = await runExec(parts, exec, { attachStdin: false });
    for (const [, output] of run.outputs) {
      output.on('error', () => {}); // its end is what counts
      output.on('data', (chunk: Buffer) => {
        if (bytes < MAX_OUTPUT_BYTES) chunks.push(chunk.subarray(0, MAX_OUTPUT_BYTES - bytes));
        bytes += chunk.length;
      });
    }
    publish(parts, container, `exec_start: ${commandOf({ Cmd: plan.argv })}`, { execID: exec.id });
    let timedOut = false;
    const kill = () => run.kill();
    const timer = setTimeout(() => { timedOut = true; kill(); }, plan.timeoutMs);
    stopped.addEventListener('abort', kill, { once: true });
    const { exitCode, failure } = await run.done;
    clearTimeout(timer);
    stopped.removeEventListener('abort', kill);
    publish(parts, container, 'exec_die', { execID: exec.id, exitCode: String(exitCode) });
    const at = (ms: number) => new Date(ms).toISOString();
    return {
      Start: at(startedMs), End: at(Date.now()),
      ExitCode: timedOut ? -1 : exitCode,
      Output: timedOut ? timeoutText(plan.timeoutMs, Buffer.concat(chunks).toString()) : (failure ?? Buffer.concat(chunks).toString()),
    };
  } finally {
    container.execs.delete(exec.id);
  }
}

/** As docker says it: the limit in the smallest unit that shows it whole, and what the test had said until then. */
function timeoutText(limitMs: number, output: string): string {
  return `Health check exceeded timeout (${goDuration(limitMs)})${output === '' ? '' : `: ${output}`}`;
}

function goDuration(ms: number): string {
  if (ms < SECOND_MS) return `${ms}ms`;
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, (ms % 60_000) / SECOND_MS];
  return `${hours > 0 ? `${hours}h` : ''}${ms >= 60_000 ? `${minutes}m` : ''}${seconds}s`;
}

function note(parts: Parts, container: Container, plan: Plan, result: HealthProbe): void {
  const { record } = container;
  const { health } = record;
  if (!health) return;
  health.log = [...health.log, result].slice(-KEPT_PROBES);
  const before = health.status;
  if (result.ExitCode === 0) {
    health.failingStreak = 0;
    health.status = 'healthy';
  } else {
    const inStartPeriod = before === 'starting' && Date.parse(result.Start) - record.startedAtMs < plan.startPeriodMs;
    if (!inStartPeriod) health.failingStreak++;
    if (health.failingStreak >= plan.retries) health.status = 'unhealthy';
  }
  container.touch();
  if (health.status === before) return;
  void parts.store.save(container).catch((error: unknown) => parts.log.warn('a health status could not be kept', { id: record.id, error }));
  publish(parts, container, `health_status: ${health.status}`);
}

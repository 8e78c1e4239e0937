// What goes on beside a running container: health checks and log rotation. Begins at a start and when the engine finds it again.
import type { Container } from './container.ts';
import { watchHealth } from './health.ts';
import type { Parts } from './parts.ts';
import { rotateLog } from './rotate.ts';

/** @param fresh a new run: its health is not known yet */
export function watchRun(parts: Parts, container: Container, options: { fresh: boolean }): void {
  watchHealth(parts, container, options);
  if (container.output) rotateLog(parts, container, container.output);
}

// POST /containers/{id}/wait: the answer comes when the condition holds.
import { InvalidParameter } from '../wire/errors.ts';
import type { Container, ExitResult, WaitCondition } from './container.ts';
import { isUp } from './record.ts';

export function parseCondition(text: string | null): WaitCondition {
  if (text === null || text === '') return 'not-running';
  if (text === 'not-running' || text === 'next-exit' || text === 'removed') return text;
  throw new InvalidParameter(`invalid condition: ${JSON.stringify(text)}`);
}

/** Aborting rejects. `not-running` holds at once for a container that was never started. */
export function waitContainer(container: Container, condition: WaitCondition, signal: AbortSignal): Promise<ExitResult> {
  const { record } = container;
  if (condition === 'removed') return container.next('removed', signal);
  if (condition === 'not-running' && !isUp(record) && record.state !== 'restarting') return Promise.resolve({ exitCode: record.exitCode, ...(record.error !== '' && { error: record.error }) });
  return container.next('exit', signal);
}

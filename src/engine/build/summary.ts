// The events of a build added up to one row: pure, so that main keeps the same rows for engines that keep none.
import type { BuildEvent, BuildSummary } from './events.ts';

/** The row after one more event; undefined before `started`. */
export function summarise(summary: BuildSummary | undefined, event: BuildEvent): BuildSummary | undefined {
  if (event.type === 'started') return { id: event.id, startedAtMs: event.atMs, endedAtMs: null, state: 'running', request: event.request, steps: 0, cachedSteps: 0, imageId: null, sizeBytes: null, error: null };
  if (!summary) return undefined;
  if (event.type === 'planned') return { ...summary, steps: event.steps.filter(({ keyword }) => keyword !== 'FROM').length };
  if (event.type === 'step-ended' && event.state === 'cached') return { ...summary, cachedSteps: summary.cachedSteps + 1 };
  if (event.type === 'ended') return { ...summary, endedAtMs: event.atMs, state: event.state, imageId: event.imageId ?? null, sizeBytes: event.sizeBytes ?? null, error: event.error ?? null };
  return summary;
}

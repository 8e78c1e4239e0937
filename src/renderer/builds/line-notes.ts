// What the editor shows beside the lines of a Dockerfile that was built.
import type { TFunction } from 'i18next';
import { formatBytes, formatDuration } from '../ui/format.ts';
import { durationOf, imageSteps, logExcerpt, type BuildView, type StepView } from './build-model.ts';
import type { LineNote } from './editor-notes.ts';

const SHORT_MS = 10;

/** @param openLayer shows a line of the image's history, counted from its end (-1 is the last), in the layer explorer */
export function lineNotes(build: BuildView, t: TFunction, openLayer: ((step: number) => void) | undefined): LineNote[] {
  const made = imageSteps(build);
  const fault = build.errorLine ?? 0;
  if (build.steps.length === 0 && fault > 0) return [{ startLine: fault, endLine: fault, state: 'failed', text: '', log: { title: t('builds:failedLine', { line: fault }), text: build.error ?? '' } }];
  return build.steps.filter((step) => step.plan.startLine > 0 && step.state !== 'waiting').map((step): LineNote => {
    const { startLine, endLine } = step.plan;
    const at = made.indexOf(step);
    return {
      startLine, endLine, state: step.state, text: resultText(step, t),
      open: openLayer && at >= 0 && step.sizeBytes > 0 ? { label: t('builds:layerOf', { line: startLine }), run: () => openLayer(at - made.length) } : undefined,
      log: step.state === 'failed' ? { title: build.error ?? step.error ?? t('builds:state.failed'), text: logExcerpt(step) } : undefined,
    };
  });
}

function resultText(step: StepView, t: TFunction): string {
  const duration = step.endedAtMs === undefined ? undefined : durationOf(step, step.endedAtMs);
  const state = step.state === 'cached' || step.state === 'failed' || step.state === 'running' ? t(`builds:state.${step.state}`) : '';
  return [state, step.state !== 'cached' && duration !== undefined && duration >= SHORT_MS ? formatDuration(duration) : '', step.sizeBytes > 0 ? formatBytes(step.sizeBytes) : ''].filter(Boolean).join(' · ');
}

// Build events -> the vertices and logs that `buildx` draws. A step is a vertex; its digest only has to be the same each time.
import { createHash } from 'node:crypto';
import type { BuildEvent, StagePlan, StepPlan } from '../events.ts';
import type { STATUS_RESPONSE, VERTEX } from './messages.ts';
import type { Message } from './protobuf.ts';

type Status = Message<typeof STATUS_RESPONSE>;
type Vertex = Message<typeof VERTEX>;

const time = (atMs: number) => ({ seconds: Math.floor(atMs / 1000), nanos: Math.round((atMs % 1000) * 1e6) });

/** Keeps what later events refer to; one for each build. */
export function statusWriter(ref: string): (event: BuildEvent) => Status | undefined {
  const digest = (name: string) => `sha256:${createHash('sha256').update(`${ref} ${name}`).digest('hex')}`;
  const vertices = new Map<number, Vertex>();
  const startedMs = new Map<number, number>();
  return (event) => {
    switch (event.type) {
      case 'started': return undefined;
      case 'context': return { vertexes: [{ digest: digest('context'), name: '[internal] load build context', started: time(event.atMs - event.durationMs), completed: time(event.atMs) }], logs: [{ vertex: digest('context'), timestamp: time(event.atMs), stream: 1, msg: Buffer.from(`transferred ${event.files} files, ${event.sizeBytes} bytes\n`) }] };
      case 'planned':
        for (const step of event.steps) vertices.set(step.step, { digest: digest(`step ${step.step}`), name: nameOf(step, event.stages, event.steps) });
        return { vertexes: [...vertices.values()], warnings: event.warnings.map((warning) => ({ vertex: digest('context'), level: 1, short: Buffer.from(`${warning.rule}: ${warning.message} (line ${warning.startLine})`) })) };
      case 'step-started':
        startedMs.set(event.step, event.atMs);
        return { vertexes: [{ ...vertices.get(event.step), started: time(event.atMs) }] };
      case 'log': return { logs: [{ vertex: vertices.get(event.step)?.digest, timestamp: time(event.atMs), stream: event.stream, msg: Buffer.from(event.text) }] };
      case 'progress': return undefined;
      case 'step-ended':
        return { vertexes: [{ ...vertices.get(event.step), started: time(startedMs.get(event.step) ?? event.atMs), completed: time(event.atMs), cached: event.state === 'cached', error: event.state === 'failed' ? (event.error ?? 'failed') : event.state === 'canceled' ? 'context canceled' : undefined }] };
      case 'ended': return event.imageId === undefined ? undefined : { vertexes: [{ digest: digest('image'), name: 'exporting to image', started: time(event.atMs), completed: time(event.atMs) }], logs: [event.imageId, ...event.tags].map((name) => ({ vertex: digest('image'), timestamp: time(event.atMs), stream: 1, msg: Buffer.from(`naming ${name}\n`) })) };
    }
  };
}

/** `[build 2/5] RUN make`, as BuildKit names them. */
function nameOf(step: StepPlan, stages: readonly StagePlan[], steps: readonly StepPlan[]): string {
  const own = steps.filter(({ stage }) => stage === step.stage);
  const stage = stages.find(({ index }) => index === step.stage);
  const label = stages.length > 1 ? `${stage?.name ?? `stage-${step.stage}`} ` : '';
  return `[${label}${own.indexOf(step) + 1}/${own.length}] ${step.text}`;
}

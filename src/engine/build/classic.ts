// BuildEvents -> the lines docker's classic builder prints. Steps run in parallel here, the output is in file order: what a later
// step says waits until the steps before it are through. Wire: Engine API v1.47, POST /build; `aux` carries the image id.
import { shortId } from '../base/ids.ts';
import type { BuildEvent, StepPlan } from './events.ts';

export interface ClassicMessage {
  stream?: string;
  aux?: { ID: string };
  error?: string;
  errorDetail?: { message: string; code?: number };
  [progress: string]: unknown;
}

// dockerd colours what a step says on stderr (SGR 91, bright red)
const RED = '\x1b[91m';
const PLAIN = '\x1b[0m';

/** @param quiet only the image id is printed */
export function classicOutput(quiet: boolean): (event: BuildEvent) => ClassicMessage[] {
  let steps: StepPlan[] = [];
  let at = 0; // index of the step whose output goes straight out
  const waiting = new Map<number, ClassicMessage[]>();
  const ended = new Set<number>();
  const startedAt = new Set<number>();
  const say = (stream: string): ClassicMessage => ({ stream });

  const emit = (step: number, messages: ClassicMessage[]): ClassicMessage[] => {
    if (steps[at]?.step === step) return messages;
    waiting.set(step, [...(waiting.get(step) ?? []), ...messages]);
    return [];
  };
  const advance = (): ClassicMessage[] => {
    const out: ClassicMessage[] = [];
    while (at < steps.length && ended.has((steps[at] as StepPlan).step)) {
      at++;
      const next = steps[at];
      if (next) out.push(...(waiting.get(next.step) ?? []));
      if (next) waiting.delete(next.step);
    }
    return out;
  };
  const header = (step: number): ClassicMessage[] => {
    const plan = steps.find((candidate) => candidate.step === step);
    if (!plan || startedAt.has(step)) return [];
    startedAt.add(step);
    return [say(`Step ${step}/${steps.length} : ${plan.text}\n`)];
  };

  const loud = (event: BuildEvent): ClassicMessage[] => {
    switch (event.type) {
      case 'started': case 'context': return [];
      case 'planned':
        steps = event.steps;
        return event.warnings.map(({ rule, message, startLine }) => say(`[Warning] ${rule}: ${message} (line ${startLine})\n`));
      case 'step-started': return emit(event.step, header(event.step));
      case 'log': return emit(event.step, [say(event.stream === 2 ? `${RED}${event.text}${PLAIN}` : event.text)]);
      case 'progress': return emit(event.step, [event.message as ClassicMessage]);
      case 'step-ended': {
        const out = event.state === 'cached' ? [say(' ---> Using cache\n'), say(` ---> ${shortId(event.id)}\n`)] : event.state === 'done' ? [say(` ---> ${shortId(event.id)}\n`)] : [];
        const now = emit(event.step, [...header(event.step), ...out]);
        ended.add(event.step);
        return [...now, ...(event.state === 'failed' || event.state === 'canceled' ? [] : advance())];
      }
      case 'ended': {
        if (event.state === 'done' && event.imageId !== undefined) {
          return [{ aux: { ID: event.imageId } }, say(`Successfully built ${shortId(event.imageId)}\n`), ...event.tags.map((tag) => say(`Successfully tagged ${tag}\n`))];
        }
        const rest = [...waiting.values()].flat(); // output of the failed step may wait behind one that was cut off
        return [...rest, failure(event)];
      }
    }
  };
  const silent = (event: BuildEvent): ClassicMessage[] => {
    if (event.type !== 'ended') return [];
    return event.state === 'done' && event.imageId !== undefined ? [say(`${event.imageId}\n`)] : [failure(event)];
  };
  return quiet ? silent : loud;
}

function failure(event: BuildEvent & { type: 'ended' }): ClassicMessage {
  const message = event.error ?? 'build canceled';
  return { errorDetail: { ...(event.exitCode === undefined ? {} : { code: event.exitCode }), message }, error: message };
}

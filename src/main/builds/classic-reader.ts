// The classic builder's text (dockerd, Podman) -> build events, with the times at which lines came. Steps are one after the other
// there, so a step ends where the next begins. Pure.
import type { BuildEvent, StagePlan, StepPlan } from '../../engine/build/events.ts';
import type { DockerfileCheck } from '../contract/builds.ts';

export interface ClassicLine { stream?: string; status?: string; id?: string; aux?: { ID?: string }; error?: string; errorDetail?: { message?: string; code?: number } }

export interface ClassicReader {
  /** Events of one line of the answer. */
  read(line: ClassicLine, nowMs: number): BuildEvent[];
  /** Events at the end of the answer. */
  end(nowMs: number, failure: { message: string; isCanceled: boolean } | undefined): BuildEvent[];
}

export function classicReader(check: DockerfileCheck, dockerfile: string, tags: string[]): ClassicReader {
  const steps: StepPlan[] = [];
  const stages: StagePlan[] = check.stages.map((stage) => ({ index: stage.index, name: stage.name, base: stage.base, platform: '', needs: [] }));
  const lines = instructionLines(dockerfile);
  let stage = -1;
  let current: { step: number; isCached: boolean; id: string } | undefined;
  let imageId: string | undefined;
  let failed: { message: string; code: number | undefined } | undefined;

  const close = (atMs: number, state: 'done' | 'failed' | 'canceled'): BuildEvent[] => {
    if (!current) return [];
    const { step, isCached, id } = current;
    current = undefined;
    return [{ type: 'step-ended', step, atMs, state: state === 'done' && isCached ? 'cached' : state, id, sizeBytes: 0, ...(state === 'failed' && failed ? { error: failed.message } : {}) }];
  };
  const text = (stream: string, atMs: number): BuildEvent[] => {
    const head = /^Step (\d+)\/(\d+) : (.*)\n?$/s.exec(stream);
    if (head) {
      const ended = close(atMs, 'done');
      const number = Number(head[1]);
      const source = (head[3] as string).trim();
      const keyword = (/^\S+/.exec(source)?.[0] ?? '').toUpperCase();
      if (keyword === 'FROM') stage++;
      const place = lines.get(number) ?? { start: 0, end: 0 };
      steps.push({ step: number, stage: Math.max(0, stage), keyword, text: source, startLine: place.start, endLine: place.end });
      current = { step: number, isCached: false, id: '' };
      const planned: BuildEvent = { type: 'planned', atMs, stages: stages.filter(({ index }) => index <= stage), steps: [...steps], target: Math.max(0, stage), dockerfile, warnings: [] };
      return [...ended, planned, { type: 'step-started', step: number, atMs }];
    }
    if (!current) return [];
    if (/^ ---> Using cache/.test(stream)) current.isCached = true;
    const made = /^ ---> ([0-9a-f]{12})\s*$/.exec(stream);
    if (made) current.id = made[1] as string;
    if (/^ ---> |^Removing intermediate container|^Successfully (?:built|tagged) /.test(stream)) return [];
    return [{ type: 'log', step: current.step, atMs, stream: /\u001b\[91m/.test(stream) ? 2 : 1, text: stream }];
  };

  return {
    read(line, nowMs) {
      if (line.aux?.ID !== undefined) imageId = line.aux.ID;
      if (line.error !== undefined || line.errorDetail) failed = { message: line.errorDetail?.message ?? line.error ?? '', code: line.errorDetail?.code };
      if (line.stream !== undefined) return text(line.stream, nowMs);
      if (line.status !== undefined && current) return [{ type: 'progress', step: current.step, atMs: nowMs, message: line }];
      return [];
    },
    end(nowMs, failure) {
      const state = failure?.isCanceled ? 'canceled' : failed || failure ? 'failed' : 'done';
      const message = failed?.message ?? failure?.message;
      failed ??= failure ? { message: failure.message, code: undefined } : undefined;
      const at = steps.at(-1)?.startLine ?? 0;
      return [
        ...close(nowMs, state),
        {
          type: 'ended', atMs: nowMs, state, tags: state === 'done' ? tags : [],
          ...(imageId !== undefined && state === 'done' ? { imageId } : {}), ...(state !== 'done' && message !== undefined ? { error: message } : {}),
          ...(failed?.code === undefined ? {} : { exitCode: failed.code }), ...(state === 'failed' && at > 0 ? { errorLine: at } : {}),
        },
      ];
    },
  };
}

/** Step number -> lines: a first look at the file, good enough for marking. */
function instructionLines(dockerfile: string): Map<number, { start: number; end: number }> {
  const found = new Map<number, { start: number; end: number }>();
  const rows = dockerfile.split(/\r?\n/);
  let step = 0;
  let seenFrom = false;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as string;
    if (/^\s*(?:#|$)/.test(row)) continue;
    const start = at + 1;
    while (/\\\s*$/.test(rows[at] ?? '') && at + 1 < rows.length) at++;
    seenFrom ||= /^\s*from\s/i.test(row);
    step++; // ARGs before FROM are counted by the classic builder, too
    found.set(step, { start, end: at + 1 });
  }
  return seenFrom ? found : new Map();
}

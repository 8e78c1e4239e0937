// What a build is going to do, for those who watch: its stages and numbered steps. Pure.
import type { Dockerfile } from './dockerfile/ast.ts';
import type { StagePlan, StepPlan } from './events.ts';
import type { Graph, Origin, Stage } from './graph.ts';

export interface Plan { stages: StagePlan[]; steps: StepPlan[]; /** number of a stage's FROM step */ firstStep: Map<number, number> }

/** @param labels step text of the labels given with the request, or undefined */
export function planOf(graph: Graph, defaultPlatform: string, labels: string | undefined): Plan {
  const steps: StepPlan[] = [];
  const firstStep = new Map<number, number>();
  const stages = graph.wanted.map((index): StagePlan => {
    const stage = graph.stages[index] as Stage;
    firstStep.set(index, steps.length + 1);
    for (const { kind, source, lines } of [stage.from, ...stage.instructions]) {
      steps.push({ step: steps.length + 1, stage: index, keyword: kind, text: source, startLine: lines.start, endLine: lines.end });
    }
    if (labels !== undefined && index === graph.target.index) steps.push({ step: steps.length + 1, stage: index, keyword: 'LABEL', text: labels, startLine: 0, endLine: 0 });
    return { index, name: stage.name ?? null, base: baseText(stage.base, graph), platform: stage.platform ?? defaultPlatform, needs: stage.needs };
  });
  return { stages, steps, firstStep };
}

function baseText(base: Origin, graph: Graph): string {
  if (base.kind === 'scratch') return 'scratch';
  if (base.kind === 'stage') return graph.stages[base.index]?.name ?? `stage ${base.index}`;
  return base.kind === 'image' ? base.reference : base.name;
}

/** How many instructions of the wanted stages read the context. */
export function contextReaders(graph: Graph): number {
  return graph.wanted.flatMap((index) => (graph.stages[index] as Stage).instructions).filter(readsContext).length;
}

export function readsContext(instruction: Dockerfile['instructions'][number]): boolean {
  if (instruction.kind === 'COPY' || instruction.kind === 'ADD') return instruction.from === undefined && instruction.sources.length > 0;
  if (instruction.kind === 'RUN') return instruction.mounts.some((mount) => !/(?:^|,)from=/.test(mount) && !/(?:^|,)type=(?:cache|tmpfs|secret|ssh)/.test(mount));
  return instruction.kind === 'ONBUILD' && readsContext(instruction.parsed);
}

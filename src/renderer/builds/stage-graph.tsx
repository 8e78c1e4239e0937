// The stages of a build as a live graph: each stage a card with its steps, an arrow from what it needs. Layout by elkjs.
import { Text, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { Background, Controls, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import ELK from 'elkjs/lib/elk.bundled.js';
import { createContext, use, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StagePlan } from '../../main/contract/builds.ts';
import { formatDuration } from '../ui/format.ts';
import { LoadingRows } from '../ui/states.tsx';
import { durationOf, type BuildView, type StepState, type StepView } from './build-model.ts';
import classes from './builds.module.css';
import { StepMark } from './state-mark.tsx';

const WIDTH = 300;
const HEAD = 48;
const ROW = 26;
const SHORT_MS = 10;
const elk = new ELK();

interface StageData extends Record<string, unknown> { stage: StagePlan; steps: StepView[]; isTarget: boolean; state: StepState }
type StageNode = Node<StageData, 'stage'>;

const OnStep = createContext<(step: number) => void>(() => {});
const nodeTypes = { stage: StageCard };

export default function StageGraph({ build, onStep }: { build: BuildView; onStep: (step: number) => void }) {
  const { t } = useTranslation();
  const { colorScheme } = useMantineColorScheme();
  const shape = JSON.stringify(build.stages.map(({ index, needs }) => [index, needs, build.steps.filter(({ plan }) => plan.stage === index).length]));
  const places = usePlaces(build.stages, build.steps, shape);
  const nodes = useMemo(() => build.stages.map((stage): StageNode => {
    const steps = build.steps.filter(({ plan }) => plan.stage === stage.index);
    return { id: String(stage.index), type: 'stage', position: places.get(stage.index) ?? { x: 0, y: 0 }, data: { stage, steps, isTarget: stage.index === build.target, state: stageState(steps) }, draggable: false, width: WIDTH, height: HEAD + steps.length * ROW + 10 };
  }), [build, places]);
  const edges = useMemo(() => build.stages.flatMap((stage) => stage.needs.map((need): Edge => ({ id: `${need}-${stage.index}`, source: String(need), target: String(stage.index), animated: nodes.find(({ id }) => id === String(need))?.data.state === 'running' }))), [build.stages, nodes]);
  if (places.size === 0) return <LoadingRows />;
  return (
    <OnStep value={onStep}>
      <div className={classes.graph} role="group" aria-label={t('builds:graphLabel', { count: build.stages.length })}>
        <ReactFlow nodes={nodes} edges={edges} nodeTypes={nodeTypes} fitView fitViewOptions={{ padding: 0.12, maxZoom: 1 }} minZoom={0.15} nodesConnectable={false} nodesFocusable={false} edgesFocusable={false} colorMode={colorScheme === 'dark' ? 'dark' : colorScheme === 'light' ? 'light' : 'system'} proOptions={{ hideAttribution: true }}>
          <Background gap={22} />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
    </OnStep>
  );
}

function stageState(steps: readonly StepView[]): StepState {
  const states = new Set(steps.map(({ state }) => state));
  for (const state of ['failed', 'running', 'canceled'] as const) if (states.has(state)) return state;
  if (states.has('waiting')) return states.size > 1 ? 'running' : 'waiting';
  return steps.every(({ state, plan }) => state === 'cached' || plan.keyword === 'FROM') ? 'cached' : 'done';
}

/** Places by ELK's layered layout, again only when the shape changes. */
function usePlaces(stages: readonly StagePlan[], steps: readonly StepView[], shape: string): ReadonlyMap<number, { x: number; y: number }> {
  const [places, setPlaces] = useState<ReadonlyMap<number, { x: number; y: number }>>(new Map());
  useEffect(() => {
    let isCurrent = true;
    const graph = {
      id: 'root',
      layoutOptions: { 'elk.algorithm': 'layered', 'elk.direction': 'RIGHT', 'elk.layered.spacing.nodeNodeBetweenLayers': '70', 'elk.spacing.nodeNode': '28' },
      children: stages.map(({ index }) => ({ id: String(index), width: WIDTH, height: HEAD + steps.filter(({ plan }) => plan.stage === index).length * ROW + 10 })),
      edges: stages.flatMap(({ index, needs }) => needs.map((need) => ({ id: `${need}-${index}`, sources: [String(need)], targets: [String(index)] }))),
    };
    void elk.layout(graph).then((done) => {
      if (isCurrent) setPlaces(new Map((done.children ?? []).map((child) => [Number(child.id), { x: child.x ?? 0, y: child.y ?? 0 }])));
    });
    return () => { isCurrent = false; };
    // `shape` stands for stages and steps: they are new objects each frame
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [shape]);
  return places;
}

/** Empty while it runs (the mark turns) and for what cost nothing. */
function stepTime(step: StepView): string {
  const duration = step.endedAtMs === undefined || step.state === 'cached' ? undefined : durationOf(step, step.endedAtMs);
  return duration === undefined || duration < SHORT_MS ? '' : formatDuration(duration);
}

function StageCard({ data }: NodeProps<StageNode>) {
  const { t } = useTranslation();
  const onStep = use(OnStep);
  const { stage, steps, isTarget, state } = data;
  return (
    <div className={classes.card} data-state={state} data-target={isTarget || undefined}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <div className={classes.cardHead}>
        <Text size="sm" fw={650} truncate>{stage.name ?? t('builds:stageNumber', { number: stage.index })}{isTarget && <Text span size="xs" c="var(--gantry-subtle)" fw={400}> · {t('builds:target')}</Text>}</Text>
        <Text size="xs" c="var(--gantry-subtle)" ff="monospace" truncate>{stage.base}{stage.platform === '' ? '' : ` · ${stage.platform}`}</Text>
      </div>
      {steps.map((step) => (
        <UnstyledButton key={step.plan.step} className={`${classes.cardStep ?? ''} nodrag`} onClick={() => onStep(step.plan.step)} aria-label={t('builds:stepLabel', { step: step.plan.step, text: step.plan.text })}>
          <StepMark state={step.state} size={15} />
          <Text size="xs" ff="monospace" truncate flex={1} ta="left">{step.plan.text}</Text>
          <Text size="10px" c="var(--gantry-subtle)" className="numeric" style={{ flex: 'none' }}>{stepTime(step)}</Text>
        </UnstyledButton>
      ))}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

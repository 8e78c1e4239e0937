// When each step ran: how many at a time, then one row a step, grouped by stage, so that stages side by side and waiting can be seen.
import { AreaChart } from '@mantine/charts';
import { Group, Paper, Stack, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatDuration } from '../ui/format.ts';
import { durationOf, parallelism, type BuildView, type StepState, type StepView } from './build-model.ts';
import classes from './builds.module.css';
import { StepMark } from './state-mark.tsx';

const LEGEND: StepState[] = ['done', 'cached', 'running', 'failed'];
const TICKS = 5;

interface Span { fromMs: number; wholeMs: number; nowMs: number }

export default function Timeline({ build, nowMs, onStep }: { build: BuildView; nowMs: number; onStep: (step: number) => void }) {
  const { t } = useTranslation();
  const started = build.steps.flatMap(({ startedAtMs }) => startedAtMs ?? []);
  const fromMs = Math.min(build.startedAtMs, ...started);
  const span: Span = { fromMs, wholeMs: Math.max(1, (build.endedAtMs ?? nowMs) - fromMs), nowMs };
  const busyMs = build.steps.reduce((sum, step) => sum + (durationOf(step, nowMs) ?? 0), 0);
  const savedSteps = build.steps.filter(({ state }) => state === 'cached').length;
  return (
    <Stack gap="sm" className={classes.scroll ?? ''}>
      <Group justify="space-between">
        <Text size="sm" c="var(--gantry-subtle)">
          {t('builds:parallelism', { busy: formatDuration(busyMs), whole: formatDuration(span.wholeMs), factor: (busyMs / span.wholeMs).toFixed(1) })}
          {savedSteps > 0 && ` · ${t('builds:saved', { count: savedSteps })}`}
        </Text>
        <Group gap="md">{LEGEND.map((state) => <Group key={state} gap={6}><span className={classes.key} data-state={state} aria-hidden /><Text size="xs">{t(`builds:state.${state}`)}</Text></Group>)}</Group>
      </Group>
      <Paper withBorder radius="md" p="sm">
        <div className={classes.chartRow}>
          <Text size="xs" fw={600}>{t('builds:atATime')}</Text>
          <Parallelism steps={build.steps} span={span} />
        </div>
        <div className={classes.chartRow}>
          <span />
          <div className={classes.axis} aria-hidden>{Array.from({ length: TICKS + 1 }, (_, index) => <span key={index} style={{ insetInlineStart: `${(index / TICKS) * 100}%` }}>{formatDuration((span.wholeMs * index) / TICKS)}</span>)}</div>
        </div>
        {build.stages.map((stage) => (
          <div key={stage.index} className={classes.lane}>
            <Text size="xs" fw={600} mb={2}>{stage.name ?? t('builds:stageNumber', { number: stage.index })} <Text span inherit c="var(--gantry-subtle)" fw={400}>{stage.base}</Text></Text>
            {build.steps.filter(({ plan }) => plan.stage === stage.index).map((step) => <Bar key={step.plan.step} step={step} span={span} onStep={onStep} />)}
          </div>
        ))}
      </Paper>
    </Stack>
  );
}

function Parallelism({ steps, span }: { steps: readonly StepView[]; span: Span }) {
  const { t } = useTranslation();
  const { fromMs, wholeMs, nowMs } = span;
  const points = useMemo(() => {
    const moments = parallelism(steps, nowMs);
    return [{ atMs: 0, running: 0 }, ...moments.map(({ atMs, running }) => ({ atMs: atMs - fromMs, running })), { atMs: wholeMs, running: moments.at(-1)?.running ?? 0 }];
  }, [steps, fromMs, wholeMs, nowMs]);
  return (
    <AreaChart h={64} data={points} dataKey="atMs" series={[{ name: 'running', label: t('builds:atATime'), color: 'gantry.6' }]} curveType="stepAfter" withDots={false} withXAxis={false} withYAxis={false} gridAxis="none" strokeWidth={1.6} fillOpacity={0.22}
      xAxisProps={{ type: 'number', domain: [0, wholeMs] }} areaProps={{ isAnimationActive: false }} tooltipProps={{ isAnimationActive: false, labelFormatter: (value) => formatDuration(Number(value)) }} areaChartProps={{ margin: { top: 4, right: 0, bottom: 0, left: 0 } }} />
  );
}

function Bar({ step, span, onStep }: { step: StepView; span: Span; onStep: (step: number) => void }) {
  const { t } = useTranslation();
  const duration = durationOf(step, span.nowMs);
  const length = duration === undefined ? '–' : formatDuration(duration);
  const label = t('builds:barLabel', { step: step.plan.step, text: step.plan.text, state: t(`builds:state.${step.state}`), duration: step.sizeBytes > 0 ? `${length} · ${formatBytes(step.sizeBytes)}` : length });
  const start = step.startedAtMs === undefined ? 0 : (step.startedAtMs - span.fromMs) / span.wholeMs;
  const width = (duration ?? 0) / span.wholeMs;
  return (
    <Tooltip label={label} openDelay={250} multiline maw={520} position="top-start">
      <UnstyledButton className={`${classes.chartRow} ${classes.barLine}`} aria-label={label} onClick={() => onStep(step.plan.step)}>
        <span className={classes.barName}><StepMark state={step.state} size={14} hasTooltip={false} /><span>{step.plan.text}</span></span>
        <span className={classes.barRow}>
          {step.startedAtMs !== undefined && <span className={classes.bar} data-state={step.state} style={{ insetInlineStart: `${start * 100}%`, width: `max(3px, ${width * 100}%)` }} />}
          {step.startedAtMs !== undefined && step.state !== 'cached' && (duration ?? 0) >= 1 && <span className={classes.barTime} {...(start + width > 0.85 ? { style: { insetInlineEnd: `calc(${(1 - start) * 100}% + 6px)` } } : { style: { insetInlineStart: `calc(${(start + width) * 100}% + 8px)` } })}>{length}</span>}
        </span>
      </UnstyledButton>
    </Tooltip>
  );
}

// When each step ran: one row a step, grouped by stage, so that stages side by side and waiting can be seen.
import { Group, Paper, Stack, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../ui/format.ts';
import { durationOf, type BuildView, type StepState } from './build-model.ts';
import classes from './builds.module.css';

const LEGEND: StepState[] = ['done', 'cached', 'running', 'failed'];
const TICKS = 5;

export function Timeline({ build, nowMs, onStep }: { build: BuildView; nowMs: number; onStep: (step: number) => void }) {
  const { t } = useTranslation();
  const started = build.steps.flatMap(({ startedAtMs }) => startedAtMs ?? []);
  const fromMs = Math.min(build.startedAtMs, ...started);
  const untilMs = Math.max(build.endedAtMs ?? nowMs, fromMs + 1);
  const whole = untilMs - fromMs;
  const place = (atMs: number) => `${((atMs - fromMs) / whole) * 100}%`;
  const busyMs = build.steps.reduce((sum, step) => sum + (durationOf(step, nowMs) ?? 0), 0);
  return (
    <Stack gap="sm" className={classes.scroll ?? ''}>
      <Group justify="space-between">
        <Text size="sm" c="var(--gantry-subtle)">{t('builds:parallelism', { busy: formatDuration(busyMs), whole: formatDuration(whole), factor: (busyMs / whole).toFixed(1) })}</Text>
        <Group gap="md">{LEGEND.map((state) => <Group key={state} gap={6}><span className={classes.key} data-state={state} aria-hidden /><Text size="xs">{t(`builds:state.${state}`)}</Text></Group>)}</Group>
      </Group>
      <Paper withBorder radius="md" p="sm">
        <div className={classes.axis} aria-hidden>{Array.from({ length: TICKS + 1 }, (_, index) => <span key={index} style={{ insetInlineStart: `${(index / TICKS) * 100}%` }}>{formatDuration((whole * index) / TICKS)}</span>)}</div>
        {build.stages.map((stage) => (
          <div key={stage.index} className={classes.lane}>
            <Text size="xs" fw={600}>{stage.name ?? t('builds:stageNumber', { number: stage.index })} <Text span inherit c="var(--gantry-subtle)" fw={400}>{stage.base}</Text></Text>
            {build.steps.filter(({ plan }) => plan.stage === stage.index).map((step) => {
              const duration = durationOf(step, nowMs);
              const label = t('builds:barLabel', { step: step.plan.step, text: step.plan.text, state: t(`builds:state.${step.state}`), duration: duration === undefined ? '–' : formatDuration(duration) });
              return (
                <div key={step.plan.step} className={classes.barRow}>
                  {step.startedAtMs !== undefined && duration !== undefined && (
                    <Tooltip label={label} openDelay={150} multiline maw={520}>
                      <UnstyledButton className={classes.bar ?? ''} data-state={step.state} style={{ insetInlineStart: place(step.startedAtMs), width: `max(3px, ${(duration / whole) * 100}%)` }} aria-label={label} onClick={() => onStep(step.plan.step)} />
                    </Tooltip>
                  )}
                </div>
              );
            })}
          </div>
        ))}
      </Paper>
    </Stack>
  );
}

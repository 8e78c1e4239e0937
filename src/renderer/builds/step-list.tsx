// The steps of a build, each with its log to unfold; one search over all logs.
import { Badge, Button, Collapse, Group, Paper, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconChevronRight, IconDownload, IconSearch } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatDuration } from '../ui/format.ts';
import { durationOf, type BuildView, type StepView } from './build-model.ts';
import classes from './builds.module.css';
import { StepLog } from './step-log.tsx';
import { StepMark } from './state-mark.tsx';

/** @param open number of the step to show first */
export function StepList({ build, nowMs, open }: { build: BuildView; nowMs: number; open: number | undefined }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const [toggled, setToggled] = useState<ReadonlyMap<number, boolean>>(new Map());
  const wanted = search.trim().toLowerCase();
  const hits = useMemo(() => (wanted === '' ? undefined : new Map(build.steps.map((step) => [step.plan.step, count(step.log.toLowerCase(), wanted)]))), [build.steps, wanted]);
  const isOpen = (step: StepView): boolean => {
    const chosen = toggled.get(step.plan.step);
    if (hits && wanted !== '') return (hits.get(step.plan.step) ?? 0) > 0 && chosen !== false;
    return chosen ?? (step.plan.step === open || step.state === 'running' || step.state === 'failed');
  };
  const withLog = build.steps.filter(hasLog);
  const isAllOpen = withLog.every(isOpen);
  const toggleAll = () => setToggled(new Map(withLog.map(({ plan }) => [plan.step, !isAllOpen])));
  const several = build.stages.length > 1;
  const total = hits ? [...hits.values()].reduce((sum, value) => sum + value, 0) : 0;

  return (
    <Stack gap="xs" className={classes.scroll ?? ''}>
      <Group gap="sm">
        <TextInput value={search} onChange={(event) => setSearch(event.currentTarget.value)} placeholder={t('builds:searchLogs')} aria-label={t('builds:searchLogs')} leftSection={<IconSearch size={15} />} w={320} />
        {hits && <Text size="sm" c="var(--gantry-subtle)" role="status">{t('builds:hits', { count: total })}</Text>}
        {withLog.length > 0 && (
          <Group gap="xs" ml="auto">
            <Button variant="subtle" size="compact-sm" onClick={toggleAll}>{t(isAllOpen ? 'builds:foldAll' : 'builds:unfoldAll')}</Button>
            <Button variant="subtle" size="compact-sm" leftSection={<IconDownload size={14} />} onClick={() => saveLog(build)}>{t('builds:saveLog')}</Button>
          </Group>
        )}
      </Group>
      <Paper withBorder radius="md" role="list" aria-label={t('builds:tabs.steps')}>
        {build.steps.map((step) => (
          <Step
            key={step.plan.step}
            step={step}
            stage={several ? (stageName(build, step) ?? t('builds:stageNumber', { number: step.plan.stage })) : undefined}
            nowMs={nowMs}
            isOpen={isOpen(step)}
            isWanted={step.plan.step === open}
            search={wanted}
            hits={hits?.get(step.plan.step)}
            onToggle={() => setToggled((now) => new Map(now).set(step.plan.step, !isOpen(step)))}
          />
        ))}
      </Paper>
    </Stack>
  );
}

const hasLog = (step: StepView): boolean => step.log !== '' || step.error !== undefined;

/** All logs as one file, made when it is asked for. */
function saveLog(build: BuildView): void {
  const text = build.steps.map(({ plan, log, error }) => `#${plan.step} ${plan.text}\n${log}${error === undefined ? '' : `${error}\n`}`).join('\n');
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `build-${build.id.slice(0, 12)}.log`;
  link.click();
  URL.revokeObjectURL(address);
}

function stageName(build: BuildView, step: StepView): string | null {
  return build.stages.find(({ index }) => index === step.plan.stage)?.name ?? null;
}

function count(text: string, wanted: string): number {
  let found = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) found++;
  return found;
}

interface StepProps { step: StepView; stage: string | undefined; nowMs: number; isOpen: boolean; isWanted: boolean; search: string; hits: number | undefined; onToggle: () => void }

function Step({ step, stage, nowMs, isOpen, isWanted, search, hits, onToggle }: StepProps) {
  const { t } = useTranslation();
  const row = useRef<HTMLDivElement>(null);
  const { plan } = step;
  const duration = durationOf(step, nowMs);
  const canOpen = hasLog(step);
  useEffect(() => {
    if (isWanted) row.current?.scrollIntoView({ block: 'center' });
  }, [isWanted]);
  return (
    <div ref={row} role="listitem" className={classes.step ?? ''} data-state={step.state}>
      <UnstyledButton className={classes.stepHead ?? ''} onClick={onToggle} aria-expanded={isOpen} disabled={!canOpen} aria-label={t('builds:stepLabel', { step: plan.step, text: plan.text })}>
        <IconChevronRight size={14} className={classes.chevron ?? ''} data-open={isOpen || undefined} data-hidden={!canOpen || undefined} />
        <StepMark state={step.state} />
        <Text size="xs" c="var(--gantry-subtle)" className="numeric" w={26} ta="right">{plan.step}</Text>
        {stage !== undefined && <Badge size="sm" variant="light" color="gray" className={classes.stageBadge ?? ''}>{stage}</Badge>}
        <Text size="sm" ff="monospace" truncate flex={1} title={plan.text}><Text span inherit fw={650} c="var(--gantry-accent-text, inherit)">{plan.keyword}</Text>{plan.text.slice(plan.keyword.length)}</Text>
        {hits !== undefined && hits > 0 && <Badge size="sm" color="yellow">{hits}</Badge>}
        {step.sizeBytes > 0 && <Text size="xs" c="var(--gantry-subtle)" className="numeric">{formatBytes(step.sizeBytes)}</Text>}
        <Text size="xs" c="var(--gantry-subtle)" className="numeric" w={64} ta="right">{duration === undefined || duration < 1 || step.state === 'cached' ? '' : formatDuration(duration)}</Text>
      </UnstyledButton>
      <Collapse expanded={isOpen && canOpen}>{isOpen && canOpen && <StepLog log={step.log} error={step.error} search={search} label={t('builds:logOf', { step: plan.step })} />}</Collapse>
    </div>
  );
}

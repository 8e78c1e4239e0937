// The connection doctor: each step as it passes, the one that fails with what to do, and a report to copy.
import { Button, Group, Loader, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostSummary } from '../../main/contract/hosts.ts';
import type { DoctorStep } from '../../main/contract/remote.ts';
import { rpc } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { CopyBlock, ProblemNote, problemOf, type Problem } from './problem.tsx';

export function DoctorDialog({ host, onClose }: { host?: HostSummary; onClose: () => void }) {
  const { t } = useTranslation();
  return <Dialog opened={host !== undefined} onClose={onClose} size="lg" title={t('hosts:doctor.title', { host: host?.name ?? '' })}>{host && <Examinations host={host} onClose={onClose} />}</Dialog>;
}

interface Finding { steps: DoctorStep[]; report?: string; failure?: Problem }

/** A new examination starts from nothing: it mounts anew. */
function Examinations({ host, onClose }: { host: HostSummary; onClose: () => void }) {
  const [run, setRun] = useState(0);
  return <Examination key={run} host={host} onClose={onClose} onAgain={() => setRun(run + 1)} />;
}

function Examination({ host, onClose, onAgain }: { host: HostSummary; onClose: () => void; onAgain: () => void }) {
  const { t } = useTranslation();
  const [found, setFound] = useState<Finding>({ steps: [] });
  const examine = useCallback(async (signal: AbortSignal) => {
    try {
      for await (const event of await rpc.remote.diagnose({ host: host.id }, { signal })) {
        setFound((now) => (event.kind === 'step' ? { ...now, steps: [...now.steps, event.step] } : { ...now, report: event.text }));
      }
    } catch (error) {
      if (!signal.aborted) setFound((now) => ({ ...now, failure: problemOf(error) }));
    }
  }, [host.id]);
  useEffect(() => {
    const controller = new AbortController();
    void examine(controller.signal);
    return () => controller.abort();
  }, [examine]);
  const isDone = found.report !== undefined || found.failure !== undefined;
  return (
    <Stack gap="sm">
      <Stack gap={8} component="ol" p={0} m={0} style={{ listStyle: 'none' }} aria-label={t('hosts:doctor.steps')}>
        {found.steps.map((step) => <Step key={step.step} step={step} />)}
        {!isDone && <Group component="li" gap="sm"><Loader size={18} /><Text size="sm" role="status">{t('hosts:doctor.working')}</Text></Group>}
      </Stack>
      {found.failure && <ProblemNote problem={found.failure} />}
      {found.report && <CopyBlock text={found.report} label={t('hosts:doctor.report')} />}
      <Group justify="flex-end"><Button variant="default" disabled={!isDone} onClick={onAgain}>{t('hosts:doctor.again')}</Button><Button onClick={onClose}>{t('close')}</Button></Group>
    </Stack>
  );
}

function Step({ step: { step, state, detail, ms, problem } }: { step: DoctorStep }) {
  const { t } = useTranslation();
  const Mark = { ok: IconCheck, failed: IconX, skipped: IconMinus }[state];
  return (
    <Group component="li" gap="sm" wrap="nowrap" align="flex-start">
      <ThemeIcon size={22} radius="xl" variant="light" color={{ ok: 'teal', failed: 'red', skipped: 'gray' }[state]}><Mark size={14} role="img" aria-label={t(`hosts:doctor.state.${state}`)} /></ThemeIcon>
      <Stack gap={4} miw={0} flex={1}>
        <Group justify="space-between" wrap="nowrap"><Text size="sm" fw={560}>{t(`hosts:step.${step}`)}</Text><Text size="xs" c="var(--gantry-subtle)" className="numeric">{t('hosts:ms', { ms })}</Text></Group>
        {problem ? <ProblemNote problem={problem} /> : detail && <Text size="xs" c="var(--gantry-subtle)" style={{ overflowWrap: 'anywhere' }}>{detail}</Text>}
      </Stack>
    </Group>
  );
}

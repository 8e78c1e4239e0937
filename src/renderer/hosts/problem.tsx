// A connection's problem in the person's language: what, and what to do about it.
import { Alert, Code, CopyButton, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconShieldX } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { ProblemData } from '../../main/contract/remote.ts';
import { failureOf } from '../rpc.ts';

export interface Problem extends Partial<ProblemData> { message: string }

/** The problem inside an error of a call or of the host list. */
export function problemOf(error: unknown): Problem {
  const { message, data } = failureOf(error);
  return asProblem(message, data);
}

export function asProblem(message: string, data: unknown): Problem {
  return isProblem(data) ? { message, ...data } : { message };
}

export function problemTexts(t: TFunction, problem: Problem): { message: string; fix: string | undefined } {
  if (problem.code === undefined) return { message: problem.message, fix: undefined };
  const { params = {} } = problem;
  return {
    message: t(`hosts:problem.${problem.code}.message`, { ...params, defaultValue: problem.message }),
    fix: t(`hosts:problem.${problem.code}.fix`, { ...params, defaultValue: problem.fix ?? '' }),
  };
}

export function ProblemNote({ problem }: { problem: Problem }) {
  const { t } = useTranslation();
  const { message, fix } = problemTexts(t, problem);
  const isDanger = problem.step === 'host-key';
  return (
    <Alert color={isDanger ? 'red' : 'yellow'} icon={isDanger ? <IconShieldX size={18} /> : <IconAlertTriangle size={18} />} title={problem.step ? t(`hosts:step.${problem.step}`) : t('hosts:notConnected')}>
      <Stack gap={6}>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{message}</Text>
        {fix && <Text size="sm" fw={560} style={{ overflowWrap: 'anywhere' }}>{t('hosts:whatToDo', { fix })}</Text>}
      </Stack>
    </Alert>
  );
}

/** Text to hand on, with a button that copies it. */
export function CopyBlock({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  return (
    <Stack gap={6}>
      <Code block aria-label={label} style={{ maxHeight: 220, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{text}</Code>
      <Group justify="flex-end">
        <CopyButton value={text}>{({ copied, copy }) => <Button size="compact-sm" variant="default" onClick={copy}>{copied ? t('copied') : t('copy')}</Button>}</CopyButton>
      </Group>
    </Stack>
  );
}

function isProblem(data: unknown): data is ProblemData {
  return typeof data === 'object' && data !== null && 'code' in data && 'step' in data;
}

// Dialogs for what a connection has to ask: is this the right machine, a passphrase, a password, one-time codes.
import { Button, Checkbox, Code, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { PendingQuestion } from '../../main/contract/remote.ts';
import { rpc } from '../rpc.ts';
import { useStore } from '../store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { attempt } from '../ui/notify.ts';
import { questions, useRemoteFeeds } from './feed.ts';

type Answer = { accept?: boolean; values?: string[]; remember?: boolean };
type Reply = (answer: Answer | undefined) => void;

/** One dialog at a time, in the order asked. Mount once, in the frame. */
export function Questions() {
  const { t } = useTranslation();
  useRemoteFeeds();
  const first = useStore(questions)[0];
  const reply: Reply = (answer) => {
    if (!first) return;
    // Gone from here at once: the next push tells the truth.
    questions.set((now) => now.filter(({ id }) => id !== first.id));
    void attempt(t('hosts:ask.lost'), () => rpc.remote.answer({ id: first.id, ...(answer ? { answer } : {}) }));
  };
  return (
    <Dialog opened={first !== undefined} onClose={() => reply(undefined)} closeOnClickOutside={false} title={first && titleOf(first, t)} size={first?.question.kind === 'host-key' ? 'lg' : 'md'} zIndex={400}>
      {first?.question.kind === 'host-key' ? <HostKey key={first.id} pending={first} reply={reply} /> : first && <Secrets key={first.id} pending={first} reply={reply} />}
    </Dialog>
  );
}

function titleOf({ question }: PendingQuestion, t: TFunction): string {
  if (question.kind === 'prompts') return question.title || t('hosts:ask.promptsTitle', { host: question.host });
  return t(`hosts:ask.title.${question.kind}`, { host: question.host });
}

function HostKey({ pending, reply }: { pending: PendingQuestion; reply: Reply }) {
  const { t } = useTranslation();
  const { question } = pending;
  if (question.kind !== 'host-key') return null;
  return (
    <Stack gap="sm">
      <Text size="sm">{t('hosts:ask.hostKey', { host: question.host, port: question.port })}</Text>
      <Group align="flex-start" wrap="nowrap" gap="md">
        <Code block aria-label={t('hosts:ask.art')} style={{ lineHeight: 1.15, flexShrink: 0 }}>{question.art}</Code>
        <Stack gap={6} miw={0}>
          <Text size="xs" c="var(--gantry-subtle)">{question.keyType}</Text>
          <Code aria-label={t('hosts:ask.fingerprint')} style={{ overflowWrap: 'anywhere', fontSize: 13 }}>{question.fingerprint}</Code>
          <Text size="xs" c="var(--gantry-subtle)">{t('hosts:ask.compare')}</Text>
          <Code style={{ overflowWrap: 'anywhere' }}>ssh-keygen -lvf /etc/ssh/ssh_host_{plainType(question.keyType)}_key.pub</Code>
        </Stack>
      </Group>
      {question.authority && <Text size="sm" c="orange">{t('hosts:ask.authority')}</Text>}
      <Group justify="flex-end">
        <Button variant="default" onClick={() => reply({ accept: false })} data-autofocus>{t('hosts:ask.refuse')}</Button>
        <Button onClick={() => reply({ accept: true })}>{t('hosts:ask.accept')}</Button>
      </Group>
    </Stack>
  );
}

function Secrets({ pending: { question, canKeep }, reply }: { pending: PendingQuestion; reply: Reply }) {
  const { t } = useTranslation();
  const prompts = question.kind === 'prompts' ? question.prompts : question.kind === 'host-key' ? [] : [{ text: t(`hosts:ask.label.${question.kind}`), echo: false }];
  const [values, setValues] = useState<string[]>(() => prompts.map(() => ''));
  const [remember, setRemember] = useState(false);
  const set = (index: number, value: string): void => setValues((now) => now.map((old, at) => (at === index ? value : old)));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    reply({ values, remember });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {question.kind === 'passphrase' && <Text size="sm">{t('hosts:ask.passphrase')} <Code>{question.keyFile}</Code></Text>}
        {question.kind === 'password' && <Text size="sm">{t('hosts:ask.password', { user: question.user, host: question.host })}</Text>}
        {question.kind === 'prompts' && question.instructions && <Text size="sm" style={{ whiteSpace: 'pre-wrap' }}>{question.instructions}</Text>}
        {(question.kind === 'passphrase' || question.kind === 'password') && question.again && <Text size="sm" c="red" role="alert">{t('hosts:ask.again')}</Text>}
        {prompts.map(({ text, echo }, index) => {
          const common = { label: text.replace(/:\s*$/, ''), value: values[index] ?? '', 'data-autofocus': index === 0 || undefined, autoComplete: 'off' };
          return echo
            ? <TextInput key={index} {...common} onChange={(event) => set(index, event.currentTarget.value)} />
            : <PasswordInput key={index} {...common} onChange={(event) => set(index, event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': t('hosts:ask.show') }} />;
        })}
        {canKeep && question.kind !== 'prompts' && <Checkbox label={t('hosts:ask.remember')} checked={remember} onChange={(event) => setRemember(event.currentTarget.checked)} />}
        <Group justify="flex-end"><Button variant="default" onClick={() => reply(undefined)}>{t('cancel')}</Button><Button type="submit">{t('hosts:ask.submit')}</Button></Group>
      </Stack>
    </form>
  );
}

function plainType(keyType: string): string {
  return keyType.startsWith('ecdsa') ? 'ecdsa' : keyType === 'ssh-rsa' ? 'rsa' : 'ed25519';
}

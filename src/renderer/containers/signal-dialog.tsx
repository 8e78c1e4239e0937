// Stop with another signal or grace period than the container's own, or send it any signal.
import { Autocomplete, Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContainerDetail } from '../../main/contract/containers.ts';
import { rpc } from '../rpc.ts';
import { attempt } from '../ui/notify.ts';
import { DEFAULT_GRACE_SECONDS } from './stop-countdown.tsx';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGSTOP', 'SIGCONT', 'SIGABRT', 'SIGKILL'];

export function SignalForm({ kind, host, detail, onDone }: { kind: 'stop' | 'kill'; host: string; detail: ContainerDetail; onDone: () => void }) {
  const { t } = useTranslation();
  const [signal, setSignal] = useState(kind === 'stop' ? (detail.Config.StopSignal ?? 'SIGTERM') : 'SIGHUP');
  const [seconds, setSeconds] = useState<number | string>(detail.Config.StopTimeout ?? DEFAULT_GRACE_SECONDS);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const name = detail.Name.replace(/^\//, '');
    // A stop may wait long: the countdown on the page tells of it, the dialog need not.
    void attempt(t(`containers:failed.${kind}`, { name }), () => (kind === 'stop' ? rpc.containers.stop({ host, id: detail.Id, signal, timeoutSeconds: Number(seconds) }) : rpc.containers.kill({ host, id: detail.Id, signal })));
    onDone();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Autocomplete label={t('container:more.signal')} data={SIGNALS} value={signal} onChange={setSignal} filter={({ options }) => options} />
        {kind === 'stop' && <NumberInput label={t('container:more.grace')} description={t('container:more.graceHint')} value={seconds} onChange={setSeconds} min={-1} allowDecimal={false} />}
        {kind === 'kill' && <Text size="sm" c="var(--gantry-subtle)">{t('container:more.signalHint')}</Text>}
        <Group justify="flex-end"><Button variant="default" onClick={onDone}>{t('cancel')}</Button><Button type="submit" data-autofocus disabled={signal.trim() === '' || seconds === ''}>{t(kind === 'stop' ? 'containers:actions.stop' : 'container:more.send')}</Button></Group>
      </Stack>
    </form>
  );
}

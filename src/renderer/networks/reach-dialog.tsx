// "Can A reach B on port P?": asked from inside A, answered step by step.
import { Alert, Button, Group, NumberInput, Select, Stack, Text, ThemeIcon, Timeline } from '@mantine/core';
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReachResult } from '../../main/contract/networks.ts';
import { useRows, useScopedHosts } from '../queries.ts';
import { failureOf, rpc } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { HostSelect } from '../ui/host-select.tsx';
import { containerName } from './network.ts';

export function ReachDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return <Dialog opened={opened} onClose={onClose} title={t('networks:reach.title')} size="lg"><Form /></Dialog>;
}

function Form() {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  const [host, setHost] = useState(hosts.find(({ state }) => state === 'live')?.id ?? hosts[0]?.id ?? '');
  const choices = useRows('containers').rows.filter((item) => item.host.id === host).map(({ row }) => ({ value: row.Id, label: containerName(row) }));
  const [from, setFrom] = useState<string | null>(null);
  const [to, setTo] = useState<string | null>(null);
  const [port, setPort] = useState<number | string>(80);
  const [results, setResults] = useState<ReachResult[]>();
  /** what the shown answer is about: the fields may have moved on */
  const [asked, setAsked] = useState({ from: '', to: '', port: 0 });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const ask = async (event: FormEvent) => {
    event.preventDefault();
    if (!from || !to) return;
    setBusy(true);
    setError(undefined);
    setResults([]);
    const nameOf = (id: string) => choices.find(({ value }) => value === id)?.label ?? '';
    setAsked({ from: nameOf(from), to: nameOf(to), port: Number(port) });
    try {
      for await (const result of await rpc.networks.reach({ host, from, to, port: Number(port) })) setResults((now) => [...(now ?? []), result]);
    } catch (failure) {
      setError(failureOf(failure).message);
    } finally {
      setBusy(false);
    }
  };
  const last = results?.at(-1);
  return (
    <form onSubmit={(event) => void ask(event)}>
      <Stack gap="sm">
        <Text size="sm" c="var(--gantry-subtle)">{t('networks:reach.text')}</Text>
        <HostSelect value={host} onChange={setHost} />
        <Group wrap="nowrap" align="flex-end">
          <Select searchable flex={2} label={t('networks:reach.from')} data={choices} value={from} onChange={setFrom} />
          <Select searchable flex={2} label={t('networks:reach.to')} data={choices.filter(({ value }) => value !== from)} value={to} onChange={setTo} />
          <NumberInput flex={1} label={t('networks:reach.port')} min={1} max={65535} value={port} onChange={setPort} />
        </Group>
        {results && results.length > 0 && (
          <Timeline bulletSize={24} lineWidth={2} active={results.length}>
            {results.map(({ step, state, reason, detail }) => (
              <Timeline.Item key={step} title={t(`networks:reach.steps.${step}`)} bullet={<Mark state={state} />}>
                <Text size="sm">{t(`networks:reach.reasons.${reason}`)}</Text>
                {detail && <Text size="xs" ff="monospace" c="var(--gantry-subtle)" style={{ overflowWrap: 'anywhere' }}>{detail}</Text>}
              </Timeline.Item>
            ))}
          </Timeline>
        )}
        {!busy && last && (
          <Alert role="status" color={last.state === 'failed' ? 'red' : last.step === 'port' && last.state === 'ok' ? 'teal' : 'yellow'} title={t(`networks:reach.${last.state === 'failed' ? 'no' : last.state === 'ok' ? 'yes' : 'unknown'}`, asked)}>
            {last.state === 'failed' && t(`networks:reach.advice.${last.reason}`, asked)}
          </Alert>
        )}
        {error !== undefined && <Alert color="red" role="alert">{error}</Alert>}
        <Group justify="flex-end"><Button type="submit" loading={busy} disabled={!from || !to || port === ''}>{t('networks:reach.submit')}</Button></Group>
      </Stack>
    </form>
  );
}

function Mark({ state }: { state: ReachResult['state'] }) {
  const [Shown, colour] = { ok: [IconCheck, 'teal'] as const, failed: [IconX, 'red'] as const, skipped: [IconMinus, 'gray'] as const }[state];
  return <ThemeIcon size={22} radius="xl" color={colour}><Shown size={13} aria-hidden /></ThemeIcon>;
}

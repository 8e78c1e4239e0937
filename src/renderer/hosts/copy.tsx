// To another host: images, a volume, a container. The work is a task of the tray, one a thing, with progress and cancel.
import { Button, Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostSummary } from '../../main/contract/hosts.ts';
import type { RemoteProgress } from '../../main/contract/remote.ts';
import { trayOpen } from '../frame/task-tray.tsx';
import { i18n } from '../i18n/i18n.ts';
import { queryClient, useHosts } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { runTask, type TaskHandle } from '../tasks.ts';
import { shortId } from '../ui/format.ts';
import { notifyDone } from '../ui/notify.ts';

export type Cargo =
  | { kind: 'images'; from: HostSummary; names: string[] }
  | { kind: 'volume'; from: HostSummary; name: string }
  | { kind: 'container'; from: HostSummary; id: string; name: string };

/** Whether there is anywhere to go. */
export function hasOtherHost(from: HostSummary): boolean {
  return (queryClient.getQueryData<HostSummary[]>(['hosts']) ?? []).some(({ id }) => id !== from.id);
}

export function openCopyDialog(cargo: Cargo): void {
  const id = modals.open({
    title: i18n.t(`hosts:copy.title.${cargo.kind}`, { name: nameOf(cargo) }),
    closeButtonProps: { 'aria-label': i18n.t('close') },
    children: <Form cargo={cargo} onDone={() => modals.close(id)} />,
  });
}

interface Wish { to: HostSummary; target: string; start: boolean; volumes: boolean }

function Form({ cargo, onDone }: { cargo: Cargo; onDone: () => void }) {
  const { t } = useTranslation();
  const hosts = useHosts().filter(({ id }) => id !== cargo.from.id);
  const [toId, setTo] = useState((hosts.find(({ state }) => state === 'live') ?? hosts[0])?.id ?? '');
  const [target, setTarget] = useState(cargo.kind === 'volume' ? cargo.name : '');
  const [start, setStart] = useState(true);
  const [volumes, setVolumes] = useState(true);
  const to = hosts.find(({ id }) => id === toId);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!to) return;
    startCopy(cargo, { to, target, start, volumes });
    trayOpen.set(true);
    onDone();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Select label={t('hosts:copy.to')} data-autofocus data={hosts.map((host) => ({ value: host.id, label: host.name }))} value={toId} onChange={(next) => next && setTo(next)} />
        {cargo.kind === 'volume' && <TextInput label={t('hosts:copy.target')} value={target} onChange={(event) => setTarget(event.currentTarget.value)} required />}
        {cargo.kind === 'container' && (
          <>
            <Checkbox label={t('hosts:copy.volumes')} checked={volumes} onChange={(event) => setVolumes(event.currentTarget.checked)} />
            <Checkbox label={t('hosts:copy.start')} checked={start} onChange={(event) => setStart(event.currentTarget.checked)} />
          </>
        )}
        <Text size="sm" c="var(--gantry-subtle)">{t(`hosts:copy.about.${cargo.kind}`)}</Text>
        <Group justify="flex-end"><Button variant="default" onClick={onDone}>{t('cancel')}</Button><Button type="submit" disabled={!to}>{t(`hosts:copy.submit.${cargo.kind}`)}</Button></Group>
      </Stack>
    </form>
  );
}

function startCopy(cargo: Cargo, wish: Wish): void {
  const ends = { from: cargo.from.id, to: wish.to.id };
  const run = (name: string, work: (task: TaskHandle) => Promise<AsyncIterable<RemoteProgress>>): void => {
    void runTask({ title: i18n.t('hosts:copy.task', { name, to: wish.to.name }), host: wish.to.name }, async (task) => {
      const beganMs = performance.now();
      for await (const { phase, detail, bytes, totalBytes, layersKept } of await work(task)) {
        const seconds = (performance.now() - beganMs) / 1000;
        task.update({
          status: [i18n.t(`hosts:copy.phase.${phase}`, { defaultValue: phase }), layersKept === undefined ? detail : i18n.t('hosts:copy.kept', { count: layersKept })].filter(Boolean).join(' · '),
          ...(bytes === undefined ? {} : { current: bytes, bytesPerSecond: seconds > 0.2 ? bytes / seconds : 0 }), ...(totalBytes === undefined ? {} : { total: totalBytes }),
        });
      }
      notifyDone(i18n.t('hosts:copy.done', { name, to: wish.to.name }));
    });
  };
  switch (cargo.kind) {
    case 'images':
      for (const reference of cargo.names) run(reference, (task) => rpc.remote.copyImage({ ...ends, reference }, { signal: task.signal }));
      return;
    case 'volume':
      run(cargo.name, (task) => rpc.remote.copyVolume({ ...ends, volume: cargo.name, target: wish.target }, { signal: task.signal }));
      return;
    case 'container':
      run(cargo.name, (task) => rpc.remote.migrateContainer({ ...ends, container: cargo.id, start: wish.start, volumes: wish.volumes }, { signal: task.signal }));
  }
}

function nameOf(cargo: Cargo): string {
  return cargo.kind === 'images' ? cargo.names.map((name) => (name.startsWith('sha256:') ? shortId(name) : name)).join(', ') : cargo.name;
}

// Pull an image by name. The progress lives in the task tray, so that several can run while work goes on.
import { Button, Checkbox, Group, Select, Stack, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { trayOpen } from '../frame/task-tray.tsx';
import { useScopedHosts } from '../queries.ts';
import { Dialog } from '../ui/dialog.tsx';
import { HostSelect } from '../ui/host-select.tsx';
import { startPull } from './transfers.ts';
import { mono } from '../ui/mono.ts';

const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/386', 'linux/ppc64le', 'linux/riscv64', 'linux/s390x'];
const REFERENCE = /^[a-z0-9]+([._-]+[a-z0-9]+)*(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

export function PullDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return <Dialog opened={opened} onClose={onClose} title={t('images:pull.title')}><Form onDone={onClose} /></Dialog>;
}

function Form({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  const [host, setHost] = useState((hosts.find((item) => item.state === 'live') ?? hosts[0])?.id ?? '');
  const [reference, setReference] = useState('');
  const [platform, setPlatform] = useState('');
  const [allTags, setAllTags] = useState(false);
  const wish = reference.trim().replace(/^docker pull\s+/, '');
  const isGood = REFERENCE.test(wish.replace(/^[^/]*[A-Z][^/]*\//, 'host/'));
  const target = hosts.find((item) => item.id === host);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!target || !isGood) return;
    void startPull(target, { reference: wish, ...(platform ? { platform } : {}), ...(allTags ? { allTags } : {}) });
    trayOpen.set(true);
    onDone();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <HostSelect value={host} onChange={setHost} />
        <TextInput data-autofocus label={t('images:pull.reference')} description={t('images:pull.hint')} placeholder="debian:12" value={reference} onChange={(event) => setReference(event.currentTarget.value)} error={wish !== '' && !isGood && t('images:pull.bad')} styles={mono} />
        <Select label={t('images:pull.platform')} data={[{ value: '', label: t('images:pull.ownPlatform') }, ...PLATFORMS]} value={platform} onChange={(value) => setPlatform(value ?? '')} />
        <Checkbox label={t('images:pull.allTags')} checked={allTags} onChange={(event) => setAllTags(event.currentTarget.checked)} />
        <Group justify="flex-end"><Button variant="default" onClick={onDone}>{t('cancel')}</Button><Button type="submit" disabled={!isGood || !target}>{t('images:pull.submit')}</Button></Group>
      </Stack>
    </form>
  );
}

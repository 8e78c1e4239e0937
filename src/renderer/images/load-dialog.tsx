// Load a file: an image archive as it is, or a root file system that becomes an image.
import { Button, FileInput, Group, SegmentedControl, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { IconFileZip } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { trayOpen } from '../frame/task-tray.tsx';
import { useScopedHosts } from '../queries.ts';
import { Dialog } from '../ui/dialog.tsx';
import { formatBytes } from '../ui/format.ts';
import { HostSelect } from '../ui/host-select.tsx';
import { startImport, startLoad } from './transfers.ts';
import { mono } from '../ui/mono.ts';

/** @param file chosen already, e.g. dropped onto the window */
export function LoadDialog({ opened, onClose, file }: { opened: boolean; onClose: () => void; file?: File | undefined }) {
  const { t } = useTranslation();
  return <Dialog opened={opened} onClose={onClose} title={t('images:load.title')}><Form first={file} onDone={onClose} /></Dialog>;
}

function Form({ first, onDone }: { first: File | undefined; onDone: () => void }) {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  const [host, setHost] = useState((hosts.find((item) => item.state === 'live') ?? hosts[0])?.id ?? '');
  const [file, setFile] = useState<File | null>(first ?? null);
  const [kind, setKind] = useState<'archive' | 'rootfs'>('archive');
  const [reference, setReference] = useState('');
  const [changes, setChanges] = useState('');
  const target = hosts.find((item) => item.id === host);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!target || !file) return;
    if (kind === 'archive') void startLoad(target, file);
    else void startImport(target, file, reference.trim(), changes.split('\n').map((line) => line.trim()).filter(Boolean));
    trayOpen.set(true);
    onDone();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <HostSelect value={host} onChange={setHost} />
        <FileInput label={t('images:load.file')} placeholder={t('images:load.choose')} value={file} onChange={setFile} accept=".tar,.gz,.tgz,.zst,.xz,.oci" leftSection={<IconFileZip size={16} />} clearable={false} description={file ? formatBytes(file.size) : undefined} />
        <SegmentedControl fullWidth value={kind} onChange={(value) => setKind(value as typeof kind)} data={(['archive', 'rootfs'] as const).map((value) => ({ value, label: t(`images:load.kind.${value}`) }))} aria-label={t('images:load.kindLabel')} />
        <Text size="sm" c="var(--gantry-subtle)">{t(`images:load.about.${kind}`)}</Text>
        {kind === 'rootfs' && (
          <>
            <TextInput label={t('images:load.reference')} placeholder="mine:1" value={reference} onChange={(event) => setReference(event.currentTarget.value)} styles={mono} />
            <Textarea label={t('images:load.changes')} description={t('images:load.changesHint')} placeholder={'CMD ["/bin/sh"]\nENV LANG=C.UTF-8'} value={changes} onChange={(event) => setChanges(event.currentTarget.value)} autosize minRows={2} />
          </>
        )}
        <Group justify="flex-end"><Button variant="default" onClick={onDone}>{t('cancel')}</Button><Button type="submit" disabled={!file || !target}>{t('images:load.submit')}</Button></Group>
      </Stack>
    </form>
  );
}

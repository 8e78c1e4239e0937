// What else can be done on a container's page: edit, rename, make an image, export, copy as a command.
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { IconBolt, IconCopy, IconDownload, IconEdit, IconPackage, IconPencil, IconPlayerStop, type Icon } from '@tabler/icons-react';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContainerDetail } from '../../main/contract/containers.ts';
import { rpc, transferUrl } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { attempt, notifyDone } from '../ui/notify.ts';
import { nameOf, type Container } from './container-actions.ts';
import { EditForm } from './edit-dialog.tsx';
import { askName } from './name-dialog.tsx';
import { commandLine } from './run/command-line.ts';
import { bodyFrom } from './run/edit.ts';
import { valuesOf } from './run/fields.ts';
import { SignalForm } from './signal-dialog.tsx';

interface MoreActions { items: { label: string; icon: Icon; run: () => void }[]; dialogs: ReactNode }

export function useMoreActions(item: Container | undefined, detail: ContainerDetail | undefined): MoreActions {
  const { t } = useTranslation();
  const [open, setOpen] = useState<'edit' | 'commit' | 'stop' | 'kill'>();
  if (!item || !detail) return { items: [], dialogs: null };
  const host = item.host.id;
  const name = nameOf(item);
  const rename = async () => {
    const next = await askName(t('container:more.rename'), name);
    if (next && next !== name) await attempt(t('container:more.renameFailed', { name }), () => rpc.containers.rename({ host, id: detail.Id, name: next }));
  };
  const save = () => attempt(t('container:more.exportFailed'), async () => {
    const { url, fileName } = await rpc.containerTools.exportFiles({ host, id: detail.Id, fileName: `${name}.tar` });
    Object.assign(document.createElement('a'), { href: transferUrl(url), download: fileName }).click();
  });
  const copy = async () => {
    await navigator.clipboard.writeText(commandLine({ ...valuesOf(bodyFrom(detail, {})), name }));
    notifyDone(t('container:more.copied'));
  };
  const close = () => setOpen(undefined);
  return {
    items: [
      { label: 'container:more.edit', icon: IconEdit, run: () => setOpen('edit') },
      { label: 'container:more.rename', icon: IconPencil, run: () => void rename() },
      { label: 'container:more.commit', icon: IconPackage, run: () => setOpen('commit') },
      { label: 'container:more.export', icon: IconDownload, run: () => void save() },
      ...(detail.State.Running ? [{ label: 'container:more.stopWith', icon: IconPlayerStop, run: () => setOpen('stop') }, { label: 'container:more.sendSignal', icon: IconBolt, run: () => setOpen('kill') }] : []),
      { label: 'container:more.copyLine', icon: IconCopy, run: () => void copy() },
    ],
    dialogs: (
      <>
        <Dialog opened={open === 'edit'} onClose={close} title={t('container:more.editTitle', { name })} size={880}><EditForm host={host} detail={detail} onDone={close} /></Dialog>
        <Dialog opened={open === 'stop' || open === 'kill'} onClose={close} title={t(open === 'kill' ? 'container:more.sendSignal' : 'container:more.stopWith')}><SignalForm kind={open === 'kill' ? 'kill' : 'stop'} host={host} detail={detail} onDone={close} /></Dialog>
        <Dialog opened={open === 'commit'} onClose={close} title={t('container:more.commit')}><CommitForm host={host} id={detail.Id} onDone={close} /></Dialog>
      </>
    ),
  };
}

function CommitForm({ host, id, onDone }: { host: string; id: string; onDone: () => void }) {
  const { t } = useTranslation();
  const [reference, setReference] = useState('');
  const [comment, setComment] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const colon = reference.lastIndexOf(':') > reference.lastIndexOf('/') ? reference.lastIndexOf(':') : reference.length;
    const wish = { host, id, repository: reference.slice(0, colon), ...(colon < reference.length ? { tag: reference.slice(colon + 1) } : {}), comment };
    if (await attempt(t('container:more.commitFailed'), () => rpc.containerTools.commit(wish))) {
      notifyDone(t('container:more.committed', { name: reference }));
      onDone();
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput label={t('container:more.reference')} placeholder="my-image:1" value={reference} onChange={(event) => setReference(event.currentTarget.value)} required data-autofocus />
        <TextInput label={t('container:more.comment')} value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
        <Group justify="flex-end"><Button variant="default" onClick={onDone}>{t('cancel')}</Button><Button type="submit" disabled={reference.trim() === ''}>{t('container:ok')}</Button></Group>
      </Stack>
    </form>
  );
}

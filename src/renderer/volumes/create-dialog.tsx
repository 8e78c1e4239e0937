// A new volume: kept on the host, in memory, on a file server, or encrypted; only the fields that kind has.
import { Alert, Button, Group, PasswordInput, Radio, Stack, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useScopedHosts } from '../queries.ts';
import { failureOf, rpc } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { HostSelect } from '../ui/host-select.tsx';
import { notifyDone } from '../ui/notify.ts';
import { createOptions, KINDS, type CreateValues, type VolumeKind } from './create-options.ts';

export function CreateDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return <Dialog opened={opened} onClose={onClose} title={t('volumes:create.title')} size="lg"><Form onDone={onClose} /></Dialog>;
}

const EMPTY: CreateValues = { kind: 'plain', server: '', path: '', size: '', user: '', password: '', key: '', driver: '' };

function Form({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  const [hostId, setHost] = useState(hosts.find(({ state }) => state === 'live')?.id ?? hosts[0]?.id ?? '');
  const [name, setName] = useState('');
  const [values, setValues] = useState(EMPTY);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const host = hosts.find(({ id }) => id === hostId);
  const kinds = KINDS.filter((kind) => kind !== 'encrypted' || host?.engine?.product === 'gantry');
  const set = (change: Partial<CreateValues>) => setValues((now) => ({ ...now, ...change }));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const row = await rpc.volumes.create({ host: hostId, ...(name.trim() && { name: name.trim() }), ...createOptions(values) });
      notifyDone(t('volumes:create.done', { name: row.Name }));
      onDone();
    } catch (failure) {
      setError(failureOf(failure).message);
    } finally {
      setBusy(false);
    }
  };
  const text = (key: 'server' | 'path' | 'size' | 'user' | 'driver', placeholder: string) => <TextInput flex={1} label={t(`volumes:create.${key}`)} placeholder={placeholder} value={values[key]} onChange={(event) => set({ [key]: event.currentTarget.value })} />;
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <HostSelect value={hostId} onChange={setHost} />
        <TextInput data-autofocus label={t('volumes:create.name')} description={t('volumes:create.nameHint')} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Radio.Group label={t('volumes:create.kind')} value={values.kind} onChange={(kind) => set({ kind: kind as VolumeKind })}>
          <Stack gap={6} mt={4}>{kinds.map((kind) => <Radio key={kind} value={kind} label={t(`volumes:kinds.${kind}.name`)} description={t(`volumes:kinds.${kind}.text`)} />)}</Stack>
        </Radio.Group>
        {(values.kind === 'nfs' || values.kind === 'cifs') && <Group wrap="nowrap">{text('server', 'nas.local')}{text('path', values.kind === 'nfs' ? '/export/data' : 'share')}</Group>}
        {values.kind === 'cifs' && <Group wrap="nowrap">{text('user', 'guest')}<PasswordInput flex={1} label={t('volumes:create.password')} value={values.password} onChange={(event) => set({ password: event.currentTarget.value })} /></Group>}
        {values.kind === 'bind' && text('path', '/srv/data')}
        {values.kind === 'tmpfs' && text('size', '64m')}
        {values.kind === 'plugin' && text('driver', 'rclone')}
        {values.kind === 'encrypted' && <PasswordInput required label={t('volumes:create.key')} description={t('volumes:create.keyHint')} value={values.key} onChange={(event) => set({ key: event.currentTarget.value })} />}
        {error !== undefined && <Alert color="red" role="alert">{error}</Alert>}
        <Group justify="flex-end"><Button variant="default" onClick={onDone}>{t('cancel')}</Button><Button type="submit" loading={busy}>{t('volumes:create.submit')}</Button></Group>
      </Stack>
    </form>
  );
}

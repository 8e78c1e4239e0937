// Add a registry by its address. It is tried first; an address that does not answer can be kept all the same.
import { Alert, Button, Group, Stack, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf, rpc } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { mono } from '../ui/mono.ts';

export function AddDialog({ opened, host, onClose }: { opened: boolean; host: string; onClose: () => void }) {
  const { t } = useTranslation();
  return <Dialog opened={opened} onClose={onClose} title={t('registries:add.title')}><Form host={host} onDone={onClose} /></Dialog>;
}

function Form({ host, onDone }: { host: string; onDone: () => void }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const address = text.trim().replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      // A registry that wants a password has answered, too.
      if (error === undefined && host !== '') await rpc.registries.test({ host, address }).catch((failure: unknown) => { if (failureOf(failure).kind !== 'Unauthorized') throw failure; });
      await rpc.registries.add({ address });
      await cache.invalidateQueries({ queryKey: ['registries'] });
      onDone();
    } catch (failure) {
      setError(failureOf(failure).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <TextInput data-autofocus label={t('registries:add.address')} description={t('registries:add.hint')} placeholder="registry.example.com:5000" value={text} onChange={(event) => { setText(event.currentTarget.value); setError(undefined); }} styles={mono} />
        {error !== undefined && <Alert color="yellow" role="alert" title={t('registries:add.noAnswer')}>{error}</Alert>}
        <Group justify="flex-end"><Button variant="default" onClick={onDone}>{t('cancel')}</Button><Button type="submit" loading={isBusy} disabled={address === ''}>{error === undefined ? t('registries:add.submit') : t('registries:add.anyway')}</Button></Group>
      </Stack>
    </form>
  );
}

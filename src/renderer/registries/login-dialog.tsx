// Log in: the password is tried at the registry by the engine, then kept where docker keeps it.
import { Alert, Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf, rpc } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { notifyDone } from '../ui/notify.ts';

interface LoginProps { address: string | undefined; host: string; onClose: () => void; onDone: () => void }

export function LoginDialog({ address, host, onClose, onDone }: LoginProps) {
  const { t } = useTranslation();
  return <Dialog opened={address !== undefined} onClose={onClose} title={t('registries:login.title', { address })}>{address !== undefined && <Form address={address} host={host} onClose={onClose} onDone={onDone} />}</Dialog>;
}

function Form({ address, host, onClose, onDone }: LoginProps & { address: string }) {
  const { t } = useTranslation();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const { keptIn } = await rpc.registries.login({ host, address, username, password });
      notifyDone(t('registries:login.done', { address, where: keptIn === 'file' ? '~/.docker/config.json' : keptIn }));
      onDone();
      onClose();
    } catch (failure) {
      setError(failureOf(failure).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <TextInput data-autofocus label={t('registries:login.user')} autoComplete="username" value={username} onChange={(event) => setUsername(event.currentTarget.value)} />
        <PasswordInput label={t('registries:login.password')} autoComplete="current-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': t('registries:login.show') }} />
        <Text size="xs" c="var(--gantry-subtle)">{t('registries:login.where')}</Text>
        {error !== undefined && <Alert color="red" role="alert">{error}</Alert>}
        <Group justify="flex-end"><Button variant="default" onClick={onClose}>{t('cancel')}</Button><Button type="submit" loading={isBusy} disabled={username === '' || password === ''}>{t('registries:login.submit')}</Button></Group>
      </Stack>
    </form>
  );
}

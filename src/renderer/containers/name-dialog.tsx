// Asks for one name.
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { i18n } from '../i18n/i18n.ts';

/** @returns undefined when nothing was chosen */
export function askName(title: string, first: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const id = modals.open({
      title,
      closeButtonProps: { 'aria-label': i18n.t('close') },
      onClose: () => resolve(undefined),
      children: <NameForm title={title} first={first} onDone={(name) => { resolve(name); modals.close(id); }} />,
    });
  });
}

function NameForm({ title, first, onDone }: { title: string; first: string; onDone: (name: string | undefined) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(first);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onDone(name.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput value={name} onChange={(event) => setName(event.currentTarget.value)} aria-label={title} data-autofocus />
        <Group justify="flex-end"><Button variant="default" onClick={() => onDone(undefined)}>{t('cancel')}</Button><Button type="submit" disabled={name.trim() === ''}>{t('container:ok')}</Button></Group>
      </Stack>
    </form>
  );
}

// Give an image another name.
import { Alert, Button, Group, Stack, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { i18n } from '../i18n/i18n.ts';
import { failureOf, rpc } from '../rpc.ts';
import { imageName, type Image } from './image.ts';
import { mono } from '../ui/mono.ts';

export function openTagDialog(image: Image): void {
  const id = modals.open({
    title: i18n.t('images:tag.title', { name: imageName(image) }),
    closeButtonProps: { 'aria-label': i18n.t('close') },
    children: <Form image={image} onDone={() => modals.close(id)} />,
  });
}

function Form({ image, onDone }: { image: Image; onDone: () => void }) {
  const { t } = useTranslation();
  const [reference, setReference] = useState('');
  const [error, setError] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const text = reference.trim();
    const colon = text.lastIndexOf(':');
    const hasTag = colon > text.lastIndexOf('/');
    try {
      await rpc.images.tag({ host: image.host.id, id: image.row.Id, repository: hasTag ? text.slice(0, colon) : text, ...(hasTag ? { tag: text.slice(colon + 1) } : {}) });
      onDone();
    } catch (failure) {
      setError(failureOf(failure).message);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <TextInput data-autofocus label={t('images:tag.reference')} description={t('images:tag.hint')} placeholder="registry.example.com/team/name:1.0" value={reference} onChange={(event) => setReference(event.currentTarget.value)} styles={mono} />
        {error !== undefined && <Alert color="red" role="alert">{error}</Alert>}
        <Group justify="flex-end"><Button variant="default" onClick={onDone}>{t('cancel')}</Button><Button type="submit" disabled={reference.trim() === ''}>{t('images:tag.submit')}</Button></Group>
      </Stack>
    </form>
  );
}

// Run a container: everything `docker run` can, the common things first, with the same as a command line below.
import { Alert, Button, Group, ScrollArea, Stack } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useRows, useScopedHosts } from '../queries.ts';
import { failureOf, rpc } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { HostSelect } from '../ui/host-select.tsx';
import { CommandPreview, ImportAndTemplates } from './run/command-bar.tsx';
import { bodyOf, emptyValues, problemsOf, type Values } from './run/fields.ts';
import { FormFields } from './run/form-fields.tsx';

/** `volume`: mounted from the start, at a path that can be changed */
interface RunFormProps { opened: boolean; onClose: () => void; image?: string; host?: string | undefined; volume?: string | undefined }

export function RunForm({ opened, onClose, image = '', host, volume }: RunFormProps) {
  const { t } = useTranslation();
  return <Dialog opened={opened} onClose={onClose} title={t('containers:run.title')} size={880}><Form image={image} host={host} volume={volume} onDone={onClose} /></Dialog>;
}

export function useSuggestions(host: string): Record<string, string[]> {
  const images = useRows('images').rows.filter((item) => item.host.id === host);
  return { image: [...new Set(images.flatMap((item) => item.row.RepoTags ?? []))].filter((tag) => tag !== '<none>:<none>') };
}

function Form({ image: first, host: wanted, volume, onDone }: { image: string; host: string | undefined; volume: string | undefined; onDone: () => void }) {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  const [, go] = useLocation();
  const [host, setHost] = useState(wanted ?? hosts[0]?.id ?? '');
  const [values, setValues] = useState<Values>(() => ({ ...emptyValues(), image: first, ...(volume && { volumes: [`${volume}:/data`] }) }));
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const suggestions = useSuggestions(host);
  const problems = problemsOf(values);
  const isReady = String(values['image']).trim() !== '' && host !== '' && Object.keys(problems).length === 0;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    setBusy(true);
    setError(undefined);
    try {
      const name = String(values['name']).trim();
      const made = await rpc.containers.create({ host, body: bodyOf(values), ...(name ? { name } : {}) });
      // One that cannot be started goes again: the form is still here to put it right, and its name must be free for that.
      await rpc.containers.start({ host, id: made.Id }).catch(async (failure: unknown) => {
        await rpc.containers.remove({ host, id: made.Id, force: true }).catch(() => {}); // gone already with --rm
        throw failure;
      });
      onDone();
      go(`/containers/${host}/${made.Id}/logs`);
    } catch (failure) {
      setError(failureOf(failure).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-end"><HostSelect value={host} onChange={setHost} /><ImportAndTemplates values={values} onValues={setValues} /></Group>
        <ScrollArea.Autosize mah="52vh" offsetScrollbars viewportProps={{ tabIndex: -1 }}>
          <FormFields values={values} problems={problems} suggestions={suggestions} onChange={(key, value) => setValues((now) => ({ ...now, [key]: value }))} />
        </ScrollArea.Autosize>
        <CommandPreview values={values} />
        {error !== undefined && <Alert color="red" role="alert">{error}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>{t('cancel')}</Button>
          <Button type="submit" loading={isBusy} disabled={!isReady}>{t('containers:run.submit')}</Button>
        </Group>
      </Stack>
    </form>
  );
}

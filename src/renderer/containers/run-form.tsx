// Run a container: the few fields most people need.
import { Alert, Button, Checkbox, Group, Select, Stack, TextInput, Textarea, Autocomplete } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useRows, useScopedHosts } from '../queries.ts';
import { failureOf, rpc } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { HostSelect } from '../ui/host-select.tsx';
import { splitWords } from './words.ts';

interface RunFormProps { opened: boolean; onClose: () => void; image?: string; host?: string | undefined }

export function RunForm({ opened, onClose, image = '', host }: RunFormProps) {
  const { t } = useTranslation();
  return <Dialog opened={opened} onClose={onClose} title={t('containers:run.title')} size="lg"><Form image={image} firstHost={host} onDone={onClose} /></Dialog>;
}

function Form({ image: first, firstHost, onDone }: { image: string; firstHost: string | undefined; onDone: () => void }) {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  const images = useRows('images');
  const [, go] = useLocation();
  const [host, setHost] = useState(firstHost ?? hosts[0]?.id ?? '');
  const [image, setImage] = useState(first);
  const [name, setName] = useState('');
  const [command, setCommand] = useState('');
  const [env, setEnv] = useState('');
  const [autoRemove, setAutoRemove] = useState(false);
  const [networkMode, setNetworkMode] = useState('default');
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const names = [...new Set(images.rows.filter((item) => item.host.id === host).flatMap((item) => item.row.RepoTags ?? []))].filter((tag) => tag !== '<none>:<none>');

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const body = {
        Image: image,
        ...(command.trim() ? { Cmd: splitWords(command) } : {}),
        Env: env.split('\n').map((line) => line.trim()).filter(Boolean),
        HostConfig: { AutoRemove: autoRemove, ...(networkMode === 'default' ? {} : { NetworkMode: networkMode }) },
      };
      const made = await rpc.containers.create({ host, body, ...(name ? { name } : {}) });
      await rpc.containers.start({ host, id: made.Id });
      onDone();
      go(`/containers/${host}/${made.Id}`);
    } catch (failure) {
      setError(failureOf(failure).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <HostSelect value={host} onChange={setHost} />
        <Autocomplete label={t('containers:run.image')} data={names} value={image} onChange={setImage} required data-autofocus />
        <TextInput label={t('containers:run.name')} description={t('containers:run.nameHint')} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <TextInput label={t('containers:run.command')} description={t('containers:run.commandHint')} value={command} onChange={(event) => setCommand(event.currentTarget.value)} ff="monospace" />
        <Textarea label={t('containers:run.env')} description={t('containers:run.envHint')} value={env} onChange={(event) => setEnv(event.currentTarget.value)} autosize minRows={2} maxRows={8} />
        <Select label={t('containers:run.network')} data={['default', 'none', 'host'].map((value) => ({ value, label: t(`containers:run.networks.${value}`) }))} value={networkMode} onChange={(value) => setNetworkMode(value ?? 'default')} />
        <Checkbox label={t('containers:run.autoRemove')} checked={autoRemove} onChange={(event) => setAutoRemove(event.currentTarget.checked)} />
        {error !== undefined && <Alert color="red" role="alert">{error}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>{t('cancel')}</Button>
          <Button type="submit" loading={isBusy} disabled={image.trim() === '' || host === ''}>{t('containers:run.submit')}</Button>
        </Group>
      </Stack>
    </form>
  );
}

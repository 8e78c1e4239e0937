// Chooses what an opened image is compared with: any image of any host, or an archive from this computer.
import { Button, FileButton, Group, Modal, Progress, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { useHosts, useRows } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { useStore } from '../store.ts';
import { FailureNote } from '../ui/states.tsx';
import { agreeToTransfer, imageKey, imageSession, openContainer, openFile, opening, readLayers, remoteProgress, type OpenedImage } from './session.ts';

export function CompareDialog({ session, title, onClose }: { session: string; title: string; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { rows } = useRows('images');
  const [chosen, setChosen] = useState<string | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [remote, setRemote] = useState('');
  const engine = useHosts().find((host) => host.engine?.product === 'gantry');
  const [ignoreTimes, setIgnoreTimes] = useState(true);
  const [isOlder, setOlder] = useState(true);
  const [status, setStatus] = useState<{ isRunning: boolean; error?: unknown }>({ isRunning: false });
  const all = useStore(opening);
  const progress = engine && remote.trim() !== '' ? remoteProgress({ host: engine.id, reference: remote.trim(), platform: undefined }, all) : all[file ? file.name : (chosen ?? '').replace(/^container:/, '')];
  const containers = useRows('containers').rows.map(({ host, row }) => ({ value: `container:${imageKey(host.id, row.Id)}`, label: `${row.Names[0]?.replace(/^\//, '') ?? row.Id.slice(0, 12)} · ${host.name}` }));
  const choices = rows.flatMap(({ host, row }) => row.RepoTags.filter((tag) => !tag.startsWith('<none>')).map((tag) => ({ value: imageKey(host.id, tag), label: `${tag} · ${host.name}` })));
  const openChosen = (value: string): Promise<OpenedImage> => {
    const key = value.replace(/^container:/, '');
    const [host, id] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)];
    if (value !== key) return openContainer(host, id, containers.find((item) => item.value === value)?.label ?? id, new AbortController().signal);
    agreeToTransfer(host, id); // choosing it here is the agreement
    return client.fetchQuery(imageSession(host, id));
  };
  /** All of it: files are compared as the whole image shows them. What this engine has is not transferred. */
  const openRemote = (host: string): Promise<OpenedImage> => readLayers(client, { host, reference: remote.trim(), platform: undefined }, 'all');
  const compare = async () => {
    setStatus({ isRunning: true });
    try {
      const other = file ? await openFile(file, new AbortController().signal) : remote.trim() !== '' && engine ? await openRemote(engine.id) : await openChosen(chosen ?? '');
      const compared = await rpc.layers.compare({ before: isOlder ? other.session : session, after: isOlder ? session : other.session, ignoreTimes });
      onClose();
      navigate(`/layers/session/${compared.session}`);
    } catch (error) {
      setStatus({ isRunning: false, error });
    }
  };
  return (
    <Modal opened onClose={onClose} title={t('layers:compare.title', { name: title })} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack>
        <Select searchable label={t('layers:compare.with')} placeholder={t('layers:compare.choose')} data={[{ group: t('images:title'), items: choices }, { group: t('layers:compare.containers'), items: containers }]} value={chosen} disabled={file !== null || remote.trim() !== ''} onChange={setChosen} limit={200} nothingFoundMessage={t('layers:noMatch')} />
        <Group gap="sm">
          <FileButton onChange={setFile} accept=".tar,.gz,.tgz,.zst,application/x-tar">{(props) => <Button {...props} variant="default" leftSection={<IconFileImport size={16} />}>{file ? file.name : t('layers:compare.archive')}</Button>}</FileButton>
          {file && <Button variant="subtle" color="gray" onClick={() => setFile(null)}>{t('layers:compare.noArchive')}</Button>}
        </Group>
        {engine && <TextInput label={t('layers:compare.registry')} description={t('layers:compare.registryHint')} placeholder={t('layers:registry.placeholder')} value={remote} disabled={file !== null} onChange={(event) => setRemote(event.currentTarget.value)} />}
        <Switch label={t('layers:compare.isOlder')} checked={isOlder} onChange={(event) => setOlder(event.currentTarget.checked)} />
        <Switch label={t('layers:compare.ignoreTimes')} checked={ignoreTimes} onChange={(event) => setIgnoreTimes(event.currentTarget.checked)} />
        {progress && <Progress value={progress.totalBytes ? (100 * progress.bytes) / progress.totalBytes : 100} animated aria-label={t('layers:opening')} />}
        {status.error !== undefined && <FailureNote title={t('layers:compare.failed')} error={status.error} />}
        <Group justify="flex-end"><Text size="xs" c="var(--gantry-subtle)" flex={1}>{t('layers:compare.hint')}</Text><Button disabled={chosen === null && file === null && remote.trim() === ''} loading={status.isRunning} onClick={() => void compare()}>{t('layers:compare.open')}</Button></Group>
      </Stack>
    </Modal>
  );
}

// Connects a container to a network, with aliases and a fixed address if wished.
import { Alert, Button, Group, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { i18n } from '../i18n/i18n.ts';
import { useRows } from '../queries.ts';
import { failureOf, rpc } from '../rpc.ts';
import { containerName, isPredefined, type Network } from './network.ts';

export function openConnectDialog(network: Network): void {
  const id = modals.open({ title: i18n.t('networks:connect.title', { name: network.row.Name }), closeButtonProps: { 'aria-label': i18n.t('close') }, children: <Form network={network} onDone={() => modals.close(id)} /> });
}

function Form({ network, onDone }: { network: Network; onDone: () => void }) {
  const { t } = useTranslation();
  const members = new Set(network.members.map(({ row }) => row.Id));
  const choices = useRows('containers').rows.filter(({ host, row }) => host.id === network.host.id && !members.has(row.Id)).map(({ row }) => ({ value: row.Id, label: containerName(row) }));
  const [container, setContainer] = useState<string | null>(null);
  const [aliases, setAliases] = useState<string[]>([]);
  const [ipv4, setIpv4] = useState('');
  const [error, setError] = useState<string>();
  const isUserDefined = !isPredefined(network.row);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!container) return;
    try {
      await rpc.networks.connect({ host: network.host.id, id: network.row.Id, container, ...(aliases.length > 0 && { aliases }), ...(ipv4 && { ipv4 }) });
      onDone();
    } catch (failure) {
      setError(failureOf(failure).message);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <Select data-autofocus searchable label={t('networks:connect.container')} data={choices} value={container} onChange={setContainer} nothingFoundMessage={t('networks:connect.nobody')} />
        {isUserDefined && <TagsInput label={t('networks:connect.aliases')} description={t('networks:connect.aliasesHint')} value={aliases} onChange={setAliases} />}
        {isUserDefined && <TextInput label={t('networks:connect.address')} description={t('networks:connect.addressHint')} placeholder="10.20.0.10" value={ipv4} onChange={(event) => setIpv4(event.currentTarget.value.trim())} ff="monospace" />}
        {error !== undefined && <Alert color="red" role="alert">{error}</Alert>}
        <Group justify="flex-end"><Button variant="default" onClick={onDone}>{t('cancel')}</Button><Button type="submit" disabled={container === null}>{t('networks:actions.connect')}</Button></Group>
      </Stack>
    </form>
  );
}

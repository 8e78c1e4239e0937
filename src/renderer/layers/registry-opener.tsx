// Opens an image by its name in a registry, without pulling it. The engine of a host asks for it: its network is the one that counts.
import { Button, Group, TextInput } from '@mantine/core';
import { IconBuildingWarehouse } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { LookFrom } from '../registries/look-from.tsx';
import { useHosts } from '../queries.ts';

export function remotePath(host: string, reference: string): string {
  return `/layers/registry/${host}/${encodeURIComponent(reference)}`;
}

export function RegistryOpener() {
  const { t } = useTranslation();
  const [, navigate] = useLocation();
  const engines = useHosts().filter((host) => host.engine?.product === 'gantry');
  const [chosen, setHost] = useState<string>();
  const [reference, setReference] = useState('');
  const host = chosen ?? engines[0]?.id;
  const open = (event: FormEvent) => {
    event.preventDefault();
    if (host !== undefined && reference.trim() !== '') navigate(remotePath(host, reference.trim()));
  };
  if (engines.length === 0) return null; // other engines cannot ask registries for parts of images
  return (
    <form onSubmit={open}>
      <Group gap="sm" align="flex-end">
        <TextInput flex={1} miw={260} leftSection={<IconBuildingWarehouse size={15} />} label={t('layers:registry.label')} description={t('layers:registry.hint')} placeholder={t('layers:registry.placeholder')} value={reference} onChange={(event) => setReference(event.currentTarget.value)} />
        <LookFrom hosts={engines} value={host ?? ''} onChange={setHost} />
        <Button type="submit" variant="default" disabled={reference.trim() === ''}>{t('layers:registry.open')}</Button>
      </Group>
    </form>
  );
}

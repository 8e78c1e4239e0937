// Three ways to a new host: fill a form (or paste an address), pick an entry of ~/.ssh/config, take over a Docker context.
import { Button, Group, ScrollArea, Stack, Tabs, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostConfig, HostSummary } from '../../main/contract/hosts.ts';
import { rpc } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { attempt } from '../ui/notify.ts';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { HostForm } from './host-form.tsx';

interface Props { opened: boolean; onClose: () => void; onAdded: (host: HostSummary) => void }

export function AddHostDialog({ opened, onClose, onAdded }: Props) {
  const { t } = useTranslation();
  const add = async (config: HostConfig): Promise<void> => void await attempt(t('hosts:failed.add'), async () => onAdded(await rpc.hosts.add(config)));
  return (
    <Dialog opened={opened} onClose={onClose} title={t('hosts:add.title')} size="lg">
      <Tabs defaultValue="form" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="form">{t('hosts:add.form')}</Tabs.Tab>
          <Tabs.Tab value="config">{t('hosts:add.config')}</Tabs.Tab>
          <Tabs.Tab value="contexts">{t('hosts:add.contexts')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="form"><HostForm submitLabel={t('hosts:add.submit')} onSubmit={add} onCancel={onClose} /></Tabs.Panel>
        <Tabs.Panel value="config"><ConfigEntries onAdd={add} /></Tabs.Panel>
        <Tabs.Panel value="contexts"><Contexts onAdd={add} /></Tabs.Panel>
      </Tabs>
    </Dialog>
  );
}

function ConfigEntries({ onAdd }: { onAdd: (config: HostConfig) => Promise<void> }) {
  const { t } = useTranslation();
  const entries = useQuery({ queryKey: ['remote', 'configEntries'], queryFn: () => rpc.remote.configEntries(), staleTime: 0 });
  const [search, setSearch] = useState('');
  if (entries.isPending) return <LoadingRows count={4} />;
  if (entries.error) return <FailureNote title={t('hosts:failed.read')} error={entries.error} />;
  if (entries.data.length === 0) return <Text size="sm" c="var(--gantry-subtle)">{t('hosts:add.noConfig')}</Text>;
  const shown = entries.data.filter(({ alias, hostName }) => `${alias} ${hostName}`.toLowerCase().includes(search.trim().toLowerCase()));
  return (
    <Stack gap="sm">
      <TextInput aria-label={t('search')} placeholder={t('search')} value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
      <Choices>
        {shown.map(({ alias, hostName, user, port, through, notes }) => (
          <Choice
            key={alias} name={alias} detail={`${user}@${hostName}:${port}${through.length > 0 ? ` · ${t('hosts:add.through', { hops: through.join(', ') })}` : ''}`} note={notes.join('; ')}
            onAdd={() => onAdd({ kind: 'ssh', name: alias.slice(0, 60), colour: 'orange', hostname: alias, configAlias: alias })}
          />
        ))}
      </Choices>
    </Stack>
  );
}

function Contexts({ onAdd }: { onAdd: (config: HostConfig) => Promise<void> }) {
  const { t } = useTranslation();
  const contexts = useQuery({ queryKey: ['remote', 'dockerContexts'], queryFn: () => rpc.remote.dockerContexts(), staleTime: 0 });
  if (contexts.isPending) return <LoadingRows count={4} />;
  if (contexts.error) return <FailureNote title={t('hosts:failed.read')} error={contexts.error} />;
  if (contexts.data.length === 0) return <Text size="sm" c="var(--gantry-subtle)">{t('hosts:add.noContexts')}</Text>;
  return (
    <Choices>
      {contexts.data.map(({ name, endpoint, description, config, why }) => (
        <Choice key={name} name={name} detail={[endpoint, description].filter(Boolean).join(' · ')} note={why ?? ''} {...(config ? { onAdd: () => onAdd({ ...config, colour: 'teal' }) } : {})} />
      ))}
    </Choices>
  );
}

function Choices({ children }: { children: ReactNode }) {
  return <ScrollArea.Autosize mah={360}><Stack gap={0} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>{children}</Stack></ScrollArea.Autosize>;
}

function Choice({ name, detail, note, onAdd }: { name: string; detail: string; note: string; onAdd?: () => Promise<void> }) {
  const { t } = useTranslation();
  return (
    <Group component="li" justify="space-between" wrap="nowrap" py={8} style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}>
      <Stack gap={0} miw={0}>
        <Text size="sm" fw={560}>{name}</Text>
        <Text size="xs" ff="monospace" c="var(--gantry-subtle)" style={{ overflowWrap: 'anywhere' }}>{detail}</Text>
        {note && <Text size="xs" c="orange">{note}</Text>}
      </Stack>
      <Button size="compact-sm" variant="default" disabled={!onAdd} aria-label={t('hosts:add.one', { name })} onClick={() => void onAdd?.()}>{t('hosts:add.submit')}</Button>
    </Group>
  );
}

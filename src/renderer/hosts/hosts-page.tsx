// All hosts: how each fares, and ways to add another.
import { Button, SimpleGrid } from '@mantine/core';
import { IconPlus, IconServer2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostConfig, HostSummary } from '../../main/contract/hosts.ts';
import { useHosts } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { attempt } from '../ui/notify.ts';
import { Page } from '../ui/page.tsx';
import { EmptyState } from '../ui/states.tsx';
import { AddHostDialog } from './add-host.tsx';
import { DoctorDialog } from './doctor-dialog.tsx';
import { EngineDialog } from './engine-dialog.tsx';
import { HostCard } from './host-card.tsx';
import { EditHostDialog } from './host-form.tsx';

interface Editing { host: HostSummary; config: HostConfig }

export default function HostsPage() {
  const { t } = useTranslation();
  const hosts = useHosts();
  const [isAdding, setAdding] = useState(false);
  const [editing, setEditing] = useState<Editing>();
  const [examined, setExamined] = useState<HostSummary>();
  const [installing, setInstalling] = useState<HostSummary>();
  const edit = (host: HostSummary): void => void attempt(t('hosts:failed.read'), async () => setEditing({ host, config: await rpc.hosts.config({ host: host.id }) }));

  return (
    <Page title={t('hosts:title')} subtitle={t('hosts:summary', { count: hosts.length })} actions={<Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>{t('hosts:add.open')}</Button>}>
      {hosts.length === 0 ? (
        <EmptyState icon={IconServer2} title={t('hosts:empty.title')} text={t('hosts:empty.text')}><Button onClick={() => setAdding(true)}>{t('hosts:add.open')}</Button></EmptyState>
      ) : (
        <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md" component="ul" p={0} m={0} style={{ listStyle: 'none' }} aria-label={t('hosts:title')}>
          {hosts.map((host) => <HostCard key={host.id} host={host} onEdit={() => edit(host)} onExamine={() => setExamined(host)} onInstall={() => setInstalling(host)} />)}
        </SimpleGrid>
      )}
      <AddHostDialog opened={isAdding} onClose={() => setAdding(false)} onAdded={(host) => { setAdding(false); connect(host); }} />
      <EditHostDialog {...(editing ? { host: editing.host, config: editing.config } : {})} onClose={() => setEditing(undefined)} />
      <EngineDialog {...(installing ? { host: installing } : {})} onClose={() => setInstalling(undefined)} />
      <DoctorDialog {...(examined ? { host: examined } : {})} onClose={() => setExamined(undefined)} />
    </Page>
  );
}

/** Connect by hand; what goes wrong stays on the host's card, so it needs no note of its own. */
function connect(host: HostSummary): void {
  rpc.hosts.reconnect({ host: host.id }).catch(() => {}); // the card shows the reason and what to do
}

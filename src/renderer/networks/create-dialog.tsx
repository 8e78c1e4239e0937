// A new network: first what it is for, then only the fields that this driver has.
import { Alert, Button, Checkbox, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { NETWORK_DRIVERS, type NetworkDriver } from '../../main/contract/networks.ts';
import { useScopedHosts } from '../queries.ts';
import { failureOf, rpc } from '../rpc.ts';
import { Dialog } from '../ui/dialog.tsx';
import { HostSelect } from '../ui/host-select.tsx';
import { notifyDone } from '../ui/notify.ts';

export function CreateDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return <Dialog opened={opened} onClose={onClose} title={t('networks:create.title')} size="lg"><Form onDone={onClose} /></Dialog>;
}

const EMPTY = { name: '', driver: 'bridge' as NetworkDriver, subnet: '', gateway: '', ipRange: '', parent: '', mtu: '', internal: false, ipv6: false, isolated: false };

function Form({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  const [host, setHost] = useState(hosts.find(({ state }) => state === 'live')?.id ?? hosts[0]?.id ?? '');
  const [values, setValues] = useState(EMPTY);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<typeof EMPTY>) => setValues((now) => ({ ...now, ...change }));
  const needsParent = values.driver === 'macvlan' || values.driver === 'ipvlan';
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const { subnet, gateway, ipRange } = values;
      const { warning } = await rpc.networks.create({
        host, name: values.name.trim(), driver: values.driver, internal: values.internal, ipv6: values.ipv6,
        ...(subnet && { pools: [{ subnet, ...(gateway && { gateway }), ...(ipRange && { ipRange }) }] }),
        options: { ...(needsParent && values.parent && { parent: values.parent }), ...(values.mtu && { 'com.docker.network.driver.mtu': values.mtu }), ...(values.isolated && { 'com.docker.network.bridge.enable_icc': 'false' }) },
      });
      notifyDone(warning || t('networks:create.done', { name: values.name }));
      onDone();
    } catch (failure) {
      setError(failureOf(failure).message);
    } finally {
      setBusy(false);
    }
  };
  const text = (key: 'name' | 'subnet' | 'gateway' | 'ipRange' | 'parent' | 'mtu', placeholder: string) => (
    <TextInput label={t(`networks:create.${key}`)} description={t(`networks:create.hints.${key}`)} placeholder={placeholder} value={values[key]} onChange={(event) => set({ [key]: event.currentTarget.value })} flex={1} {...(key === 'name' && { 'data-autofocus': true, required: true })} />
  );
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <HostSelect value={host} onChange={setHost} />
        {text('name', 'shop')}
        <Radio.Group label={t('networks:create.driver')} value={values.driver} onChange={(driver) => set({ driver: driver as NetworkDriver })}>
          <Stack gap={6} mt={4}>
            {NETWORK_DRIVERS.map((driver) => <Radio key={driver} value={driver} label={t(`networks:drivers.${driver}.name`)} description={t(`networks:drivers.${driver}.text`)} />)}
          </Stack>
        </Radio.Group>
        {needsParent && text('parent', 'eth0')}
        <Group align="flex-start" wrap="nowrap">{text('subnet', '10.20.0.0/24')}{text('gateway', '10.20.0.1')}</Group>
        <Group align="flex-start" wrap="nowrap">{text('ipRange', '10.20.0.128/25')}{text('mtu', '1500')}</Group>
        <Checkbox label={t('networks:create.internal')} description={t('networks:create.hints.internal')} checked={values.internal} onChange={(event) => set({ internal: event.currentTarget.checked })} />
        <Checkbox label={t('networks:create.ipv6')} description={t('networks:create.hints.ipv6')} checked={values.ipv6} onChange={(event) => set({ ipv6: event.currentTarget.checked })} />
        {values.driver === 'bridge' && <Checkbox label={t('networks:create.isolated')} description={t('networks:create.hints.isolated')} checked={values.isolated} onChange={(event) => set({ isolated: event.currentTarget.checked })} />}
        {values.driver === 'overlay' && <Text size="sm" c="var(--gantry-subtle)">{t('networks:create.overlayNote')}</Text>}
        {error !== undefined && <Alert color="red" role="alert" style={{ whiteSpace: 'pre-line' }}>{error}</Alert>}
        <Group justify="flex-end"><Button variant="default" onClick={onDone}>{t('cancel')}</Button><Button type="submit" loading={busy} disabled={values.name.trim() === ''}>{t('networks:create.submit')}</Button></Group>
      </Stack>
    </form>
  );
}

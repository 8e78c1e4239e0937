// Choose one of the hosts in scope; nothing to choose, nothing to see.
import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useScopedHosts } from '../queries.ts';

export function HostSelect({ value, onChange }: { value: string; onChange: (host: string) => void }) {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  if (hosts.length < 2) return null;
  return <Select label={t('hosts.host')} data={hosts.map((host) => ({ value: host.id, label: host.name, disabled: host.state === 'failed' }))} value={value} onChange={(next) => next && onChange(next)} />;
}

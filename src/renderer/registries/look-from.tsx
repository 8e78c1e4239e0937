// Which engine looks into registries: its network and its trusted certificates count.
import { Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { HostSummary } from '../../main/contract/hosts.ts';

export function LookFrom({ hosts, value, onChange }: { hosts: HostSummary[]; value: string; onChange: (host: string) => void }) {
  const { t } = useTranslation();
  if (hosts.length === 0) return <Text size="sm" c="var(--gantry-subtle)">{t('registries:noEngine')}</Text>;
  if (hosts.length === 1) return null;
  return <Select aria-label={t('registries:lookFrom')} data={hosts.map((host) => ({ value: host.id, label: t('registries:from', { host: host.name }) }))} value={value} onChange={(next) => next && onChange(next)} w={220} />;
}

// The last answers of the health check.
import { Badge, Group, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ContainerDetail } from '../../../main/contract/containers.ts';
import { formatDuration } from '../../ui/format.ts';
import { Card } from './card.tsx';

type Health = NonNullable<ContainerDetail['State']['Health']>;
const COLOURS: Record<string, string> = { healthy: 'teal', unhealthy: 'red', starting: 'yellow' };

export function HealthCard({ health }: { health: Health }) {
  const { t, i18n } = useTranslation();
  return (
    <Card title={t('container:health.title')}>
      <Group gap="xs" mb="xs">
        <Badge color={COLOURS[health.Status] ?? 'gray'}>{t(`container:health.${health.Status}`, { defaultValue: health.Status })}</Badge>
        {health.FailingStreak > 0 && <Text size="sm">{t('container:health.streak', { count: health.FailingStreak })}</Text>}
      </Group>
      <Table>
        <Table.Tbody>
          {(health.Log ?? []).toReversed().map((probe) => (
            <Table.Tr key={probe.Start}>
              <Table.Td w={170} fz="xs" className="numeric">{new Date(probe.Start).toLocaleTimeString(i18n.language)} · {formatDuration(Date.parse(probe.End) - Date.parse(probe.Start))}</Table.Td>
              <Table.Td w={60}><Badge size="sm" color={probe.ExitCode === 0 ? 'teal' : 'red'}>{probe.ExitCode}</Badge></Table.Td>
              <Table.Td ff="monospace" fz="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{probe.Output.trim().slice(0, 500)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Card>
  );
}
